"""What the web function reads from its environment."""

from __future__ import annotations

from dataclasses import dataclass

from functions.common.config import LOG_LEVELS, Environment, RedisSettings, S3Settings, providers


@dataclass(frozen=True)
class Settings:
    """Where web posts events, keeps requests, finds symbols, and whom it answers."""

    redis: RedisSettings
    sink: str
    providers: tuple[str, ...]
    requests_per_minute: int
    cors_origins: tuple[str, ...]
    log_level: str
    s3: S3Settings | None = None
    symbols_max_age_s: float = 6 * 3600
    batch_deadline_s: float = 3600

    @property
    def has_sample_only(self) -> bool:
        """Whether there are no prices but the bundled ones."""
        return self.providers == ("sample",)

    @classmethod
    def read(cls, env: Environment) -> Settings:
        return cls(
            redis=RedisSettings.read(env),
            sink=env.url("K_SINK", schemes=("http", "https")),
            providers=providers(env),
            requests_per_minute=env.number("RATE_LIMIT", "120"),
            cors_origins=env.names("CORS_ORIGINS", ""),
            log_level=env.choice("LOG_LEVEL", "INFO", among=LOG_LEVELS),
            s3=S3Settings.read(env) if env.text("S3_BUCKET", "") else None,
            symbols_max_age_s=env.seconds("SYMBOLS_MAX_AGE", "6h"),
            batch_deadline_s=env.seconds("BATCH_DEADLINE", "1h"),
        )
