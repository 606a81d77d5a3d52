"""The old ingest: stores the prices in S3 and passes the request on."""

from __future__ import annotations

import os
import sys
from typing import Any

import redis

from bench.baseline import tcp
from functions.ingest.providers.sample import SampleProvider


def main(port: int, forecast_port: int) -> None:
    bucket, store, provider = os.environ["S3_BUCKET"], tcp.s3(), SampleProvider()

    def handle(message: dict[str, Any], _: redis.Redis) -> None:
        key = f"baseline/{message['symbol']}.csv"
        try:
            store.head_object(Bucket=bucket, Key=key)
        except store.exceptions.ClientError:
            prices = provider.fetch(message["symbol"]).history.to_csv()
            store.put_object(Bucket=bucket, Key=key, Body=prices)
        tcp.send(forecast_port, message | {"key": key})

    tcp.serve(port, handle)


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
