"""The backlog: the requests that web has accepted and that have not ended.

    stockcast:{open}    sorted set of their ids, by deadline (epoch milliseconds)

Whoever ends a request takes it out; one that nobody ends leaves with its deadline. The members of
a batch are not in it, since a batch waits for its turn by itself.
"""

from __future__ import annotations

from functions.common.requests import batches as batch_record

KEY = "stockcast:{open}"

ENTER = """
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', ARGV[1])
if redis.call('ZSCORE', KEYS[1], ARGV[3]) then return 1 end
if redis.call('ZCARD', KEYS[1]) >= tonumber(ARGV[4]) then return 0 end
redis.call('ZADD', KEYS[1], ARGV[2], ARGV[3])
redis.call('PEXPIREAT', KEYS[1], ARGV[2])
return 1
"""
"""KEYS: the backlog. ARGV: now, the deadline, the request's id, the most that may wait.

Answers 0 where it is full.
"""


def holds(request_id: str) -> bool:
    """Whether a request of this id may be in the backlog."""
    return not batch_record.is_member(request_id)
