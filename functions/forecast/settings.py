"""The settings that the forecast function reads from its environment."""

from __future__ import annotations

from msgspec import Struct

from functions.common.config import Environment, RedisSettings, S3Settings, SinkSettings


class Settings(Struct, frozen=True):
    """Stores and sinks of the forecast function."""

    redis: RedisSettings
    s3: S3Settings
    sinks: SinkSettings

    @classmethod
    def read(cls, env: Environment) -> Settings:
        return cls(RedisSettings.read(env), S3Settings.read(env), SinkSettings.read(env))
