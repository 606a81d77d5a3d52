"""The settings of the web function, from environment variables."""

from __future__ import annotations

from functions.common.config import (
    LOG_LEVELS,
    Environment,
    RedisSettings,
    S3Settings,
    Secretive,
    event_tokens,
    providers,
)

CROWD = 50
"""By default, the limit of all clients together is this many times the limit of one."""


class Settings(Secretive, frozen=True):
    """The settings of the web function."""

    redis: RedisSettings
    sink: str
    providers: tuple[str, ...]
    requests_per_minute: int
    """The limit of one client."""
    cors_origins: tuple[str, ...]
    log_level: str
    s3: S3Settings | None = None
    symbols_max_age_s: float = 6 * 3600
    batch_deadline_s: float = 3600
    retry_for_s: float = 0.0
    requests_per_minute_of_all: int = 0
    streams_per_client: int = 0
    backlog_limit: int = 0
    concurrency_limit: int = 0
    uploads: bool = True
    event_tokens: tuple[str, ...] = ()
    metrics_token: str = ""
    functions_sleep: bool = False
    """Whether functions scale to zero, as on Knative, which sets K_SERVICE."""

    @property
    def has_sample_only(self) -> bool:
        """Whether the bundled sample is the only price source."""
        return self.providers == ("sample",)

    @classmethod
    def read(cls, env: Environment) -> Settings:
        of_one = env.number("RATE_LIMIT", "120")
        return cls(
            redis=RedisSettings.read(env),
            sink=env.url("K_SINK", "", schemes=("http", "https")),
            providers=providers(env),
            requests_per_minute=of_one,
            cors_origins=env.names("CORS_ORIGINS", ""),
            log_level=env.choice("LOG_LEVEL", "INFO", among=LOG_LEVELS),
            s3=S3Settings.read(env) if env.text("S3_BUCKET", "") else None,
            symbols_max_age_s=env.seconds("SYMBOLS_MAX_AGE", "6h"),
            batch_deadline_s=env.seconds("BATCH_DEADLINE", "1h"),
            retry_for_s=env.seconds("RETRY_FOR", "0s"),
            requests_per_minute_of_all=env.number("RATE_LIMIT_TOTAL", str(CROWD * of_one)),
            streams_per_client=env.number("STREAM_LIMIT", "100"),
            backlog_limit=env.number("BACKLOG_LIMIT", "500"),
            concurrency_limit=env.number("CONCURRENCY_LIMIT", "100"),
            uploads=env.flag("UPLOADS", default=True),
            event_tokens=event_tokens(env),
            metrics_token=env.text("METRICS_TOKEN", ""),
            functions_sleep=bool(env.text("K_SERVICE", "")),
        )
