"""The keys of everything about requests in Redis.

    stockcast:request:{SHARD}:ID      a request, see record.py
    stockcast:batch:{SHARD}:ID        a batch, see batches.py
    stockcast:metrics:{SHARD}         counts, see metrics.py
    stockcast:latest:{SHARD}:ASKED    "REQUEST RESULT": the newest fresh result of a question, and
                                      the key of the request it was computed for
    stockcast:result:{SHARD}:KEY      a result, JSON; KEY begins with its shard
    stockcast:chart:{SHARD}:KEY       its chart, PNG; KEY:dark-2.png and so on: its variants
    stockcast:computing:{SHARD}:KEY   the claim of whoever computes it
    stockcast:event:{DIGEST}          the claim on an event, then its outcome
    stockcast:{open}                  the backlog: sorted set of ids, by deadline (epoch ms)

On Redis Cluster a script may only touch keys that share a hash tag. So what belongs together is
spread over SHARDS tags by the id of its request (of its batch, for a member) or by its question.
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
"""The shard of what is counted about no request."""
BACKLOG = "stockcast:{open}"


def shard_of(name: str) -> str:
    """The hash tag of everything about `name`."""
    return f"s{zlib.crc32(name.encode()) % SHARDS:02}"


def counts_key(shard: str) -> str:
    return f"stockcast:metrics:{{{shard}}}"


def every_counts_key() -> list[str]:
    """All keys that may hold counts."""
    return [counts_key(f"s{number:02}") for number in range(SHARDS)] + [counts_key(UNRELATED)]


def request_key(request_id: str) -> str:
    """The members of a batch share its hash tag."""
    return f"stockcast:request:{{{shard_of(batch_of(request_id))}}}:{request_id}"


def batch_key(batch_id: str) -> str:
    return f"stockcast:batch:{{{shard_of(batch_id)}}}:{batch_id}"


def keys_of_request(request_id: str) -> tuple[str, str, str]:
    """The request, its batch if it has one, and its counts."""
    batch_id = batch_of(request_id)
    return request_key(request_id), batch_key(batch_id), counts_key(shard_of(batch_id))


def body_of(requested: ForecastRequested) -> str:
    """What was asked, in one canonical form: equal bodies are equal requests."""
    asked = requested.to_data()
    del asked["request_id"]
    return json.dumps(asked, sort_keys=True, separators=(",", ":"))


def asked_key(requested: ForecastRequested) -> str:
    """The same for equal questions, whoever asks."""
    return hashlib.sha256(body_of(requested).encode()).hexdigest()[:32]


def result_key(requested: ForecastRequested, etag: str, version: str) -> str:
    """The same for equal questions about the same prices, answered by the same model version.

    It begins with the shard of the question.
    """
    parts = "\n".join([body_of(requested), etag, version])
    shard = shard_of(asked_key(requested))
    return shard[1:] + hashlib.sha256(parts.encode()).hexdigest()[:30]


def result_name(key: str) -> str:
    return _beside("result", key)


def chart_name(key: str, variant: Variant = DEFAULT) -> str:
    name = _beside("chart", key)
    if variant == DEFAULT:
        return name
    return f"{name}:{variant.theme}-{variant.scale}.{variant.format}"


def computing_name(key: str) -> str:
    return _beside("computing", key)


def latest_name(requested: ForecastRequested) -> str:
    """It shares its hash tag with the results of the question, and with its counts."""
    asked = asked_key(requested)
    return f"stockcast:latest:{{{shard_of(asked)}}}:{asked}"


def event_name(function: str, source: str, event_id: str) -> str:
    """The claim of one function on an event."""
    identity = f"{function}\n{source}\n{event_id}"
    return f"stockcast:event:{{{hashlib.sha256(identity.encode()).hexdigest()[:32]}}}"


def _beside(kind: str, key: str) -> str:
    return f"stockcast:{kind}:{{s{key[:2]}}}:{key}"
