"""`stockcast sign`: signs an event with EVENT_TOKEN, so that you or a cron job can send it."""

from __future__ import annotations

import argparse
import os
import sys

from cli.arguments import BadInputError
from cli.exit_codes import OK
from functions.common.messages.message import loads


def add_to(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    sign = commands.add_parser("sign", help="sign an event with EVENT_TOKEN")
    sign.add_argument("--type", required=True, help="the event's type")
    sign.add_argument("--data", default="{}", metavar="JSON", help="its data (default {})")
    sign.set_defaults(run=_sign)


def _sign(given: argparse.Namespace) -> int:
    from functions.common.cloudevents.event import Envelope
    from functions.common.cloudevents.signature import EXTENSION, Signer
    from functions.common.config import Environment, event_tokens

    signer = Signer(event_tokens(Environment(os.environ)))
    if not signer.has_token:
        raise BadInputError("EVENT_TOKEN is not set. Set it to sign events.")
    try:
        data = loads(given.data)
    except ValueError as error:
        raise BadInputError(f"--data is not JSON: {error}.") from error
    signed = signer.signed(Envelope("1", "/stockcast/sign", given.type, data))
    sys.stdout.write(f"{signed.extensions[EXTENSION]}\n")
    return OK
