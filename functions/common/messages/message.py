"""The base class of messages, which reads a message from JSON and reports every wrong field.

msgspec parses, checks and writes messages. It stops at the first wrong field, but
InvalidMessageError names all of them.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Iterator
from contextlib import suppress
from types import UnionType
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Literal, Union, get_args, get_origin

import msgspec
from msgspec import ValidationError, structs

from functions.common.errors import InvalidFieldError, InvalidMessageError
from functions.common.messages.fields import Json

if TYPE_CHECKING:
    from typing_extensions import Self

SHOWN_CHARACTERS = 40
MOST_UNKNOWN = 10
MOST_ITEMS = 20
"""The most wrong items of one list to name one by one."""
MOST_DEEP = 32
"""The most nested levels of objects and lists in JSON. A message has four."""
WORDS: dict[Any, str] = {bool: "true or false", dict: "an object"}
WRAPPERS = frozenset({Annotated, Union, UnionType})
"""Types whose first argument is the type of a value. The others are limits or None."""


class Message(msgspec.Struct, frozen=True):
    """One kind of JSON object. A subclass lists its fields.

    With `forbid_unknown_fields=True`, it refuses unknown fields. Its errors then call it `WHAT`.
    """

    WHAT: ClassVar[str] = ""

    @classmethod
    def from_data(cls, data: Json) -> Self:
        """The message in a JSON object. Raises InvalidMessageError if any field is wrong."""
        message: Self = read(cls, data)
        return message

    @classmethod
    def combination_errors(cls, valid: dict[str, Any]) -> Iterable[InvalidFieldError]:
        """Errors in the combination of the fields in `valid`, each of which is valid on its own."""
        del valid
        return ()

    def to_data(self) -> dict[str, Any]:
        """The message as a JSON object."""
        data: dict[str, Any] = msgspec.to_builtins(self)
        return data


MessageType = type[Message]


def read(cls: Any, data: Json, required: Collection[str] = ()) -> Any:
    """The `cls` in a JSON object. See `Message.from_data`.

    `required` names fields that must be present although the class has defaults for them.
    """
    valid, errors = valid_fields(cls, data, required)
    if errors:
        raise InvalidMessageError(errors)
    return cls(**valid)


def valid_fields(
    cls: MessageType, data: Json, required: Collection[str] = ()
) -> tuple[dict[str, Any], list[InvalidFieldError]]:
    """The valid fields of a JSON object, converted and with defaults, and the errors in it."""
    valid: dict[str, Any] = {}
    errors = [InvalidFieldError(name, "is missing.") for name in required if name not in data]
    try:
        valid = structs.asdict(msgspec.convert(data, cls))
    except ValidationError:
        for field in structs.fields(cls):
            if field.name not in data:
                if field.required:
                    errors.append(InvalidFieldError(field.name, "is missing."))
                continue
            try:
                valid[field.name] = _converted(data[field.name], field.type)
            except ValidationError:
                errors += _named(field.name, data[field.name], field.type)
        if cls.__struct_config__.forbid_unknown_fields:
            errors += _unknown(cls, data)
    return valid, [*errors, *cls.combination_errors(valid)]


def value(name: str, given: Any, of: Any) -> Any:
    """`given`, converted to the type `of`. Raises InvalidFieldError about `name` if it is wrong."""
    try:
        return _converted(given, of)
    except ValidationError:
        raise next(_named(name, given, of)) from None


def loads(text: str | bytes) -> Any:
    """The value of a JSON text. Raises ValueError if it is not JSON or is nested too deeply.

    NaN, infinities and half surrogate pairs are not JSON either, because later stages fail on them.
    """
    too_deep = f"it is nested more than {MOST_DEEP} levels deep"
    try:
        parsed = msgspec.json.decode(text)
    except RecursionError:
        raise ValueError(too_deep) from None
    level = _containers([parsed])
    for _ in range(MOST_DEEP):
        level = [
            inner
            for one in level
            for inner in _containers(one.values() if isinstance(one, dict) else one)
        ]
    if level:
        raise ValueError(too_deep)
    return parsed


def _containers(values: Iterable[Any]) -> list[Any]:
    return [one for one in values if isinstance(one, (dict, list))]


def shown(value: object) -> str:
    """`value` as JSON, shortened for an error message."""
    text = json.dumps(value, ensure_ascii=True, default=str)
    return text if len(text) <= SHOWN_CHARACTERS else text[: SHOWN_CHARACTERS - 3] + "..."


def _converted(given: Any, of: Any) -> Any:
    if isinstance(given, float) and given.is_integer():
        given = int(given)  # 45.0 is a whole number in JSON
    return msgspec.convert(given, of)


def _named(name: str, given: Any, of: Any) -> Iterator[InvalidFieldError]:
    """The errors of a wrong field. If it is a list with wrong items, one error per item."""
    item = _item_of(of)
    listed = given if item is not None and isinstance(given, list) else []
    places = [place for place, one in enumerate(listed) if not fits(one, item)]
    for place in places[:MOST_ITEMS]:
        yield from _named(f"{name}[{place}]", listed[place], item)
    if len(places) > MOST_ITEMS:
        message = f"has {len(places)} wrong items. Only the first {MOST_ITEMS} are listed here."
        yield InvalidFieldError(name, message)
    if not places:
        found = f"a list of {len(listed)}" if listed else shown(given)
        yield InvalidFieldError(name, f"must be {_words(of)}, not {found}.")


def fits(given: Any, of: Any) -> bool:
    """Whether `given` is of the type `of`."""
    with suppress(ValidationError):
        _converted(given, of)
        return True
    return False


def _item_of(of: Any) -> Any:
    """The type of a list's items. None if `of` is not a list type."""
    if get_origin(of) in WRAPPERS:
        return _item_of(get_args(of)[0])
    return get_args(of)[0] if get_origin(of) in {list, tuple} else None


def _words(of: Any) -> str:
    """What a type accepts, in words."""
    for meta in reversed(getattr(of, "__metadata__", ())):
        if meta.extra and "words" in meta.extra:
            return str(meta.extra["words"])
    if get_origin(of) in WRAPPERS:
        return _words(get_args(of)[0])
    if get_origin(of) is Literal:
        return f"one of {', '.join(map(str, get_args(of)))}"
    return WORDS.get(get_origin(of) or of, "of another type")


def _unknown(cls: MessageType, data: Json) -> list[InvalidFieldError]:
    """The errors of the first MOST_UNKNOWN unknown fields."""
    known = cls.__struct_fields__
    message = f"is not a field of {cls.WHAT}. Its fields are {', '.join(known)}."
    unknown = [name for name in data if name not in known]
    return [InvalidFieldError(name[:SHOWN_CHARACTERS], message) for name in unknown[:MOST_UNKNOWN]]
