"""The old web: passes the request on and polls Redis every 50 ms for the answer."""

from __future__ import annotations

import os
import sys
import time
import uuid

import flask
import redis

from bench.baseline import tcp

POLL_S = 0.05
WAIT_S = 300.0


def application(ingest_port: int) -> flask.Flask:
    app = flask.Flask("baseline")
    answers = redis.Redis.from_url(os.environ["REDIS_URL"])

    @app.get("/healthz")
    def health() -> str:
        return "ok"

    @app.post("/forecast")
    def forecast() -> flask.Response:
        asked = flask.request.get_json()
        request_id = str(uuid.uuid4())
        tcp.send(ingest_port, {"id": request_id, "symbol": asked["symbol"], "days": asked["days"]})
        give_up = time.monotonic() + WAIT_S
        while time.monotonic() < give_up:
            answer = answers.get(f"baseline:{request_id}")
            if answer is not None:
                return flask.Response(answer, mimetype="application/json")
            time.sleep(POLL_S)
        return flask.Response('{"error": "no answer"}', 504)

    return app


if __name__ == "__main__":
    application(int(sys.argv[2])).run("127.0.0.1", int(sys.argv[1]), threaded=True)
