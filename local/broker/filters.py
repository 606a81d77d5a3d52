"""Decides which events a Trigger wants, with Knative's `filter.attributes` and `filters`.

Each filter is compiled once into a predicate over an event's context attributes.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

Predicate = Callable[[Mapping[str, str]], bool]


class BadFilterError(ValueError):
    """A filter is not one of Knative's dialects. The message shows it."""


def compiled(spec: Mapping[str, Any]) -> Predicate:
    """The predicate of a Trigger's spec. If `filters` is given, it overrides `filter`.

    Raises BadFilterError if a filter is not one of Knative's dialects.
    """
    if spec.get("filters"):
        return _all(spec["filters"])
    attributes = (spec.get("filter") or {}).get("attributes") or {}
    return _attributes(attributes, _equal)


def _all(dialects: list[Mapping[str, Any]]) -> Predicate:
    predicates = [_dialect(dialect) for dialect in dialects]
    return lambda event: all(predicate(event) for predicate in predicates)


def _any(dialects: list[Mapping[str, Any]]) -> Predicate:
    predicates = [_dialect(dialect) for dialect in dialects]
    return lambda event: any(predicate(event) for predicate in predicates)


def _not(dialect: Mapping[str, Any]) -> Predicate:
    predicate = _dialect(dialect)
    return lambda event: not predicate(event)


def _dialect(dialect: Mapping[str, Any]) -> Predicate:
    if not isinstance(dialect, dict) or len(dialect) != 1:
        message = f"A filter must be one of {', '.join(DIALECTS)}, not {dialect!r}."
        raise BadFilterError(message)
    [(name, argument)] = dialect.items()
    if name not in DIALECTS:
        message = f"The filter {name!r} is not known. Use one of {', '.join(DIALECTS)}."
        raise BadFilterError(message)
    return DIALECTS[name](argument)


def _attributes(wanted: Mapping[str, str], compare: Callable[[str, str], bool]) -> Predicate:
    """True if the event has each attribute and the value matches. An empty text matches any."""
    return lambda event: all(
        name in event and (value == "" or compare(event[name], value))
        for name, value in wanted.items()
    )


def _equal(value: str, wanted: str) -> bool:
    return value == wanted


DIALECTS: Mapping[str, Callable[[Any], Predicate]] = {
    "exact": lambda argument: _attributes(argument, _equal),
    "prefix": lambda argument: _attributes(argument, str.startswith),
    "suffix": lambda argument: _attributes(argument, str.endswith),
    "all": _all,
    "any": _any,
    "not": _not,
}
