"""Fixtures for the tests of web."""

import pytest

from functions.common.requests.store import Requests
from functions.web.settings import Settings
from tests.integration.web.serving import serving


@pytest.fixture
def settings(redis_settings, inbox):
    return Settings(redis_settings, inbox.url, ("sample",), 0, (), "INFO")


@pytest.fixture
def url(settings):
    """web under a real server. A module may have its own `settings`."""
    with serving(settings) as url:
        yield url


@pytest.fixture
def store(redis_client, redis_settings):
    """Moves requests forward like the other functions."""
    return Requests(redis_client, redis_settings)
