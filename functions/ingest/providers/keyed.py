"""What all providers with an API key have in common."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timezone
from types import MappingProxyType
from typing import ClassVar

from functions.common.data_sources import BY_NAME
from functions.common.errors import KeyRefusedError
from functions.ingest.providers.publication import Schedule
from functions.ingest.providers.session import ProviderSession


class KeyedProvider:
    """A provider at `url`. `clock` returns the time in epoch seconds.

    `HEADERS` are sent with each request, with the key in place of `{}`.
    """

    HEADERS: ClassVar[Mapping[str, str]] = MappingProxyType({})
    name: str
    schedule: Schedule
    gives_all = True

    def __init__(
        self,
        key: str,
        session: Callable[..., ProviderSession],
        clock: Callable[[], float],
        url: str,
    ) -> None:
        headers = {name: value.format(key) for name, value in self.HEADERS.items()}
        self._http = session(self.name, headers=headers, secrets=(key,))
        self._key = key
        self._clock = clock
        self._url = url.rstrip("/")

    def _now(self) -> datetime:
        return datetime.fromtimestamp(self._clock(), timezone.utc)

    def _key_refused(self, why: str = "") -> KeyRefusedError:
        source = BY_NAME[self.name]
        return KeyRefusedError(
            f"{source.title} rejects the key{why}. Set {source.key} to a valid one."
        )
