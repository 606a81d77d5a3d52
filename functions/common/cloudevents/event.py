"""CloudEvents over HTTP, in binary and structured mode.

Only this module uses the CloudEvents SDK, so its next major version means one change.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import unquote

from cloudevents.conversion import to_json as sdk_to_json
from cloudevents.exceptions import GenericException
from cloudevents.http import CloudEvent, from_http
from msgspec import Struct, field

from functions.common.errors import MalformedEventError
from functions.common.messages.message import loads, shown

MAX_EVENT_BYTES = 256 * 1024
"""The largest event that a function accepts."""
STRUCTURED = "application/cloudevents+json"
BATCH = "application/cloudevents-batch"
REQUIRED = ("specversion", "id", "source", "type")
CORE = frozenset({"specversion", "id", "source", "type", "datacontenttype", "subject", "time"})
ATTRIBUTE_NAME = re.compile(r"[a-z0-9]{1,64}")
MOST_ATTRIBUTE_CHARACTERS = 2048
"""Servers accept headers of about 8 KB, and a percent-encoded character takes up to 12 bytes."""
MOST_ATTRIBUTES = 32
PLAIN = re.compile("[!#$&-~]*")
"""Characters that need no percent-encoding in a header."""
NO_CHARACTERS = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]")
"""Characters that a CloudEvents String must not contain."""
QUOTED = re.compile(r'"(?:[^"\\]|\\.)*"')
ESCAPED = re.compile(r"\\(.)")
_compact = json.JSONEncoder(separators=(",", ":"), allow_nan=False).encode
BAD_PERCENT = re.compile("%(?![0-9A-Fa-f]{2})")


class Envelope(Struct, frozen=True):
    """A CloudEvent: its context attributes, and its data parsed from JSON.

    `extensions` has all other attributes, such as `partitionkey` and `traceparent`.
    """

    id: str
    source: str
    type: str
    data: Any
    subject: str = ""
    time: str = ""
    extensions: Mapping[str, str] = field(default_factory=dict)

    def attributes(self) -> dict[str, str]:
        """All context attributes by name, as filters and headers use them."""
        named = {
            "specversion": "1.0",
            "id": self.id,
            "source": self.source,
            "type": self.type,
            "datacontenttype": "application/json",
            "subject": self.subject,
            "time": self.time,
        }
        return {**self.extensions, **{name: value for name, value in named.items() if value}}

    def to_binary(self) -> tuple[dict[str, str], bytes]:
        """HTTP headers and body in binary mode."""
        attributes = self.attributes()
        headers = {"content-type": attributes.pop("datacontenttype")}
        headers |= {f"ce-{name}": _header_value(value) for name, value in attributes.items()}
        return headers, json_bytes(self.data)

    def to_structured(self) -> tuple[dict[str, str], bytes]:
        """HTTP headers and body in structured mode."""
        event = CloudEvent(self.attributes(), self.data)
        event = event if self.time else _without_time(event)
        return {"content-type": STRUCTURED}, sdk_to_json(event)


def is_event(headers: Mapping[str, str]) -> bool:
    """Whether an HTTP message claims to be a CloudEvent. Names of headers are in lowercase."""
    return "ce-id" in headers or "ce-specversion" in headers or _is_structured(headers)


def parse(headers: Mapping[str, str], body: bytes) -> Envelope:
    """The CloudEvent of an HTTP message. Raises MalformedEventError if it is not a valid one."""
    lowered = {name.lower(): value for name, value in headers.items()}
    content_type = lowered.get("content-type", "").lower()
    if content_type.startswith(BATCH):
        raise MalformedEventError("Batches are not accepted. Send one CloudEvent per request.")
    if not is_event(lowered):
        message = (
            "This is not a CloudEvent. Send the attributes as ce-id, ce-source, ce-type and"
            f" ce-specversion headers, or the whole event as {STRUCTURED}."
            f" The content type was {content_type or 'not given'!r}."
        )
        raise MalformedEventError(message)
    raw, data = (_plain if _is_plain(lowered) else _by_sdk)(lowered, body)
    attributes = _checked(raw)
    for name in REQUIRED:
        if not attributes.get(name):
            raise MalformedEventError(f"The CloudEvent attribute {name!r} is missing or empty.")
    if attributes.get("specversion") != "1.0":
        message = f"CloudEvents specversion {attributes.get('specversion')!r} is not 1.0."
        raise MalformedEventError(message)
    return Envelope(
        id=attributes["id"],
        source=attributes["source"],
        type=attributes["type"],
        data=data,
        subject=attributes.get("subject", ""),
        time=attributes.get("time", ""),
        extensions={name: value for name, value in attributes.items() if name not in CORE},
    )


def _is_plain(headers: Mapping[str, str]) -> bool:
    """Whether a message is in binary mode and has all required attributes."""
    return (
        headers.get("ce-specversion") == "1.0"
        and "ce-datacontenttype" not in headers
        and not _is_structured(headers)
        and all(headers.get(f"ce-{name}") for name in REQUIRED)
    )


def _plain(headers: Mapping[str, str], body: bytes) -> tuple[dict[str, Any], Any]:
    """The attributes and data of a plain message: the SDK's result, but faster."""
    attributes = {
        name[3:]: _decoded(name, value) for name, value in headers.items() if name[:3] == "ce-"
    }
    try:
        return attributes, _data(body)
    except ValueError as error:
        raise MalformedEventError(_reason(error)) from error


def _by_sdk(headers: Mapping[str, str], body: bytes) -> tuple[dict[str, Any], Any]:
    """The attributes and data of any message."""
    event = _read(headers, body)
    return dict(event.get_attributes()), event.get_data()


def _read(headers: Mapping[str, str], body: bytes) -> CloudEvent:
    """The message as the SDK reads it, with our stricter JSON reader."""
    try:
        if _is_structured(headers):
            given = loads(body)
            event = from_http(dict(headers), body, data_unmarshaller=_data)
            return event if given.get("time") else _without_time(event)
        # If one is missing, the SDK reads the message as structured.
        for name in REQUIRED:
            if not headers.get(f"ce-{name}"):
                raise MalformedEventError(f"The header ce-{name} is missing or empty.")
        # The HTTP binding percent-encodes ce-* headers, but the SDK does not decode them.
        decoded = {name: _decoded(name, value) for name, value in headers.items()}
        event = from_http(decoded, body, data_unmarshaller=_data)
        return event if decoded.get("ce-time") else _without_time(event)
    except (GenericException, ValueError, TypeError, AttributeError) as error:
        raise MalformedEventError(_reason(error)) from error


def _without_time(event: CloudEvent) -> CloudEvent:
    """The event without its time, which the SDK makes up if there is none."""
    del event["time"]
    return event


def json_bytes(value: Any) -> bytes:
    """Compact UTF-8 JSON. Raises ValueError if there is a NaN or an infinity."""
    return _compact(value).encode()


def _checked(attributes: Mapping[str, Any]) -> dict[str, str]:
    """The attributes as strings that can travel as headers wherever the event goes."""
    if len(attributes) > MOST_ATTRIBUTES:
        raise MalformedEventError(f"The CloudEvent has more than {MOST_ATTRIBUTES} attributes.")
    texts = {}
    for name, value in attributes.items():
        if not ATTRIBUTE_NAME.fullmatch(name):
            message = f"The name of a CloudEvent attribute may use a-z and 0-9, not {name[:80]!r}."
            raise MalformedEventError(message)
        if value is None:
            continue
        text = _canonical(name, value)
        if len(text) > MOST_ATTRIBUTE_CHARACTERS or NO_CHARACTERS.search(text):
            message = (
                f"The CloudEvent attribute {name!r} must be a text of at most"
                f" {MOST_ATTRIBUTE_CHARACTERS} characters without control characters,"
                f" not {text[:80]!r}."
            )
            raise MalformedEventError(message)
        texts[name] = text
    return texts


def _canonical(name: str, value: Any) -> str:
    """The string encoding of a Boolean, an Integer or a String (CloudEvents, Type System)."""
    if isinstance(value, str):
        return value
    if name not in CORE and isinstance(value, int):
        return str(value).lower()
    message = f"The CloudEvent attribute {name!r} must be a text, a whole number or true or false"
    raise MalformedEventError(f"{message}, not {shown(value)}.")


def _is_structured(headers: Mapping[str, str]) -> bool:
    return headers.get("content-type", "").lower().startswith("application/cloudevents")


def _data(text: str | bytes) -> Any:
    return loads(text) if text else None


def _reason(error: Exception) -> str:
    return f"The CloudEvent cannot be read: {' '.join(str(error).split())}"


def _header_value(value: str) -> str:
    """The value, percent-encoded (CloudEvents HTTP protocol binding, section 3.1.3.2)."""
    if PLAIN.fullmatch(value):
        return value
    return "".join(
        character
        if "!" <= character <= "~" and character not in '"%'
        else "".join(f"%{byte:02X}" for byte in character.encode())
        for character in value
    )


def _decoded(name: str, value: str) -> str:
    """The value of a header, unquoted and then percent-decoded (same section 3.1.3.2)."""
    if not name.startswith("ce-"):
        return value
    if value[:1] == '"' and QUOTED.fullmatch(value):
        value = ESCAPED.sub(r"\1", value[1:-1])
    if "%" not in value:
        return value
    message = f"The header {name} must be percent-encoded UTF-8, not {value[:80]!r}."
    if BAD_PERCENT.search(value):
        raise MalformedEventError(message)
    try:
        return unquote(value, errors="strict")
    except UnicodeDecodeError:
        raise MalformedEventError(message) from None
