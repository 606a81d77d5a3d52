"""Uploads on their way through web: into S3, and what ingest has read in them out of Redis."""

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
    """Never waits for S3 in the event loop."""

    def __init__(self, settings: S3Settings | None, redis: Any) -> None:
        self._files = UploadedFiles(Bucket(settings, connect_lightly)) if settings else None
        self._redis = redis

    async def put(self, upload: Upload) -> None:
        """Keep the file. ConflictError where its symbol is another's, TemporaryError without S3."""
        if self._files is None:
            raise TemporaryError("Files cannot be uploaded here: web has no S3_BUCKET.")
        await asyncio.to_thread(self._files.put, upload, time.time())

    async def outcome(self, upload_id: str, wait_s: float) -> dict[str, Any] | None:
        """What was read in the file, or the problem with it; None where it takes longer."""
        give_up = time.monotonic() + wait_s
        while time.monotonic() < give_up:
            with failures_are_temporary():
                found = await self._redis.get(key_of(upload_id))
            if found:
                outcome: dict[str, Any] = json.loads(found)
                return outcome
            await asyncio.sleep(POLL_S)
        return None
