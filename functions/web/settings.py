"""What the web function reads from its environment."""

from __future__ import annotations

from dataclasses import dataclass

from functions.common.config import LOG_LEVELS, Environment, RedisSettings, providers


@dataclass(frozen=True)
class Settings:
    """Where web posts events, keeps requests, and whom it answers."""

    redis: RedisSettings
    sink: str
    providers: tuple[str, ...]
    requests_per_minute: int
    cors_origins: tuple[str, ...]
    log_level: str

    @classmethod
    def read(cls, env: Environment) -> Settings:
        return cls(
            redis=RedisSettings.read(env),
            sink=env.url("K_SINK", schemes=("http", "https")),
            providers=providers(env),
            requests_per_minute=env.number("RATE_LIMIT", "120"),
            cors_origins=env.names("CORS_ORIGINS", ""),
            log_level=env.choice("LOG_LEVEL", "INFO", among=LOG_LEVELS),
        )
