"""The web of a peer: answers a question with its result. PEER names the system that computes."""

from __future__ import annotations

import asyncio
import importlib
import os
import uuid
from typing import Any

import redis.asyncio
from fastapi import FastAPI, Response

from bench.peers import work

PATIENCE_S = 120

app = FastAPI()
answers = redis.asyncio.Redis.from_url(os.environ["REDIS_URL"])
peer = os.environ["PEER"]
submit = None if peer == "fastapi" else importlib.import_module(f"bench.peers.{peer}_app").submit


@app.get("/healthz")
async def health() -> str:
    return "ok"


@app.post("/forecast")
async def forecast(question: dict[str, Any]) -> Response:
    question["id"] = str(uuid.uuid4())
    if submit is None:
        result = await asyncio.to_thread(lambda: work.forecast(work.ingest(question)))
    else:
        await asyncio.to_thread(submit, question)
        await answers.blpop(f"peer:{question['id']}:done", timeout=PATIENCE_S)
        result = await answers.get(f"peer:{question['id']}")
    if result is None:
        return Response('{"error": "no answer"}', 504)
    return Response(result, media_type="application/json")
