"""Builds the three images once per session, and runs containers of them."""

import pytest

from local.servers import free_port
from tests.conftest import environment_of
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
    """The environment of every function: the addresses of its stores."""
    return {"REDIS_URL": redis_settings.url, **environment_of(s3_settings)}


@pytest.fixture
def begin(images, environment, tmp_path):
    """Starts a container of an image and returns once its program runs.

    `argv` replaces words of the image's command, or all of it.
    """
    started = []

    def start(name, argv=None, port=None, **env):
        port, image = port or free_port(), images[name]
        if isinstance(argv, dict):
            argv = [argv.get(word, word) for word in image.config["Cmd"]]
        argv = [word.replace("$PORT", str(port)) for word in argv or image.config["Cmd"]]
        log = tmp_path / f"{name}-{port}.log"
        container = Container(image, port, {**environment, **env}, log, argv)
        started.append(container)
        container.begin()
        return container

    yield start
    for container in started:
        container.stop()


@pytest.fixture
def run(begin):
    """The same, but returns once the program is ready."""

    def start(name, argv=None, port=None, **env):
        container = begin(name, argv, port, **env)
        container.wait_until_ready()
        return container

    return start
