"""Short-lived outcomes of uploads, for the callers that wait for them.

stockcast:upload:{ID}  what the file contains, or a problem object (RFC 9457)
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from functions.common.redis_client import failures_are_temporary

KEPT_S = 120


def key_of(upload_id: str) -> str:
    return f"stockcast:upload:{{{upload_id}}}"


class UploadOutcomes:
    """Writes the outcomes."""

    def __init__(self, redis: Any) -> None:
        self._redis = redis

    def put(self, upload_id: str, outcome: Mapping[str, Any]) -> None:
        with failures_are_temporary():
            self._redis.set(key_of(upload_id), json.dumps(outcome), ex=KEPT_S)
