"""Stores uploads in S3, and reads from Redis what ingest found in them."""

from __future__ import annotations

import asyncio
import json
import time
from typing import Any

from functions.common.config import S3Settings
from functions.common.errors import TemporaryError
from functions.common.prices.bucket import Bucket, connect_lightly
from functions.common.prices.uploads import Upload, UploadedFiles
from functions.common.redis_client import failures_are_temporary
from functions.common.requests.upload_outcomes import key_of

POLL_S = 0.05


class UploadStore:
    """Stores uploads without blocking the event loop."""

    def __init__(self, settings: S3Settings | None, redis: Any) -> None:
        self._files = UploadedFiles(Bucket(settings, connect_lightly)) if settings else None
        self._redis = redis

    async def put(self, upload: Upload) -> None:
        """Store the file.

        Raises ConflictError if its symbol belongs to another file, TemporaryError without S3.
        """
        if self._files is None:
            raise TemporaryError("Uploads are not possible, because S3_BUCKET is not set for web.")
        await asyncio.to_thread(self._files.put, upload, time.time())

    async def outcome(self, upload_id: str, wait_s: float) -> dict[str, Any] | None:
        """What ingest read in the file, or its problem. Returns None after `wait_s` seconds."""
        give_up = time.monotonic() + wait_s
        while time.monotonic() < give_up:
            with failures_are_temporary():
                found = await self._redis.get(key_of(upload_id))
            if found:
                outcome: dict[str, Any] = json.loads(found)
                return outcome
            await asyncio.sleep(POLL_S)
        return None
