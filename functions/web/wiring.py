"""Connects the parts of web, for one event loop."""

from __future__ import annotations

from starlette.applications import Starlette

from functions.common.cloudevents.retries import Retries
from functions.common.cloudevents.signature import Signer
from functions.web.api.batches import BatchApi
from functions.web.api.dead_letters import DeadLetterApi
from functions.web.api.health import HealthApi
from functions.web.api.kinds import ANALYSES, FORECASTS
from functions.web.api.metrics import MetricsApi
from functions.web.api.pages import PageApi
from functions.web.api.requests import RequestApi
from functions.web.api.symbols import SymbolApi
from functions.web.api.uploads import UploadApi
from functions.web.app import application
from functions.web.limits.clients import Limits
from functions.web.live.progress import Changes
from functions.web.publishing.batch_members import Expansion
from functions.web.publishing.hand_over import HandOver
from functions.web.publishing.publisher import Publisher
from functions.web.settings import Settings
from functions.web.stores.batches import BatchStore
from functions.web.stores.price_history import PriceHistories
from functions.web.stores.requests import WebStore, connect
from functions.web.stores.uploads import UploadStore
from functions.web.symbols.source import SymbolSource


class Wired:
    """The application and its connections. Create it in the event loop that runs it."""

    def __init__(self, settings: Settings) -> None:
        self._redis = connect(settings.redis)
        self._changes = Changes(self._redis)
        signer = Signer(settings.event_tokens)
        self._publisher = Publisher(settings.sink, signer)
        self._symbols = SymbolSource(settings.s3, settings.symbols_max_age_s)
        store = WebStore(self._redis, settings.redis)
        batches = BatchStore(self._redis, settings.redis, store, settings.batch_deadline_s)
        expansion = Expansion(batches, self._changes, self._publisher)
        limits = Limits(settings, store)
        histories = PriceHistories(settings.s3, settings.providers)
        hand_over = HandOver(self._publisher)
        shared = (settings, store, self._changes, self._publisher, hand_over, limits, self._symbols)
        retries = Retries(settings.retry_for_s)
        page = PageApi(store, functions_sleep=settings.functions_sleep)
        resources = (
            page,
            HealthApi(store),
            MetricsApi(store, lambda: self._changes.open_streams, settings.metrics_token),
            SymbolApi(settings, store, limits, self._publisher, self._symbols, histories),
            RequestApi(FORECASTS, *shared),
            RequestApi(ANALYSES, *shared),
            BatchApi(limits, batches, expansion, self._changes, signer, retries),
            UploadApi(limits, UploadStore(settings.s3, self._redis), self._publisher, settings),
            DeadLetterApi(store, batches, signer),
        )
        self.application: Starlette = application(resources, settings, page.missing)

    def end_streams(self) -> None:
        """End the live streams, which would otherwise delay the shutdown."""
        self._changes.end()

    async def aclose(self) -> None:
        """Close the connections to Redis, the broker and S3."""
        await self._changes.aclose()
        self._publisher.close()
        await self._symbols.aclose()
        await self._redis.aclose()
