"""The old ingest: stores the prices in S3 and passes the request on."""

from __future__ import annotations

import json
import os
import sys
from typing import Any

import redis

from bench.baseline import tcp
from functions.ingest.providers.sample import SampleProvider


def main(port: int, forecast_port: int) -> None:
    bucket = os.environ["S3_BUCKET"]
    store, answers = tcp.s3(), redis.Redis.from_url(os.environ["REDIS_URL"])
    provider = SampleProvider()

    def handle(message: dict[str, Any]) -> None:
        key = f"baseline/{message['symbol']}.csv"
        try:
            try:
                store.head_object(Bucket=bucket, Key=key)
            except store.exceptions.ClientError:
                prices = provider.fetch(message["symbol"]).history.to_csv()
                store.put_object(Bucket=bucket, Key=key, Body=prices)
            tcp.send(forecast_port, message | {"key": key})
        except Exception as error:  # noqa: BLE001 - web waits for an answer, even after an error
            answers.set(f"baseline:{message['id']}", json.dumps({"error": str(error)}), ex=600)

    tcp.serve(port, handle)


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
