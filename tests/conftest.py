"""A real Redis and a real S3 server, one of each per test session and worker."""

import os
import secrets

import hypothesis
import pytest
import redis
from xdist.scheduler import LoadScopeScheduling

from functions.common.config import RedisSettings, S3Settings
from local.process import Process, StartError
from local.servers import S3_PORTS, free_port, redis_server, s3_server
from tests.support.inbox import Inbox

READY_S = 300
SHARE_A_WORLD = ("tests/e2e/", "tests/faults/", "tests/images/", "tests/openfaas/")
"""Folders whose tests share one world, which takes long to start."""

# By default, few cases and always the same ones. `make fuzz` tries many random ones.
hypothesis.settings.register_profile(
    "short", max_examples=60, derandomize=True, deadline=None, database=None
)
hypothesis.settings.register_profile(
    "fuzz",
    max_examples=int(os.environ.get("FUZZ_CASES", "3000")),
    deadline=None,
    print_blob=True,
    suppress_health_check=[hypothesis.HealthCheck.too_slow],
)
hypothesis.settings.load_profile("short")


def pytest_addoption(parser):
    parser.addoption(
        "--all-faults", action="store_true", help="tests/faults in full, for docs/faults.md"
    )
    group = parser.getgroup("stockcast", "the Stockcast that tests/e2e is about")
    group.addoption("--base-url", help="of web; without it one is started on this machine")
    group.addoption("--broker-url", help="where events are posted; without it those tests skip")
    group.addoption("--event-token", help="the EVENT_TOKEN there, to sign events with", default="")
    group.addoption(
        "--host-header", help="the host web is known by, where --base-url is an ingress"
    )


class OneWorldOneWorker(LoadScopeScheduling):
    """Runs a module on one worker, and so all folders that share a world. Small ones run last."""

    def _split_scope(self, nodeid):
        module = nodeid.partition("::")[0]
        return next((folder for folder in SHARE_A_WORLD if module.startswith(folder)), module)


def pytest_xdist_make_scheduler(config, log):
    config.option.loadscopereorder = False
    return OneWorldOneWorker(config, log)


@pytest.fixture(scope="session")
def redis_process(tmp_path_factory):
    home = tmp_path_factory.mktemp("redis")
    process = Process(redis_server(free_port(), home / "data"), home / "log")
    process.start()
    process.wait_until_ready(READY_S)
    yield process
    process.stop()


@pytest.fixture
def redis_settings(redis_process):
    url = f"redis://127.0.0.1:{redis_process.program.ports[0]}/0"
    client = redis.Redis.from_url(url)
    client.flushall()
    client.close()
    return RedisSettings(url=url, cluster=False, result_ttl_s=3600, request_deadline_s=600)


@pytest.fixture
def redis_client(redis_settings):
    client = redis.Redis.from_url(redis_settings.url)
    yield client
    client.close()


@pytest.fixture(scope="session")
def s3_process(tmp_path_factory):
    process = started_s3(tmp_path_factory)
    yield process
    process.stop()


def started_s3(tmp_path_factory, attempts=4):
    """Retries, because another program can take a port between the choice and the start."""
    for attempt in range(attempts):
        home = tmp_path_factory.mktemp("s3")
        secret = secrets.token_hex(16)
        program = s3_server(free_port(len(S3_PORTS)), home / "data", "first", "tester", secret)
        process = Process(program, home / "log")
        try:
            process.start()
            process.wait_until_ready(READY_S)
        except StartError:
            process.stop()
            if attempt == attempts - 1:
                raise
        else:
            break
    return process


@pytest.fixture(scope="session")
def s3_bucket(s3_process):
    """The settings of a bucket, and boto3's client, which shares no code with Stockcast's own."""
    environment = s3_process.program.env
    settings = S3Settings(
        bucket=f"test-{secrets.token_hex(6)}",
        endpoint_url=f"http://127.0.0.1:{s3_process.program.ports[0]}",
        region="us-east-1",
        credentials=(environment["AWS_ACCESS_KEY_ID"], environment["AWS_SECRET_ACCESS_KEY"]),
    )
    client = s3_client_of(settings)
    client.create_bucket(Bucket=settings.bucket)
    yield settings, client
    client.close()


@pytest.fixture
def s3_settings(s3_bucket):
    """A bucket that is empty."""
    settings, client = s3_bucket
    for page in client.get_paginator("list_objects_v2").paginate(Bucket=settings.bucket):
        for one in page.get("Contents", []):
            client.delete_object(Bucket=settings.bucket, Key=one["Key"])
    return settings


@pytest.fixture
def s3_client(s3_settings, s3_bucket):
    return s3_bucket[1]


def s3_client_of(settings):
    import boto3

    return boto3.session.Session().client(
        "s3",
        endpoint_url=settings.endpoint_url,
        region_name=settings.region,
        aws_access_key_id=settings.credentials[0],
        aws_secret_access_key=settings.credentials[1],
    )


def environment_of(s3):
    """The variables with which a function reaches this bucket."""
    key, secret = s3.credentials
    keys = {"AWS_ACCESS_KEY_ID": key, "AWS_SECRET_ACCESS_KEY": secret}
    return {"S3_BUCKET": s3.bucket, "S3_ENDPOINT_URL": s3.endpoint_url, **keys}


@pytest.fixture
def inbox():
    with Inbox() as inbox:
        yield inbox
