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
    bucket, store = os.environ["S3_BUCKET"], tcp.s3()

    def handle(message: dict[str, Any], answers: redis.Redis) -> None:
        body = store.get_object(Bucket=bucket, Key=message["key"])["Body"].read()
        frame = recipe.training(pd.read_csv(io.BytesIO(body)))
        predicted = recipe.predict(frame, message["days"])
        png = recipe.draw(frame, predicted)
        answers.set(f"baseline:chart:{message['id']}", png, ex=600)
        answers.set(f"baseline:{message['id']}", json.dumps(recipe.last(predicted)), ex=600)

    tcp.serve(port, handle)


if __name__ == "__main__":
    main(int(sys.argv[1]))
