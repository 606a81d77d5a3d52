"""The error that explains why a price file cannot be read, and how to fix it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from functions.common.errors import RequestError
from functions.common.problems import from_error

if TYPE_CHECKING:
    import pandas as pd

SHOWN_CHARACTERS = 40
MOST_LISTED = 10
MOST_OF_A_VALUE = 200


class UnreadableFileError(RequestError, title="The file cannot be read", slug="unreadable-file"):
    """A file cannot be read. The error has the line, column, value and cure, if known."""

    def __init__(
        self,
        problem: str,
        cure: str,
        *,
        line: int | None = None,
        column: str | None = None,
        value: str | None = None,
    ) -> None:
        named = [f"line {line}" if line else "", f"column {shown(column)}" if column else ""]
        where = ", ".join(filter(None, named))
        message = f"{where}: {problem}" if where else problem
        super().__init__(f"{message[0].upper()}{message[1:]} {cure}")
        self.line, self.column, self.value, self.cure = line, column, value, cure

    def problem(self) -> dict[str, Any]:
        """The problem object (RFC 9457), with the place in the file."""
        place = {"line": self.line, "column": self.column, "value": self.value, "cure": self.cure}
        known = {name: value for name, value in place.items() if value is not None}
        error = {"field": "file", "message": self.detail, **known}
        return {**from_error(self), "errors": [error]}


def refuse(
    wrong: pd.Series, cells: pd.Series, column: str, problem: Callable[[Any], str], cure: str
) -> None:
    """Raise UnreadableFileError for the first line on which the cell in `column` is wrong.

    The series have the line numbers as their index. `problem` explains what is wrong on a line.
    """
    if wrong.any():
        line = wrong.idxmax()
        value = str(cells[line])[:MOST_OF_A_VALUE]
        raise UnreadableFileError(problem(line), cure, line=int(line), column=column, value=value)


def shown(text: object) -> str:
    """Text from a file, quoted and shortened for a message."""
    quoted = ascii(str(text)[: SHOWN_CHARACTERS + 1])
    return quoted if len(str(text)) <= SHOWN_CHARACTERS else f"{quoted[:SHOWN_CHARACTERS]}...'"


def listed(names: list[str]) -> str:
    """The first names, quoted, and how many more there are."""
    rest = f" and {len(names) - MOST_LISTED} more" if len(names) > MOST_LISTED else ""
    return ", ".join(map(shown, names[:MOST_LISTED])) + rest
