"""Counts the commands that Redis runs for a program."""

from __future__ import annotations

import threading
import uuid
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import redis

WITHIN_S = 60.0


@dataclass
class Commands:
    """Commands by name: those that programs sent, and those that scripts called."""

    sent: Counter[str] = field(default_factory=Counter)
    in_scripts: Counter[str] = field(default_factory=Counter)
    transactions: int = 0
    """Commands of transactions that did not need a round trip of their own."""

    @property
    def round_trips(self) -> int:
        """How often a program waited for Redis. A transaction counts once."""
        return self.sent.total() - self.transactions

    @property
    def total(self) -> int:
        """All commands, those inside scripts included."""
        return self.sent.total() + self.in_scripts.total()


@contextmanager
def counted(server: redis.Redis, database: int = 0) -> Iterator[Commands]:
    """Count the commands in a database until the context ends. MONITOR slows Redis down."""
    commands, last = Commands(), f"counted {uuid.uuid4()}"
    is_listening = threading.Event()

    def listen() -> None:
        within: set[str] = set()
        with server.monitor() as monitor:
            is_listening.set()
            for one in monitor.listen():
                if one["command"].endswith(last):
                    return
                if int(one["db"]) != database:
                    continue
                name = one["command"].split(" ", 1)[0].upper()
                if one["client_type"] == "lua":
                    commands.in_scripts[name] += 1
                    continue
                client = f"{one['client_address']}:{one['client_port']}"
                commands.sent[name] += 1
                if client in within:
                    commands.transactions += 1
                if name == "MULTI":
                    within.add(client)
                elif name == "EXEC":
                    within.discard(client)

    listener = threading.Thread(target=listen, daemon=True)
    listener.start()
    is_listening.wait(WITHIN_S)
    try:
        yield commands
    finally:
        server.echo(last)
        listener.join(WITHIN_S)
