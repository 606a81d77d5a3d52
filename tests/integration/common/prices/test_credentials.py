"""Access to S3 with boto3's credentials, on a real S3 server."""

import contextlib
import json
import sys
import time
from datetime import datetime, timedelta, timezone
from urllib.parse import parse_qs

import pytest
import requests
from msgspec import structs

from functions.common.config import Environment, S3Settings
from functions.common.errors import TemporaryError
from functions.common.prices.bucket import Bucket, connect_lightly
from local.process import Process
from local.servers import free_port
from local.stack import ROOT, _function
from tests.support.http_server import HttpServer
from tests.support.python import printed

ROLE = "arn:aws:iam::000000000000:role/stockcast"
# AWS's Security Token Service
ASSUMED = """<AssumeRoleResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><AssumeRoleResult>
<Credentials><AccessKeyId>{}</AccessKeyId><SecretAccessKey>{}</SecretAccessKey>
<SessionToken></SessionToken><Expiration>{}</Expiration></Credentials>
</AssumeRoleResult></AssumeRoleResponse>"""


def in_minutes(minutes):
    when = datetime.now(timezone.utc) + timedelta(minutes=minutes)
    return when.isoformat(timespec="seconds").replace("+00:00", "Z")


@pytest.fixture
def keys(s3_settings):
    return s3_settings.credentials


@pytest.fixture
def keyless(s3_settings):
    return structs.replace(s3_settings, credentials=None, region="")


@pytest.fixture
def aws(tmp_path, monkeypatch):
    """Writes an AWS configuration file into an empty home."""
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "config"))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "credentials"))
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    return (tmp_path / "config").write_text


def test_a_profile_assumes_its_role_with_the_keys_of_its_source(keyless, keys, aws, monkeypatch):
    aws(
        "[profile base]\naws_access_key_id = BASEKEY\naws_secret_access_key = base-secret\n"
        f"[profile ours]\nrole_arn = {ROLE}\nsource_profile = base\nregion = eu-west-1\n"
    )
    monkeypatch.setenv("AWS_PROFILE", "ours")
    assumed = ASSUMED.format(*keys, in_minutes(60)).encode()
    with HttpServer(lambda _: (200, {}, assumed)) as sts:
        monkeypatch.setenv("AWS_ENDPOINT_URL_STS", sts.url)
        bucket = Bucket(keyless)
        bucket.put("a", b"1", content_type="text/plain")
        assert bucket.get("a").body == b"1"
    [heard] = sts.heard
    asked = parse_qs(heard.body.decode())
    assert "Credential=BASEKEY/" in heard.headers["authorization"]
    assert (asked["Action"], asked["RoleArn"]) == (["AssumeRole"], [ROLE])


PROCESS = """
import pathlib, sys
turns, answer = map(pathlib.Path, sys.argv[1:])
with turns.open("a") as kept:
    kept.write("x")
print(answer.read_text())
"""


class CredentialProcess:
    """A credential_process that prints what it is `told`, and counts its runs."""

    def __init__(self, home, aws):
        self._turns, self._answer = home / "turns", home / "answer"
        (home / "process.py").write_text(PROCESS, encoding="utf-8")
        words = (sys.executable, home / "process.py", self._turns, self._answer)
        aws(f"[default]\ncredential_process = {' '.join(map(str, words))}\n")

    def tell(self, keys, *, minutes):
        key, secret = keys
        known = {"Version": 1, "AccessKeyId": key, "SecretAccessKey": secret}
        answer = json.dumps({**known, "Expiration": in_minutes(minutes)})
        self._answer.write_text(answer, encoding="utf-8")

    @property
    def turns(self):
        return len(self._turns.read_text())


@pytest.fixture
def process(tmp_path, aws):
    return CredentialProcess(tmp_path, aws)


def test_a_process_gives_the_credentials_once_while_they_last(keyless, keys, process):
    process.tell(keys, minutes=60)
    bucket = Bucket(keyless)
    for number in range(3):
        bucket.put(str(number), b"1", content_type="text/plain")
    assert process.turns == 1


def test_credentials_that_run_out_are_replaced_in_flight(keyless, keys, process):
    process.tell((keys[0], "is-no-more"), minutes=1)
    bucket = Bucket(keyless)
    with pytest.raises(TemporaryError, match=r"403|SignatureDoesNotMatch|Forbidden"):
        bucket.check()
    process.tell(keys, minutes=60)
    give_up = time.monotonic() + 300
    while time.monotonic() < give_up:  # obstore asks again after at most a tenth of a second
        with contextlib.suppress(TemporaryError):
            bucket.check()
            return
    pytest.fail("the credentials that ran out are still in use")


def test_a_profile_that_is_missing_is_named(keyless, aws, monkeypatch):
    monkeypatch.setenv("AWS_PROFILE", "no-such-profile")
    for bucket in (Bucket(keyless), Bucket(keyless, connect_lightly)):
        with pytest.raises(TemporaryError, match="AWS_PROFILE names 'no-such-profile'"):
            bucket.check()


def test_without_any_credentials_the_error_says_what_to_set(keyless, aws):
    with pytest.raises(TemporaryError, match=r"no AWS credentials.*AWS_PROFILE"):
        Bucket(keyless).check()


def test_a_process_that_fails_is_told_of(keyless, aws):
    aws("[default]\ncredential_process = false\n")
    with pytest.raises(TemporaryError, match="custom-process"):
        Bucket(keyless).check()


@pytest.mark.parametrize("function", ["ingest", "forecast", "web"])
def test_a_running_function_reaches_s3_with_a_profile(
    function, keyless, keys, redis_settings, aws, tmp_path
):
    key, secret = keys
    aws(f"[profile ours]\naws_access_key_id = {key}\naws_secret_access_key = {secret}\n")
    env = {
        "PYTHONPATH": str(ROOT),
        "K_SINK": "http://127.0.0.1:9/",
        "REDIS_URL": redis_settings.url,
        "S3_BUCKET": keyless.bucket,
        "S3_ENDPOINT_URL": keyless.endpoint_url,
        "AWS_PROFILE": "ours",
    }
    port = free_port()
    process = Process(_function(function, port, env), tmp_path / "log")
    try:
        process.start()
        process.wait_until_ready(60)
        path = "api/symbols/AAPL/history?days=5" if function == "web" else "readyz"
        answer = requests.get(f"http://127.0.0.1:{port}/{path}", timeout=300)
        if function == "web":  # S3 said that there are no prices, so it requests them
            assert "The broker does not answer" in answer.text, process.last_words()
        else:
            assert answer.status_code == 200, answer.text + process.last_words()
    finally:
        process.stop()


def test_a_session_token_goes_with_the_static_keys():
    given = {"S3_BUCKET": "b", "AWS_ACCESS_KEY_ID": "k", "AWS_SECRET_ACCESS_KEY": "s"}
    settings = S3Settings.read(Environment({**given, "AWS_SESSION_TOKEN": "t"}))
    assert (settings.credentials, settings.session_token) == (("k", "s"), "t")


@pytest.mark.parametrize("connect", ["connect", "connect_lightly"])
def test_static_keys_do_not_import_boto3(s3_settings, connect):
    code = (
        "import sys; from functions.common.config import S3Settings;"
        "from functions.common.prices import bucket;"
        f"bucket.Bucket(S3Settings(*sys.argv[1:4], tuple(sys.argv[4:])), bucket.{connect}).check();"
        "print('boto3' in sys.modules)"
    )
    words = [s3_settings.bucket, s3_settings.endpoint_url, "us-east-1", *s3_settings.credentials]
    assert printed(code, *words).split() == ["False"]
