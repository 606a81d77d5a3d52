"""A stack of this machine on free ports."""

from dataclasses import replace

from local.servers import HOST, S3_PORTS, free_port
from local.stack import Options, Stack, at_base_port, programs


def started(home, env, only=(), **options):
    """The stack, with `env` in all its programs or only in those named, and its programs' URLs.

    They are web, the broker, ingest, forecast, Redis and S3.
    """
    base = free_port(5 + len(S3_PORTS))
    planned = programs(at_base_port(Options(home=home, **options), base))
    changed = [
        replace(one, env={**one.env, **env}) if not only or one.name in only else one
        for one in planned
    ]
    stack = Stack(changed, home / "logs")
    stack.start(lambda _: None)
    return stack, [f"http://{HOST}:{base + step}" for step in range(6)]
