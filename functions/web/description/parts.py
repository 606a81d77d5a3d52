"""What the API's description is put together from."""

from __future__ import annotations

from typing import Any

from functions.common.messages.fields import REQUEST_ID


def answer(description: str, media_type: str = "", schema: str = "") -> dict[str, Any]:
    if not media_type:
        return {"description": description}
    content: dict[str, Any] = {media_type: {}}
    if schema:
        content = {media_type: {"schema": {"$ref": f"#/components/schemas/{schema}"}}}
    return {"description": description, "content": content}


def problem(description: str) -> dict[str, Any]:
    return answer(description, "application/problem+json", "Problem")


def get(summary: str, answers: dict[str, Any], parameters: list[Any] | None = None) -> Any:
    operation: dict[str, Any] = {"summary": summary, "responses": answers}
    return {"get": {**operation, "parameters": parameters} if parameters else operation}


UNKNOWN = {"404": problem("No such request, or it has expired.")}
EXPIRED = {"410": problem("The result has expired; submit the request again.")}
WATCHED = {"429": problem("Too many streams of one client; `Retry-After` says when to try again.")}
SLOW = {"408": problem("The body did not come within 10 s.")}
BUSY = {"503": problem("Too busy; `Retry-After` says when to try again.")}
DOWN = {
    "503": problem(
        "Too busy, or Redis or the broker is down; `Retry-After` says when to try again."
    )
}
ID = {"name": "id", "in": "path", "required": True, "schema": {"type": "string"}}
TEXT = {"type": "string"}
TICKER = {"type": "string", "pattern": r"^[A-Za-z0-9^@][A-Za-z0-9.\-=^_]{0,23}$"}
OWN_ID = {"type": ["string", "null"], "pattern": f"^{REQUEST_ID.pattern}$"}
NUMBER = {"type": "number"}
NUMBERS = {"type": "array", "items": {"type": ["number", "null"]}}
DATES = {"type": "array", "items": {"type": "string", "format": "date"}}
BAND = {"lo80": NUMBERS, "hi80": NUMBERS}
BOUNDS = ("lo50", "hi50", "lo80", "hi80", "lo95", "hi95")


def object_of(
    properties: dict[str, Any],
    required: list[str] | None = None,
    optional: dict[str, Any] | None = None,
) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": properties | (optional or {}),
        "required": required or list(properties),
    }


def closed_object_of(properties: dict[str, Any], required: list[str]) -> dict[str, Any]:
    """One that has no other properties."""
    return {**object_of(properties, required), "additionalProperties": False}
