"""The old forecast: reads prices from S3, fits the model, draws the chart, answers in Redis."""

from __future__ import annotations

import io
import json
import os
import sys
from typing import Any

import pandas as pd
import redis

from bench.baseline import recipe, tcp


def main(port: int) -> None:
    bucket = os.environ["S3_BUCKET"]
    store, answers = tcp.s3(), redis.Redis.from_url(os.environ["REDIS_URL"])

    def handle(message: dict[str, Any]) -> None:
        try:
            body = store.get_object(Bucket=bucket, Key=message["key"])["Body"].read()
            frame = recipe.training(pd.read_csv(io.BytesIO(body)))
            predicted = recipe.predict(frame, message["days"])
            png = recipe.draw(frame, predicted)
            answers.set(f"baseline:chart:{message['id']}", png, ex=600)
            answer = recipe.last(predicted)
        except Exception as error:  # noqa: BLE001 - web waits for an answer, even after an error
            answer = {"error": str(error)}
        answers.set(f"baseline:{message['id']}", json.dumps(answer), ex=600)

    tcp.serve(port, handle)


if __name__ == "__main__":
    main(int(sys.argv[1]))
