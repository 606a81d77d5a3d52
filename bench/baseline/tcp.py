"""Threaded TCP servers that read one JSON message per line, and the client for them."""

from __future__ import annotations

import json
import os
import socket
import socketserver
from collections.abc import Callable
from typing import Any

import boto3
import redis

HOST = "127.0.0.1"


def send(port: int, message: dict[str, Any]) -> None:
    """Send a message. The server answers `ok` as soon as it has read the message."""
    with socket.create_connection((HOST, port), timeout=10) as connection:
        connection.sendall(json.dumps(message).encode() + b"\n")
        connection.recv(16)


def serve(port: int, handle: Callable[[dict[str, Any], redis.Redis], None]) -> None:
    """Handle each message in its own thread, until killed. web gets an answer even to an error."""
    answers = redis.Redis.from_url(os.environ["REDIS_URL"])

    class Handler(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            message = json.loads(self.rfile.readline() or b"{}")
            self.wfile.write(b"ok\n")
            self.wfile.flush()
            try:
                if message:
                    handle(message, answers)
            except Exception as error:  # noqa: BLE001 - whatever it is, web waits for an answer
                text = json.dumps({"error": str(error)})
                answers.set(f"baseline:{message['id']}", text, ex=600)

    class Server(socketserver.ThreadingTCPServer):
        allow_reuse_address = True
        request_queue_size = 128

    with Server((HOST, port), Handler) as server:
        server.serve_forever()


def s3() -> Any:
    return boto3.client("s3", endpoint_url=os.environ["S3_ENDPOINT_URL"])
