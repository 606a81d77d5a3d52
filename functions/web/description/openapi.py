"""Builds the OpenAPI 3.1 description from the routes and the classes of their messages."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from msgspec.json import schema_components

from functions.common.messages.documents.base import Problem
from functions.web.description.operations import Operation
from functions.web.live.prefer_wait import LONGEST_WAIT_S

IN_PATH = re.compile(r"{(\w+)}")
OF_REQUEST = {"type": "string", "description": "The ID of the request or batch."}
WAITED = "The request has ended while the caller waited."
PREFER = {
    "name": "Prefer",
    "in": "header",
    "description": "`wait=30` waits up to 30 s for the end of the request (RFC 7240, at most"
    f" {LONGEST_WAIT_S} s). A request that takes longer is answered 202.",
    "schema": {"type": "string", "examples": ["wait=30"]},
}
WHOLE = re.compile(r"\\A\(\?:(.*)\)\\Z", re.DOTALL)


def document(routes: Iterable[Any]) -> dict[str, Any]:
    """The description of all routes that are Operations."""
    described = [route for route in routes if isinstance(route, Operation)]
    classes = [
        one
        for route in described
        for one in (*route.body, route.answer, route.waited)
        if isinstance(one, type)
    ]
    schemas = _schemas([*classes, Problem])
    paths: dict[str, Any] = {}
    for route in described:
        paths.setdefault(route.path, {})[route.method] = _operation(route)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Stockcast",
            "version": "1",
            "description": "Where could this stock be in N days, and how sure can you be?"
            " Not investment advice.",
        },
        "paths": paths,
        "components": {"schemas": schemas},
    }


def _operation(route: Operation) -> dict[str, Any]:
    operation: dict[str, Any] = {"summary": route.summary}
    if parameters := _parameters(route):
        operation["parameters"] = parameters
    if route.body:
        references = [_reference(one) for one in route.body]
        schema = references[0] if len(references) == 1 else {"oneOf": references}
        operation["requestBody"] = {
            "required": True,
            "content": {"application/json": {"schema": schema}},
        }
    if route.content:
        content = {kind: {"schema": schema} for kind, schema in route.content.items()}
        operation["requestBody"] = {"required": True, "content": content}
    refusals = {
        str(status): {
            "description": why,
            "content": {"application/problem+json": {"schema": _reference(Problem)}},
        }
        for status, why in sorted(route.problems.items())
    }
    waited = {"200": _json(WAITED, route.waited)} if route.waited else {}
    operation["responses"] = {**waited, str(int(route.status)): _answer(route), **refusals}
    return operation


def _answer(route: Operation) -> dict[str, Any]:
    if route.answer is None:
        return {"description": route.answered}
    if isinstance(route.answer, str):
        return {"description": route.answered, "content": {route.answer: {}}}
    return _json(route.answered, route.answer)


def _json(description: str, answer: Any) -> dict[str, Any]:
    content = {"application/json": {"schema": _reference(answer)}}
    return {"description": description, "content": content}


def _parameters(route: Operation) -> list[dict[str, Any]]:
    """The parameters of the path and the query, with the schemas of the query's class."""
    fields = _schemas([route.query])[route.query.__name__]["properties"] if route.query else {}
    in_path = IN_PATH.findall(route.path)
    return [
        *(
            _parameter(name, fields.get(name, OF_REQUEST)) | {"in": "path", "required": True}
            for name in in_path
        ),
        *([PREFER] if route.waited else []),
        *(
            _parameter(name, _given(schema)) | {"in": "query"}
            for name, schema in fields.items()
            if name not in in_path
        ),
    ]


def _parameter(name: str, schema: dict[str, Any]) -> dict[str, Any]:
    """A parameter, described as its schema is, for readers who only look at the parameter."""
    values = " or ".join(str(value) for value in schema.get("enum", ()))
    told = schema.get("description", f"{values}.")
    if schema.get("default"):
        told += f" The default is {schema['default']}."
    return {"name": name, "description": told, "schema": schema}


def _given(schema: dict[str, Any]) -> dict[str, Any]:
    """The schema of a parameter without null, because a query cannot contain null."""
    given: dict[str, Any] = schema.get("anyOf", [schema])[0]
    return given


def _reference(to: Any) -> dict[str, str]:
    return {"$ref": f"#/components/schemas/{to.__name__}"}


def _schemas(classes: list[Any]) -> dict[str, Any]:
    _, schemas = schema_components(classes, ref_template="#/components/schemas/{name}")
    readable: dict[str, Any] = _without_python(schemas)
    return readable


def _without_python(schema: Any) -> Any:
    """The schema with patterns that all languages can read. See `fields.matching`."""
    if isinstance(schema, list):
        return [_without_python(one) for one in schema]
    if not isinstance(schema, dict):
        return schema
    plain = {name: _without_python(one) for name, one in schema.items()}
    if isinstance(plain.get("pattern"), str):
        plain["pattern"] = WHOLE.sub(r"^\1$", plain["pattern"])
    return plain
