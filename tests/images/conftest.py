"""The three images, built once a session, and containers of them."""

from pathlib import Path

import pytest

from local.servers import free_port
from tests.images import building
from tests.images.container import Container


@pytest.fixture(scope="session")
def images(tmp_path_factory):
    hindrance = building.hindrance()
    if hindrance:
        pytest.skip(hindrance)
    with building.images(tmp_path_factory.mktemp("images")) as built:
        yield built


@pytest.fixture
def environment(redis_settings, s3_settings):
    """What every function is given: the addresses of its stores."""
    key, secret = s3_settings.credentials
    return {
        "REDIS_URL": redis_settings.url,
        "S3_ENDPOINT_URL": s3_settings.endpoint_url,
        "S3_BUCKET": s3_settings.bucket,
        "AWS_ACCESS_KEY_ID": key,
        "AWS_SECRET_ACCESS_KEY": secret,
    }


@pytest.fixture
def run(images, environment, tmp_path):
    """Starts a container of a function's image; it is ready when this returns."""
    started = []

    def start(function, **env):
        log = tmp_path / f"{function}.log"
        container = Container(images[function], free_port(), {**environment, **env}, log)
        started.append(container)
        container.start()
        return container

    yield start
    for container in started:
        container.stop()


def pytest_collection_modifyitems(items):
    """All on one worker, which builds the images once; that alone may take minutes."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.xdist_group("images"))
            item.add_marker(pytest.mark.timeout(900))
