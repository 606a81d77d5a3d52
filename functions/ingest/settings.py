"""What the ingest function reads from its environment."""

from __future__ import annotations

from dataclasses import dataclass

from functions.common.config import Environment, RedisSettings, S3Settings, SinkSettings
from functions.common.errors import ConfigurationError

KNOWN_PROVIDERS = ("sample",)


@dataclass(frozen=True)
class Settings:
    """Stores, sinks and providers of the ingest function."""

    redis: RedisSettings
    s3: S3Settings
    sinks: SinkSettings
    providers: tuple[str, ...]
    price_max_age_s: float

    @classmethod
    def read(cls, env: Environment) -> Settings:
        providers = env.names("PROVIDERS", "sample")
        for name in providers:
            if name not in KNOWN_PROVIDERS:
                message = f"PROVIDERS knows {', '.join(KNOWN_PROVIDERS)}, but not {name!r}."
                raise ConfigurationError(message)
        return cls(
            RedisSettings.read(env),
            S3Settings.read(env),
            SinkSettings.read(env),
            providers,
            env.seconds("PRICE_MAX_AGE", "7d"),
        )
