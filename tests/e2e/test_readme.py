"""The README's table of variables holds what the functions read."""

import re
from pathlib import Path

README = Path(__file__).parents[2] / "README.md"


def test_every_variable_in_the_table_is_read_by_a_function():
    code = "".join(
        path.read_text(encoding="utf-8") for path in (README.parent / "functions").rglob("*.py")
    )
    table = README.read_text(encoding="utf-8").split("## Configuration")[1].split("##")[0]
    named = re.findall(r"^\| (`.*?`) \|", table, re.MULTILINE)
    assert len(named) > 10
    for cell in named:
        for name in re.findall(r"`(\w+)`", cell):
            assert f'"{name}"' in code, name
