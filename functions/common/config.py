"""Configuration from the environment.

To read a value from a file, such as a mounted secret, set `NAME_FILE` to its path. OpenFaaS mounts
secrets under `/var/openfaas/secrets/`, as `NAME` or as `name-with-dashes` (`faas-cli` accepts only
the latter).

A function reads its configuration once, at start, into a frozen object. If a variable is invalid,
the function stops and names it.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TypeVar
from urllib.parse import urlsplit

from msgspec import Struct

from functions.common.data_sources import KEYS, SOURCES
from functions.common.errors import ConfigurationError

T = TypeVar("T")

OPENFAAS_SECRETS = Path("/var/openfaas/secrets")
DURATION = re.compile(r"(\d+(?:\.\d+)?)\s*(s|m|h|d)?")
SECONDS = {None: 1, "s": 1, "m": 60, "h": 3600, "d": 86400}
TRUE = frozenset({"1", "true", "yes", "on"})
LOG_LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR")
FALSE = frozenset({"0", "false", "no", "off"})


class Environment:
    """Typed access to environment variables. Raises ConfigurationError if a value is invalid."""

    def __init__(self, variables: Mapping[str, str], secrets: Path = OPENFAAS_SECRETS) -> None:
        self._variables = variables
        self._secrets = secrets

    def text(self, name: str, default: str | None = None) -> str:
        """The value of `name`, of the file that `NAME_FILE` points to, or of a mounted secret.

        Raises ConfigurationError if there is none and no `default`.
        """
        value = self._variables.get(name) or self._from_file(name) or default
        if value is None:
            raise ConfigurationError(f"{name} is missing and has no default. Set {name}.")
        return value

    def url(self, name: str, default: str | None = None, *, schemes: tuple[str, ...]) -> str:
        value = self.text(name, default)
        parts = urlsplit(value)
        usable = parts.scheme in schemes and (parts.netloc or parts.scheme == "unix")
        if value and not usable:
            message = f"{name} must be a URL with {' or '.join(schemes)}, not {_masked(value)!r}."
            raise ConfigurationError(message)
        return value

    def seconds(self, name: str, default: str) -> float:
        """A duration such as `90`, `90s`, `15m`, `12h` or `7d`, in seconds."""
        value = self.text(name, default)
        match = DURATION.fullmatch(value.strip())
        if not match:
            message = f"{name} must be a duration like 90, 15m, 12h or 7d, not {value!r}."
            raise ConfigurationError(message)
        return float(match[1]) * SECONDS[match[2]]

    def number(self, name: str, default: str) -> int:
        value = self.text(name, default)
        if not value.isascii() or not value.isdigit():
            message = f"{name} must be a whole number of at least 0, not {value!r}."
            raise ConfigurationError(message)
        return int(value)

    def flag(self, name: str, *, default: bool) -> bool:
        value = self.text(name, str(default)).lower()
        if value not in TRUE | FALSE:
            raise ConfigurationError(f"{name} must be true or false, not {value!r}.")
        return value in TRUE

    def names(self, name: str, default: str) -> tuple[str, ...]:
        """A comma-separated list."""
        return tuple(item.strip() for item in self.text(name, default).split(",") if item.strip())

    def choice(self, name: str, default: str, *, among: tuple[str, ...]) -> str:
        value = self.text(name, default)
        if value not in among:
            raise ConfigurationError(f"{name} must be one of {', '.join(among)}, not {value!r}.")
        return value

    def _from_file(self, name: str) -> str | None:
        if named := self._variables.get(f"{name}_FILE"):
            value = _content(Path(named), f"{name}_FILE names {named!r}")
            if value is None:
                raise ConfigurationError(f"{name}_FILE names {named!r}, which does not exist.")
            return value
        # faas-cli creates secrets with lowercase names only.
        for secret in (name, name.lower().replace("_", "-")):
            value = _content(self._secrets / secret, f"The secret {secret}")
            if value is not None:
                return value
        return None


def _content(path: Path, what: str) -> str | None:
    """The text of a file, or None if it does not exist. `what` begins the error message."""
    try:
        return path.read_text(encoding="utf-8").strip()
    except (FileNotFoundError, NotADirectoryError):
        return None
    except (OSError, UnicodeDecodeError) as error:
        why = error.strerror if isinstance(error, OSError) else "it is not UTF-8 text"
        raise ConfigurationError(f"{what}, which cannot be read: {why}.") from error


PROVIDERS = tuple(source.name for source in SOURCES)


def providers(env: Environment) -> tuple[str, ...]:
    """PROVIDERS, in order. The default is the providers whose key is set, or else the sample."""
    keyed = ",".join(name for name, key in KEYS.items() if env.text(key, ""))
    named = env.names("PROVIDERS", keyed or "sample")
    for name in named:
        if name not in PROVIDERS:
            message = f"PROVIDERS can contain {', '.join(PROVIDERS)}, but not {name!r}."
            raise ConfigurationError(message)
    if len(set(named)) < len(named):
        raise ConfigurationError(f"PROVIDERS names a provider twice: {', '.join(named)}.")
    if not named:
        raise ConfigurationError(f"PROVIDERS is empty. Name some of {', '.join(PROVIDERS)}.")
    return named


class Secretive(Struct, frozen=True):
    """Settings whose repr shows no values, because some of them are secret."""

    def __repr__(self) -> str:
        return f"{type(self).__name__}(...)"


class RedisSettings(Secretive, frozen=True):
    """Where Stockcast stores requests, claims and results, and for how long."""

    url: str
    cluster: bool
    result_ttl_s: float
    request_deadline_s: float

    @classmethod
    def read(cls, env: Environment) -> RedisSettings:
        return cls(
            url=env.url(
                "REDIS_URL", "redis://127.0.0.1:6379/0", schemes=("redis", "rediss", "unix")
            ),
            cluster=env.flag("REDIS_CLUSTER", default=False),
            result_ttl_s=env.seconds("RESULT_TTL", "24h"),
            request_deadline_s=env.seconds("REQUEST_DEADLINE", "10m"),
        )


class S3Settings(Struct, frozen=True):
    """Where Stockcast stores prices.

    Without static keys, boto3 finds the credentials. An empty region means the profile's region, or
    us-east-1 if the profile has none.
    """

    bucket: str
    endpoint_url: str | None
    region: str
    credentials: tuple[str, str] | None
    session_token: str = ""

    @classmethod
    def read(cls, env: Environment) -> S3Settings:
        key = env.text("AWS_ACCESS_KEY_ID", "")
        secret = env.text("AWS_SECRET_ACCESS_KEY", "")
        if bool(key) != bool(secret):
            missing = "AWS_SECRET_ACCESS_KEY" if key else "AWS_ACCESS_KEY_ID"
            raise ConfigurationError(f"{missing} is missing. Set both or neither.")
        return cls(
            bucket=env.text("S3_BUCKET"),
            endpoint_url=env.url("S3_ENDPOINT_URL", "", schemes=("http", "https")) or None,
            region=env.text("AWS_REGION", "") or env.text("AWS_DEFAULT_REGION", ""),
            credentials=(key, secret) if key else None,
            session_token=env.text("AWS_SESSION_TOKEN", ""),
        )

    def __repr__(self) -> str:
        return f"S3Settings(bucket={self.bucket!r}, endpoint_url={self.endpoint_url!r})"


LEAST_TOKEN_CHARACTERS = 16


def event_tokens(env: Environment) -> tuple[str, ...]:
    """EVENT_TOKEN: the token that signs, then after commas the old tokens that are still valid."""
    tokens = env.names("EVENT_TOKEN", "")
    if any(len(token) < LEAST_TOKEN_CHARACTERS for token in tokens):
        raise ConfigurationError(
            f"EVENT_TOKEN is shorter than {LEAST_TOKEN_CHARACTERS} characters."
            " Create one with `openssl rand -hex 32`."
        )
    return tokens


class SinkSettings(Secretive, frozen=True):
    """Where to post events that are not replies, and which tokens sign them."""

    sink: str
    failure_sink: str
    log_level: str
    retry_for_s: float = 0.0
    event_tokens: tuple[str, ...] = ()

    @classmethod
    def read(cls, env: Environment) -> SinkSettings:
        return cls(
            sink=env.url("K_SINK", "", schemes=("http", "https")),
            failure_sink=env.url("FAILURE_SINK", "", schemes=("http", "https")),
            log_level=env.choice("LOG_LEVEL", "INFO", among=LOG_LEVELS),
            retry_for_s=env.seconds("RETRY_FOR", "0s"),
            event_tokens=event_tokens(env),
        )


def read_or_exit(function: str, read: Callable[[Environment], T], env: Environment) -> T:
    """The settings that `read` returns. If a value is invalid, print why and exit."""
    try:
        return read(env)
    except ConfigurationError as error:
        sys.stderr.write(f"stockcast {function} cannot start: {error.detail}\n")
        raise SystemExit(3) from None


def _masked(url: str) -> str:
    """`url` with its password masked, for use in a message."""
    return re.sub(r"(//[^:/@]*):[^@]*@", r"\1:***@", url)
