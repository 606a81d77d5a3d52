"""Fixtures for the tests of ingest."""

import pytest

from tests.integration.ingest.ingesting import World


@pytest.fixture
def world(s3_settings, s3_client, redis_settings):
    world = World(s3_settings, s3_client, redis_settings)
    yield world
    world.close()
