"""Explains S3 failures in messages that say what to fix."""

from __future__ import annotations

import re

from functions.common.config import S3Settings
from functions.common.errors import cause

CODE = re.compile(r"<Code>([^<]+)</Code>")
MESSAGE = re.compile(r"<Message>([^<]+)</Message>")
NO_BUCKET, NOT_IMPLEMENTED = "NoSuchBucket", "NotImplemented"
REDIRECTED = "Received redirect"
REFUSED = re.compile(r"status code: 4\d\d")
NO_CONDITIONS = (
    "S3 at {where} does not write conditionally (If-Match, If-None-Match), so workers would"
    " overwrite each other's prices. Use a server that does: AWS S3, MinIO, Ceph or SeaweedFS."
)


def where(settings: S3Settings) -> str:
    return settings.endpoint_url or "AWS"


def is_refusal(error: BaseException) -> bool:
    """Whether S3 answered 4xx, so that only the body of the answer says why."""
    return bool(REFUSED.search(str(error)))


def in_words(error: BaseException, settings: S3Settings, *, is_conditional: bool = False) -> str:
    """What is wrong, with S3's own code and message if there are any."""
    text, *_ = str(error).split("\n\nDebug source:")
    code, message = CODE.search(text), MESSAGE.search(text)
    if code and code[1] == NO_BUCKET:
        return f"The bucket {settings.bucket!r} (S3_BUCKET) does not exist. Create it."
    if code and code[1] == NOT_IMPLEMENTED and is_conditional:
        return NO_CONDITIONS.format(where=where(settings))
    if REDIRECTED in text:
        return (
            f"The bucket {settings.bucket!r} is not in the region {settings.region!r}."
            " Set AWS_REGION to the bucket's region."
        )
    if code:
        text = f"{code[1]}: {message[1] if message else 'no message'}"
    return f"S3 at {where(settings)} failed: {cause(text)}"
