"""Fixtures for the tests of web."""

import pytest

from functions.common.requests.store import Requests
from tests.integration.web.serving import serving


@pytest.fixture
def url(settings):
    """web under a real server, with the module's `settings`."""
    with serving(settings) as url:
        yield url


@pytest.fixture
def store(redis_client, redis_settings):
    """Moves requests forward like the other functions."""
    return Requests(redis_client, redis_settings)
