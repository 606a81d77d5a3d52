"""`stockcast bucket`: prepares the bucket that S3_BUCKET names."""

from __future__ import annotations

import argparse
import os
import sys

from cli.exit_codes import OK


def add_to(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    bucket = commands.add_parser(
        "bucket",
        help="create the S3 bucket and check that it does what Stockcast needs",
        description="Creates the bucket S3_BUCKET at S3_ENDPOINT_URL, checks that the server"
        " honors conditional writes, and tells it to remove old uploads. You can run it again.",
    )
    bucket.set_defaults(run=_bucket)


def _bucket(_: argparse.Namespace) -> int:
    from functions.common.config import Environment, S3Settings
    from functions.ingest.prepare_bucket import prepare

    env = Environment(os.environ)
    settings, kept_s = S3Settings.read(env), env.seconds("UPLOAD_TTL", "7d")
    prepare(settings, kept_s, lambda line: print(line, file=sys.stdout))  # noqa: T201
    return OK
