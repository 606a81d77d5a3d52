"""More requests at once than web has connections to Redis."""

import asyncio

from functions.common.redis_client import CONNECTIONS
from functions.web.stores.requests import WebStore, connect


async def test_a_caller_without_a_free_connection_waits_for_one(redis_settings, redis_client):
    others = len(redis_client.client_list())
    redis = connect(redis_settings)
    try:
        store = WebStore(redis, redis_settings)
        many = [store.read(f"nobodys-{number}") for number in range(20 * CONNECTIONS)]
        assert await asyncio.gather(*many) == [None] * len(many)
        assert 1 <= len(redis_client.client_list()) - others <= CONNECTIONS
    finally:
        await redis.aclose()
