"""`stockcast bucket` with a real S3 server, and with servers that lack a needed feature."""

import contextlib
import http.client
import os
import secrets
import subprocess
import sys
from urllib.parse import urlsplit

import pytest
from msgspec import structs

from functions.common.errors import ConfigurationError, TemporaryError
from functions.ingest.prepare_bucket import prepare
from local.servers import free_port
from tests.conftest import environment_of, s3_client_of
from tests.support.http_server import HttpServer

WEEK_S = 7 * 86_400


def between(url, header, status):
    """A proxy to the real server that handles conditional writes like some other servers."""

    def answer(request):
        if request.method == "PUT" and header in request.headers and status:
            return status, {}, b"<Error><Code>NotImplemented</Code></Error>"
        connection = http.client.HTTPConnection(urlsplit(url).netloc, timeout=300)
        connection.request(request.method, request.path, request.body or None, request.headers)
        with contextlib.closing(connection), connection.getresponse() as answer:
            if answer.status == 412 and header in request.headers:
                return 200, {"etag": '"0"'}, b""
            return answer.status, dict(answer.getheaders()), answer.read()

    return HttpServer(answer)


@pytest.fixture
def settings(s3_settings):
    """Settings with a bucket that does not exist."""
    return structs.replace(s3_settings, bucket=f"new-{secrets.token_hex(6)}")


def told_by(settings):
    told = []
    prepare(settings, WEEK_S, told.append)
    return told


def rules_of(settings):
    client = s3_client_of(settings)
    return client.get_bucket_lifecycle_configuration(Bucket=settings.bucket)["Rules"]


def test_a_missing_bucket_is_created_checked_and_given_its_rules(settings):
    made, conditional, lifecycle = told_by(settings)
    assert made == f"Bucket {settings.bucket} at {settings.endpoint_url}: created."
    assert "honors" in conditional
    assert "older than 7 days" in lifecycle
    rules = rules_of(settings)
    assert {rule["Filter"]["Prefix"] for rule in rules} == {"uploads/", "prices/upload/"}
    assert {rule["Expiration"]["Days"] for rule in rules} == {7}
    assert "Contents" not in s3_client_of(settings).list_objects_v2(Bucket=settings.bucket)


def test_doing_it_again_changes_nothing(settings):
    told_by(settings)
    again = told_by(settings)
    assert again[0].endswith("already exists.")
    assert len(rules_of(settings)) == 2


def test_other_rules_stay(settings):
    told_by(settings)
    theirs = {"ID": "theirs", "Status": "Enabled", "Filter": {"Prefix": "logs/"}}
    theirs |= {"Expiration": {"Days": 30}}
    s3_client_of(settings).put_bucket_lifecycle_configuration(
        Bucket=settings.bucket, LifecycleConfiguration={"Rules": [theirs]}
    )
    told_by(settings)
    prefixes = {rule["Filter"]["Prefix"] for rule in rules_of(settings)}
    assert prefixes == {"logs/", "uploads/", "prices/upload/"}


@pytest.mark.parametrize("header", ["if-none-match", "if-match"])
@pytest.mark.parametrize(("status", "does"), [(None, "ignores"), (501, "does not know")])
def test_a_server_without_conditional_writes_is_refused_by_name(settings, header, status, does):
    told = {"if-none-match": "If-None-Match", "if-match": "If-Match"}[header]
    with (
        between(settings.endpoint_url, header, status) as server,
        pytest.raises(ConfigurationError, match=rf"{server.url} {does} {told}\."),
    ):
        prepare(structs.replace(settings, endpoint_url=server.url), WEEK_S, print)


def test_wrong_keys_are_refused_with_the_servers_words(settings):
    wrong = structs.replace(settings, credentials=("nobody", "wrong"))
    with pytest.raises(ConfigurationError, match=r"refuses to prepare .*(Access|Signature|KeyId)"):
        told_by(wrong)


def test_a_server_that_is_down_is_temporary(settings):
    url = f"http://127.0.0.1:{free_port()}"
    with pytest.raises(TemporaryError, match=url):
        told_by(structs.replace(settings, endpoint_url=url))


@pytest.mark.parametrize(
    "command", [["-m", "cli.main", "bucket"], ["-m", "functions.ingest.prepare_bucket"]]
)
def test_the_command_and_the_job_print_what_they_did(settings, command):
    env = {**os.environ, **environment_of(settings), "UPLOAD_TTL": "36h"}
    ran = subprocess.run(
        [sys.executable, *command], env=env, capture_output=True, text=True, check=True
    )
    assert len(ran.stdout.splitlines()) == 3
    assert "older than 2 days" in ran.stdout
