"""Makes requests older. Redis uses its own clock, so a test moves their times back."""

from functions.common.requests.keys import request_key

TIMES = ("submitted_at", "deadline", "at:queued", "at:ingesting", "at:forecasting")


def older(redis_client, request_id, by_s):
    """Move all times of the request back by `by_s` seconds."""
    key = request_key(request_id)
    for field in TIMES:
        if redis_client.hexists(key, field):
            redis_client.hincrby(key, field, -round(by_s * 1000))
