"""What the images contain, and what they do not."""

from pathlib import Path

import pytest

from tests.images.building import BUILT, FUNCTIONS

MB = 1_000_000
MOST_BYTES = {"web": 90 * MB, "ingest": 260 * MB, "forecast": 350 * MB, "broker": 90 * MB}
SHARED_BY_ALL, SHARED_BY_TWO = 45 * MB, 150 * MB
"""At least so much does a node pull once for all functions, and once for ingest and forecast."""
BUILD_TOOLS = {"cc", "gcc", "g++", "c++", "clang", "ld", "as", "make", "cmake", "cargo", "rustc"}
LIBRARIES_OF_OTHERS = {
    "web": {"numpy", "pandas", "matplotlib", "prophet", "requests", "boto3", "minio"},
    "ingest": {"matplotlib", "prophet"},
    "forecast": {"minio"},
}
NEITHER = {"pytest", "pip"}


@pytest.fixture(params=FUNCTIONS)
def function(request):
    return request.param


@pytest.fixture
def image(images, function):
    return images[function]


@pytest.mark.parametrize("name", BUILT)
def test_an_images_own_layers_are_small(images, name):
    assert images[name].own_bytes < MOST_BYTES[name]


def test_the_images_share_their_lowest_layers(images):
    layers = {name: list(images[name].layers) for name in BUILT}
    sizes = images["web"].layers | images["ingest"].layers
    of_all = set.intersection(*map(set, layers.values()))
    of_two = set(layers["ingest"]) & set(layers["forecast"]) - of_all
    assert layers["web"][: len(of_all)] == layers["ingest"][: len(of_all)]
    assert sum(sizes[digest] for digest in of_all) > SHARED_BY_ALL
    assert sum(sizes[digest] for digest in of_two) > SHARED_BY_TWO


def test_no_layer_holds_a_file_of_the_one_below(images):
    """A node would pull a duplicate file twice."""
    for image in images.values():
        assert sum(image.layers.values()) < 1.1 * image.own_bytes


def test_an_image_runs_as_a_numbered_user_that_is_not_root(image):
    user, group = image.config["User"].split(":")
    assert int(user) > 0
    assert int(group) > 0


def test_an_image_says_what_it_is(image, function):
    labels = image.config["Labels"]
    assert labels["org.opencontainers.image.title"] == f"stockcast-{function}"
    assert labels["org.opencontainers.image.version"] == "tested"
    for label in ("description", "licenses", "revision", "base.name"):
        assert labels[f"org.opencontainers.image.{label}"]


def test_an_image_holds_the_code_of_its_function_alone(image, function):
    app = image.root / "app"
    folders = {path.name for path in (app / "functions").iterdir() if path.is_dir()}
    assert folders - {"__pycache__"} == {"common", function}
    assert (app / "static/vendor/uplot.js").exists() == (function == "web")
    assert (app / "static").exists() == (function == "web")


def test_an_image_holds_the_libraries_of_its_function_alone(image, function):
    installed = {path.name for path in (image.root / "app/lib").iterdir()}
    assert installed & (LIBRARIES_OF_OTHERS[function] | NEITHER) == set()


def test_nothing_of_the_build_is_left(image):
    names = {path.name for path in image.root.rglob("*") if not path.is_dir()}
    assert names & BUILD_TOOLS == set()
    assert {name for name in names if name.endswith((".whl", ".o"))} == set()
    assert "pip.conf" not in names
    for folder in ("build", "root/.cache", "tmp", "run/secrets"):
        path = image.root / folder
        assert not path.exists() or not list(path.iterdir())


def test_all_code_has_its_bytecode_which_is_never_checked_again(image):
    sources = list((image.root / "app").rglob("*.py"))
    assert len(sources) > 100
    tag = next((image.root / "app/functions/__pycache__").iterdir()).suffixes[0]
    for source in sources:
        compiled = source.parent / "__pycache__" / f"{source.stem}{tag}.pyc"
        assert compiled.read_bytes()[4:8] == b"\x01\0\0\0", source


def test_the_standard_library_has_its_bytecode(image):
    [library] = (image.root / "usr/local/lib").glob("python3*")
    for name in ("os", "json/__init__", "asyncio/base_events", "http/client", "encodings/utf_8"):
        source = library / f"{name}.py"
        assert list(Path(source.parent / "__pycache__").glob(f"{source.stem}.*.pyc")), name


def test_anybody_may_read_all_of_it(image):
    for path in (image.root / "app").rglob("*"):
        assert path.stat().st_mode & 0o444 == 0o444, path
