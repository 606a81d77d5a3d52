"""Redis keeps the time of requests by its own clock. What a test wants to be old is made older."""

from functions.common.requests.keys import request_key

TIMES = ("submitted_at", "deadline", "at:queued", "at:ingesting", "at:forecasting")


def older(redis_client, request_id, by_s):
    """The request as if everything about it had happened `by_s` seconds earlier."""
    key = request_key(request_id)
    for field in TIMES:
        if redis_client.hexists(key, field):
            redis_client.hincrby(key, field, -round(by_s * 1000))
