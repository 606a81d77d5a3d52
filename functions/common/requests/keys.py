"""The Redis keys of requests and of everything about them.

    stockcast:request:{SHARD}:ID      a request, see record.py
    stockcast:batch:{SHARD}:ID        a batch, see batches.py
    stockcast:metrics:{SHARD}         counts, see metrics.py
    stockcast:latest:{SHARD}:ASKED    "REQUEST RESULT": the newest fresh result of a question, and
                                      the key of the request it was computed for
    stockcast:result:{SHARD}:KEY      a result (JSON). KEY begins with the number of its shard
    stockcast:history:{SHARD}:PRICES  the price history of results (JSON, compressed with zlib).
                                      KEY begins with PRICES
    stockcast:chart:{SHARD}:KEY       its chart (PNG). Variants add a suffix: KEY:dark-2.png
    stockcast:computing:{SHARD}:KEY   the claim of the worker that computes it
    stockcast:event:{DIGEST}          the claim on an event, then its outcome
    stockcast:{open}                  the backlog: a sorted set of ids, by deadline (epoch ms)

On Redis Cluster, a script can only use keys that share a hash tag. There are SHARDS tags. The id of
the request (or of its batch), or the symbol, determines the tag, so related keys share one.
"""

from __future__ import annotations

import hashlib
import json
import zlib

from functions.common.messages.batch_ids import batch_of
from functions.common.messages.charts import DEFAULT, Variant
from functions.common.messages.events import ForecastRequested

SHARDS = 32
UNRELATED = "unrelated"
"""The shard of counts that belong to no request."""
BACKLOG = "stockcast:{open}"
PRICES_LENGTH = 22
"""The length of PRICES. steps.lua has it, too."""


def shard_of(name: str) -> str:
    """The hash tag of everything about `name`."""
    return f"s{zlib.crc32(name.encode()) % SHARDS:02}"


def counts_key(shard: str) -> str:
    return f"stockcast:metrics:{{{shard}}}"


def every_counts_key() -> list[str]:
    """All keys that can hold counts."""
    return [counts_key(f"s{number:02}") for number in range(SHARDS)] + [counts_key(UNRELATED)]


def request_key(request_id: str) -> str:
    """The key of a request. The members of a batch share the batch's hash tag."""
    return f"stockcast:request:{{{shard_of(batch_of(request_id))}}}:{request_id}"


def batch_key(batch_id: str) -> str:
    return f"stockcast:batch:{{{shard_of(batch_id)}}}:{batch_id}"


def keys_of_request(request_id: str) -> tuple[str, str, str]:
    """The keys of the request, its batch (if any) and its counts."""
    batch_id = batch_of(request_id)
    return request_key(request_id), batch_key(batch_id), counts_key(shard_of(batch_id))


def body_of(requested: ForecastRequested) -> str:
    """The question of a request in canonical form. Equal requests have equal bodies."""
    asked = requested.to_data()
    del asked["request_id"]
    return json.dumps(asked, sort_keys=True, separators=(",", ":"))


def asked_key(requested: ForecastRequested) -> str:
    """A digest of the question. Equal questions have equal digests, no matter who asks."""
    return hashlib.sha256(body_of(requested).encode()).hexdigest()[:32]


def result_key(requested: ForecastRequested, etag: str, version: str) -> str:
    """The key of a result. It depends on the question, the version of the prices and the model's.

    It begins with the shard of the symbol, and with all that its history depends on.
    """
    shared = f"{requested.symbol}\n{requested.model}\n{etag}\n{version}"
    prices = shard_of(requested.symbol)[1:] + hashlib.sha256(shared.encode()).hexdigest()
    return prices[:PRICES_LENGTH] + asked_key(requested)[:20]


def result_name(key: str) -> str:
    return _beside("result", key)


def history_name(key: str) -> str:
    """The key of the history of a result. Results from the same prices share it."""
    return _beside("history", key[:PRICES_LENGTH])


def chart_name(key: str, variant: Variant = DEFAULT) -> str:
    name = _beside("chart", key)
    if variant == DEFAULT:
        return name
    return f"{name}:{variant.theme}-{variant.scale}.{variant.format}"


def computing_name(key: str) -> str:
    return _beside("computing", key)


def latest_name(requested: ForecastRequested) -> str:
    """The key of a question's latest result. Its results and counts share its hash tag."""
    return f"stockcast:latest:{{{shard_of(requested.symbol)}}}:{asked_key(requested)}"


def event_name(function: str, source: str, event_id: str) -> str:
    """The key of one function's claim on an event."""
    identity = f"{function}\n{source}\n{event_id}"
    return f"stockcast:event:{{{hashlib.sha256(identity.encode()).hexdigest()[:32]}}}"


def _beside(kind: str, key: str) -> str:
    return f"stockcast:{kind}:{{s{key[:2]}}}:{key}"
