"""Manifests, Dockerfile, docs and code agree on the configuration."""

import base64
import inspect
import re
from pathlib import PurePosixPath

import functions_framework._http.gunicorn
import pytest
import uvicorn.config

from functions.common.config import Environment
from functions.forecast.settings import Settings as ForecastSettings
from functions.ingest.settings import Settings as IngestSettings
from functions.web.settings import Settings as WebSettings
from local.stack import FUNCTIONS as RUN_LOCALLY
from tests.manifests.building import (
    FUNCTIONS,
    OVERLAYS,
    ROOT,
    knative_services,
    named,
    of_kind,
    overlay,
)
from tests.openfaas.stack_file import load

READERS = {
    "web": WebSettings.read,
    "ingest": IngestSettings.read,
    "forecast": ForecastSettings.read,
}
PAGE = (ROOT / "docs" / "configuration.md").read_text(encoding="utf-8")
SERVERS = (uvicorn.config, functions_framework._http.gunicorn)
"""What the functions are served by reads some variables itself."""
SERVER = {"FORWARDED_ALLOW_IPS"}
"""Read by the server that the functions run under."""
ELSEWHERE = {"AWS_DEFAULT_REGION"}
"""Read, but AWS's own and second to AWS_REGION."""
ENOUGH = {
    "K_SINK": "http://broker",
    "S3_BUCKET": "bucket",
    "TIINGO_API_KEY": "key",
    "NASDAQ_DATA_LINK_API_KEY": "key",
}


class Recording(Environment):
    """Records the names that the code reads."""

    def __init__(self, variables):
        super().__init__(variables)
        self.asked = set()

    def text(self, name, default=None):
        self.asked.add(name)
        return super().text(name, default)


def read_by(function):
    env = Recording(ENOUGH)
    READERS[function](env)
    return env.asked


@pytest.fixture(scope="module", params=OVERLAYS)
def objects(request):
    return overlay(request.param)


def container_of(objects, function):
    return knative_services(objects)[function]["spec"]["template"]["spec"]["containers"][0]


def variables_of(objects, function):
    """The function's environment, including the ConfigMap."""
    container = container_of(objects, function)
    (source,) = container["envFrom"]
    config = named(objects, "ConfigMap", source["configMapRef"]["name"])
    return {**config["data"], **{one["name"]: one["value"] for one in container["env"]}}


def plain(name):
    return name.removesuffix("_FILE")


@pytest.mark.parametrize("function", FUNCTIONS)
def test_every_variable_of_a_function_is_read_by_it(objects, function):
    own = {plain(one["name"]) for one in container_of(objects, function)["env"]}
    assert own <= read_by(function) | (SERVER if function == "web" else set())


def test_every_shared_variable_is_read_by_some_function(objects):
    shared = set.intersection(*(set(variables_of(objects, name)) for name in FUNCTIONS))
    assert {plain(name) for name in shared} <= set.union(*(read_by(name) for name in FUNCTIONS))


@pytest.mark.parametrize("function", FUNCTIONS)
def test_every_secret_file_is_named_after_its_variable_and_mounted(objects, function):
    container = container_of(objects, function)
    mounted = {one["mountPath"] for one in container["volumeMounts"]}
    files = {one["name"]: one["value"] for one in container["env"] if one["name"].endswith("_FILE")}
    assert {"REDIS_URL_FILE", "EVENT_TOKEN_FILE"} <= set(files)
    for name, path in files.items():
        assert PurePosixPath(path).name == plain(name)
        assert str(PurePosixPath(path).parent) in mounted


@pytest.mark.parametrize("function", FUNCTIONS)
def test_to_try_it_a_function_starts_with_what_it_is_given(function, tmp_path):
    objects = overlay("try")
    secrets = {one["metadata"]["name"]: one["data"] for one in of_kind(objects, "Secret")}
    spec = knative_services(objects)[function]["spec"]["template"]["spec"]
    folders = {}
    for volume in spec["volumes"]:
        if "secret" in volume:
            folder = folders[volume["name"]] = tmp_path / volume["name"]
            folder.mkdir()
            for key, value in secrets[volume["secret"]["secretName"]].items():
                (folder / key).write_bytes(base64.b64decode(value))
    variables = variables_of(objects, function)
    for mount in spec["containers"][0]["volumeMounts"]:
        if mount["name"] in folders:
            here = str(folders[mount["name"]])
            variables = {
                name: value.replace(mount["mountPath"] + "/", here + "/")
                for name, value in variables.items()
            }
    if function == "web":
        variables["K_SINK"] = "http://broker-ingress.knative-eventing.svc.cluster.local/a/b"
    settings = READERS[function](Environment(variables))
    assert settings.redis.url == "redis://redis:6379/0"
    assert settings.s3.credentials == ("stockcast", "known-to-everybody")


def test_the_stores_to_try_it_are_where_the_functions_look():
    objects = overlay("try")
    ports = {
        one["metadata"]["name"]: one["spec"]["ports"][0]["port"]
        for one in of_kind(objects, "Service")
    }
    assert ports == {"redis": 6379, "minio": 9000}
    assert variables_of(objects, "ingest")["S3_ENDPOINT_URL"] == "http://minio:9000"
    bucket = variables_of(objects, "ingest")["S3_BUCKET"]
    (job,) = of_kind(objects, "Job", "batch")
    (container,) = job["spec"]["template"]["spec"]["containers"]
    given = {one["name"]: one.get("value") for one in container["env"]}
    assert (given["S3_BUCKET"], given["S3_ENDPOINT_URL"]) == (bucket, "http://minio:9000")
    assert container["image"] == container_of(objects, "ingest")["image"]


def documented():
    """Each variable on the page, with its reader."""
    rows = re.findall(r"^\| (`[A-Z].*?`) \| (.*?) \|", PAGE, re.MULTILINE)
    return {name: reader for names, reader in rows for name in re.findall(r"`(\w+)`", names)}


def test_every_variable_that_is_read_is_on_the_page_and_every_one_there_is_read():
    named = {name for name, reader in documented().items() if reader != "the command"}
    read = set.union(*(read_by(name) for name in FUNCTIONS))
    assert read - ELSEWHERE == named - SERVER - set(in_the_dockerfile())


def test_every_variable_of_the_command_and_the_servers_is_read():
    code = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "cli").rglob("*.py"))
    code += "".join(map(inspect.getsource, SERVERS))
    others = set(documented()) - set.union(*(read_by(name) for name in FUNCTIONS))
    assert len(others) > 2
    assert {name for name in others if f'"{name}"' not in code} == set()


def in_the_dockerfile():
    """The variables that the Dockerfile sets, with their values."""
    text = (ROOT / "Dockerfile").read_text(encoding="utf-8")
    blocks = re.findall(r"^ENV ((?:.*\\\n)*.*)$", text, re.MULTILINE)
    return dict(re.findall(r"(\w+)=(\S+)", " ".join(blocks)))


def test_the_images_listen_where_knative_asks(objects):
    for function in FUNCTIONS:
        (port,) = container_of(objects, function)["ports"]
        assert str(port["containerPort"]) == in_the_dockerfile()["PORT"]


def test_the_images_run_as_a_user_of_their_own(objects):
    """The user must be a number. Otherwise `runAsNonRoot` refuses the image."""
    ((user, group),) = re.findall(
        r"^USER (\d+):(\d+)$", (ROOT / "Dockerfile").read_text(), re.MULTILINE
    )
    assert int(user) > 0
    assert int(group) > 0
    for function in FUNCTIONS:
        assert "runAsUser" not in container_of(objects, function)["securityContext"]


def test_the_images_are_those_that_make_images_builds(objects):
    prefix = re.search(r"^IMAGE_PREFIX \?= (.*)$", (ROOT / "Makefile").read_text(), re.MULTILINE)
    for function in FUNCTIONS:
        name = container_of(objects, function)["image"].rpartition("/")[2].partition(":")[0]
        assert name == prefix[1] + function


def test_a_function_takes_no_more_at_once_than_it_has_threads(objects):
    threads = int(in_the_dockerfile()["THREADS"])
    for function, service in knative_services(objects).items():
        at_once = service["spec"]["template"]["spec"]["containerConcurrency"]
        assert at_once <= threads
        assert (at_once == 0) == (function == "web"), "web's event loop takes any number"


def test_the_same_functions_run_here_and_there(objects):
    assert set(knative_services(objects)) == set(RUN_LOCALLY) == set(FUNCTIONS)


@pytest.mark.parametrize("file", ["stack.yml", "stack.pro.yml"])
def test_openfaas_limits_a_function_like_knative(file):
    here = load(file)["functions"]
    for function in FUNCTIONS:
        there = container_of(overlay("try"), function)["resources"]
        assert here[function]["limits"] == there["limits"]
