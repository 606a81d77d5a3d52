"""stack.yml and stack.pro.yml have only documented fields, and match the rest of the project."""

import copy
import json
import re
from pathlib import Path

import jsonschema
import pytest

from functions.common.config import Environment
from tests.manifests.test_configuration import READERS, read_by
from tests.openfaas.stack_file import ROOT, load

SCHEMA = json.loads(Path(__file__).with_name("stack.schema.json").read_text(encoding="utf-8"))
FILES = ("stack.yml", "stack.pro.yml")
DEPLOY = (ROOT / "docs" / "deploy.md").read_text(encoding="utf-8")
READ_BY_SERVERS = {"THREADS", "FORWARDED_ALLOW_IPS"}
REFUSED = ("com.openfaas.scale.", "com.openfaas.retry.", "com.openfaas.ready.")
"""By the Community Edition, or of no effect in it."""


def check(document):
    jsonschema.Draft202012Validator(SCHEMA).validate(document)


@pytest.fixture(params=FILES)
def document(request):
    return load(request.param)


def functions(document):
    return document["functions"].items()


def test_it_has_documented_fields_alone(document):
    check(document)


@pytest.mark.parametrize(
    "break_it",
    [
        lambda one: one.update(readonly_root_fs=True),
        lambda one: one.update(skip_build="yes"),
        lambda one: one["environment"].update(PORT=8080),
        lambda one: one["secrets"].append("REDIS_URL"),
        lambda one: one["limits"].update(memory="256MB"),
        lambda one: one.setdefault("labels", {}).update(owner="a b"),
    ],
)
def test_a_mistake_does_not_pass(break_it):
    broken = copy.deepcopy(load("stack.yml"))
    break_it(broken["functions"]["ingest"])
    with pytest.raises(jsonschema.ValidationError):
        check(broken)


def test_each_function_runs_its_image_read_only_within_limits(document):
    assert set(document["functions"]) == set(READERS)
    for name, function in functions(document):
        assert function["image"] == f"stockcast-{name}:latest"
        assert function["readonly_root_filesystem"] is True
        assert set(function["limits"]) == set(function["requests"]) == {"cpu", "memory"}


def test_the_images_may_be_built_by_faas_cli_as_well(document):
    for name, function in functions(document):
        assert function["lang"] == "dockerfile"
        assert function["build_args"] == {"FUNCTION": name}
        assert (ROOT / function["handler"]).is_dir()
    built = load("stack.yml", SKIP_BUILD="false", IMAGE_PREFIX="ghcr.io/you/", TAG="1")
    assert built["functions"]["web"]["skip_build"] is False
    assert built["functions"]["web"]["image"] == "ghcr.io/you/web:1"


def test_faas_cli_copies_all_that_the_dockerfile_copies(document):
    copied = {path.removeprefix("./") for path in document["configuration"]["copy"]}
    assert {"Dockerfile", ".dockerignore"} <= copied
    lines = (ROOT / "Dockerfile").read_text(encoding="utf-8").splitlines()
    needed = [
        source
        for line in lines
        if line.startswith("COPY ") and "--from" not in line
        for source in line.split()[1:-1]
    ]
    for path in needed:
        assert path.split("/")[0] in copied, path


def test_each_variable_is_read_and_makes_good_settings(document):
    secrets = {"REDIS_URL": "redis://redis:6379/0", "EVENT_TOKEN": "t" * 32}
    for name, function in functions(document):
        assert set(function["environment"]) <= read_by(name) | READ_BY_SERVERS
        variables = {**secrets, **function["environment"]}
        settings = READERS[name](Environment(variables, Path("/none")))
        assert "{function}" in getattr(settings, "sinks", settings).sink


def test_on_faasd_each_secret_is_named_alone_and_found(tmp_path):
    line = re.search(r"^export SECRETS='(.*)'$", DEPLOY, re.MULTILINE)[1]
    made = set(re.findall(r"faas-cli secret create (\S+)", DEPLOY))
    secrets = {"redis-url": "redis://redis:6379/0", "event-token": "t" * 32}
    secrets |= {"aws-access-key-id": "key", "aws-secret-access-key": "secret"}
    for name, value in secrets.items():
        (tmp_path / name).write_text(value)
    document = load("stack.yml", SECRETS=line)
    check(document)
    for name, function in functions(document):
        assert set(function["secrets"]) == set(secrets) == made
        settings = READERS[name](Environment(function["environment"], tmp_path))
        assert settings.redis.url == secrets["redis-url"]
        assert settings.s3.credentials == ("key", "secret")


def test_a_slow_start_is_waited_for(document):
    for _, function in functions(document):
        assert function["annotations"]["com.openfaas.health.http.initialDelay"] == "30s"


def test_what_only_pro_takes_stands_in_its_file_alone():
    for _, function in functions(load("stack.yml")):
        marks = [*function.get("labels", {}), *function.get("annotations", {})]
        assert [mark for mark in marks if mark.startswith(REFUSED)] == []
    for _, function in functions(load("stack.pro.yml")):
        assert function["labels"]["com.openfaas.scale.zero"] == "true"


def test_the_two_files_differ_in_nothing_else():
    ours, pros = load("stack.yml"), load("stack.pro.yml")
    for _, function in functions(ours):
        assert function["environment"].pop("RETRY_FOR")  # not needed with a queue that retries
    for document in (ours, pros):
        for _, function in functions(document):
            for kind in ("labels", "annotations"):
                marks = function.pop(kind, {})
                function[kind] = {n: v for n, v in marks.items() if not n.startswith(REFUSED)}
    assert ours == pros
