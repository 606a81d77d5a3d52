"""Configuration comes from variables and mounted files. Errors name the invalid setting."""

import pytest

from functions.common.config import (
    Environment,
    RedisSettings,
    S3Settings,
    SinkSettings,
    read_or_exit,
)
from functions.common.errors import ConfigurationError
from functions.ingest.settings import KeyedService


def test_a_value_can_come_from_a_file(tmp_path):
    (tmp_path / "secret").write_text("hidden\n")
    env = Environment({"KEY_FILE": str(tmp_path / "secret")})
    assert env.text("KEY") == "hidden"


@pytest.mark.parametrize("secret", ["REDIS_URL", "redis-url"])
def test_an_openfaas_secret_is_found_by_either_name(tmp_path, secret):
    (tmp_path / secret).write_text("redis://mounted\n")
    assert RedisSettings.read(Environment({}, tmp_path)).url == "redis://mounted"


def test_an_unreadable_secret_is_an_error_that_names_it(tmp_path):
    (tmp_path / "event-token").write_bytes(b"\xff\xfe")
    with pytest.raises(
        ConfigurationError, match=r"secret event-token, which cannot be read: .*UTF"
    ):
        Environment({}, tmp_path).text("EVENT_TOKEN")
    (tmp_path / "redis-url").mkdir()
    with pytest.raises(ConfigurationError, match=r"secret redis-url, which cannot be read"):
        Environment({}, tmp_path).text("REDIS_URL", "")


def test_an_unreadable_file_is_named(tmp_path):
    env = Environment({"KEY_FILE": str(tmp_path / "none")})
    with pytest.raises(ConfigurationError, match=r"KEY_FILE names .*none"):
        env.text("KEY")


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("90", 90), ("90s", 90), ("15m", 900), ("12h", 43200), ("7d", 604800), ("0.5m", 30)],
)
def test_durations(text, seconds):
    assert Environment({"AGE": text}).seconds("AGE", "1s") == seconds


@pytest.mark.parametrize(
    ("variables", "read", "named"),
    [
        ({"RESULT_TTL": "soon"}, RedisSettings.read, "RESULT_TTL"),
        ({"REDIS_URL": "http://x"}, RedisSettings.read, "REDIS_URL"),
        ({"REDIS_CLUSTER": "maybe"}, RedisSettings.read, "REDIS_CLUSTER"),
        ({}, S3Settings.read, "S3_BUCKET"),
        ({"S3_BUCKET": "b", "S3_ENDPOINT_URL": "ftp://x"}, S3Settings.read, "S3_ENDPOINT_URL"),
        ({"S3_BUCKET": "b", "AWS_ACCESS_KEY_ID": "a"}, S3Settings.read, "AWS_SECRET_ACCESS_KEY"),
        ({"K_SINK": "broker"}, SinkSettings.read, "K_SINK"),
        ({"LOG_LEVEL": "LOUD"}, SinkSettings.read, "LOG_LEVEL"),
    ],
)
def test_a_bad_setting_is_named(variables, read, named):
    with pytest.raises(ConfigurationError, match=named):
        read(Environment(variables))


def test_a_bad_setting_stops_the_function_with_its_name(capsys):
    with pytest.raises(SystemExit) as stopped:
        read_or_exit("ingest", S3Settings.read, Environment({}))
    assert stopped.value.code == 3
    assert "stockcast ingest cannot start: S3_BUCKET is missing" in capsys.readouterr().err


def test_passwords_are_masked_in_messages():
    with pytest.raises(ConfigurationError) as caught:
        Environment({"REDIS_URL": "amqp://me:secret@host"}).url("REDIS_URL", schemes=("redis",))
    assert "secret" not in caught.value.detail


def test_credentials_are_not_shown():
    variables = {"S3_BUCKET": "b", "AWS_ACCESS_KEY_ID": "id", "AWS_SECRET_ACCESS_KEY": "hush"}
    assert "hush" not in repr(S3Settings.read(Environment(variables)))


def test_no_repr_shows_a_password_key_or_token():
    env = Environment(
        {
            "REDIS_URL": "redis://:hush@redis:6379/0",
            "EVENT_TOKEN": "hush-hush-hush-hush",
            "TIINGO_API_KEY": "hush",
        }
    )
    service = KeyedService.read(env, "TIINGO", "https://api.tiingo.com")
    assert service.key == "hush"
    assert "hush" not in repr([RedisSettings.read(env), SinkSettings.read(env), service])


def test_numbers_and_lists():
    env = Environment({"N": "7", "LESS": "-1", "LIST": "a, b,,c"})
    assert env.number("N", "1") == 7
    assert env.names("LIST", "") == ("a", "b", "c")
    with pytest.raises(ConfigurationError, match="at least 0"):
        env.number("LESS", "1")
