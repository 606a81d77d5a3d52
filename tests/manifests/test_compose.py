"""compose.yaml has only documented fields, and the same names, ports and variables as the rest."""

import importlib.util
import json
import re
import subprocess
from pathlib import Path
from urllib.parse import urlsplit

import check_jsonschema
import jsonschema
import pytest

from functions.common.config import Environment
from tests.manifests.building import FUNCTIONS, ROOT, of_kind, overlay, pod_specs
from tests.manifests.test_configuration import READERS, SERVER, in_the_dockerfile, read_by
from tests.openfaas.stack_file import load

SCHEMA = json.loads(
    (Path(check_jsonschema.__file__).parent / "builtin_schemas/vendor/compose-spec.json").read_text(
        encoding="utf-8"
    )
)
COMPOSE = load("compose.yaml")
SERVICES = COMPOSE["services"]
PORT = in_the_dockerfile()["PORT"]


def environment(function):
    return SERVICES[function]["environment"]


def test_it_is_as_the_compose_specification_says():
    jsonschema.Draft202012Validator(SCHEMA).validate(COMPOSE)
    broken = {**COMPOSE, "services": {"web": {**SERVICES["web"], "healthchecks": {}}}}
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.Draft202012Validator(SCHEMA).validate(broken)


def test_docker_compose_takes_it():
    command = ["docker", "compose", "--file", str(ROOT / "compose.yaml"), "config", "--quiet"]
    try:
        subprocess.run(["docker", "compose", "version"], check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("there is no docker compose here")
    subprocess.run(command, check=True)


def test_it_has_the_functions_their_broker_and_their_stores():
    assert set(SERVICES) == {*FUNCTIONS, "broker", "redis", "minio", "bucket"}
    for name in (*FUNCTIONS, "broker"):
        assert SERVICES[name]["build"]["args"] == {"FUNCTION": name}
        assert SERVICES[name]["image"] == f"stockcast-{name}:latest"
        assert f"FROM {'prices' if name in {'ingest', 'forecast'} else 'shared'} AS {name}\n" in (
            ROOT / "Dockerfile"
        ).read_text(encoding="utf-8")


def test_every_service_that_stays_says_when_it_is_well_and_the_bucket_waits_for_minio():
    for name, service in SERVICES.items():
        assert ("healthcheck" in service) == (name != "bucket")
        for other, condition in service.get("depends_on", {}).items():
            ended = "service_completed_successfully"
            assert condition["condition"] == (ended if other == "bucket" else "service_healthy")
    assert set(SERVICES["bucket"]["depends_on"]) == {"minio"}


def test_every_image_may_be_named_by_a_variable():
    text = (ROOT / "compose.yaml").read_text(encoding="utf-8")
    images = re.findall(r"^    image: (.*)$", text, re.MULTILINE)
    assert len(images) == len(SERVICES)
    assert all(re.fullmatch(r"\$\{[A-Z]+_IMAGE:-.+\}", image) for image in images)


@pytest.mark.parametrize("function", FUNCTIONS)
def test_a_function_reads_all_that_it_is_given_and_starts_with_it(function):
    given = environment(function)
    assert set(given) <= read_by(function) | SERVER | set(in_the_dockerfile())
    settings = READERS[function](Environment(given))
    assert settings.s3.credentials == (
        SERVICES["minio"]["environment"]["MINIO_ROOT_USER"],
        SERVICES["minio"]["environment"]["MINIO_ROOT_PASSWORD"],
    )


def test_every_address_is_one_of_a_service_at_its_port():
    ports = {"redis": 6379, "minio": 9000, **dict.fromkeys((*FUNCTIONS, "broker"), int(PORT))}
    urls = [
        value
        for service in SERVICES.values()
        for value in service.get("environment", {}).values()
        if "://" in value
    ]
    dockerfile = (ROOT / "Dockerfile").read_text(encoding="utf-8")
    urls += [url for name in FUNCTIONS for url in re.findall(rf'"{name}=(http:[^"]*)"', dockerfile)]
    assert len(urls) > 3 * len(FUNCTIONS)
    for url in urls:
        address = urlsplit(url)
        assert address.port == ports[address.hostname], url
    assert f'"--port", "{PORT}"' in dockerfile
    assert f":{PORT}/healthz" in str(SERVICES["web"]["healthcheck"])


def test_the_page_is_on_port_8080_of_this_machine_alone():
    assert SERVICES["web"]["ports"] == [f"127.0.0.1:8080:{PORT}"]
    assert [name for name, service in SERVICES.items() if "ports" in service] == ["web"]


def test_what_is_stored_is_in_volumes():
    mounted = [one.split(":")[0] for name in SERVICES for one in SERVICES[name].get("volumes", [])]
    assert sorted(mounted) == sorted(COMPOSE["volumes"]) == ["minio", "redis"]
    assert SERVICES["redis"]["command"][SERVICES["redis"]["command"].index("--appendonly") + 1] == (
        "yes"
    )


def test_stores_and_job_are_those_of_the_overlay_to_try():
    objects = overlay("try")
    images = {
        owner["metadata"]["name"]: spec["containers"][0]["image"]
        for owner, spec in pod_specs(objects)
    }
    for store in ("redis", "minio"):
        assert SERVICES[store]["image"] == images[store]
    (job,) = of_kind(objects, "Job", "batch")
    (container,) = job["spec"]["template"]["spec"]["containers"]
    assert SERVICES["bucket"]["command"] == container["args"]
    assert SERVICES["bucket"]["image"] == SERVICES["ingest"]["image"]
    assert importlib.util.find_spec(SERVICES["bucket"]["command"][-1])
