"""The README's table of variables holds what the functions and the command read."""

import inspect
import re
from pathlib import Path

import uvicorn.config

README = Path(__file__).parents[2] / "README.md"


def test_every_variable_in_the_table_is_read():
    code = "".join(
        path.read_text(encoding="utf-8")
        for folder in ("functions", "cli")
        for path in (README.parent / folder).rglob("*.py")
    )
    code += inspect.getsource(uvicorn.config)  # web's server reads one itself
    table = README.read_text(encoding="utf-8").split("## Configuration")[1].split("##")[0]
    named = re.findall(r"^\| (`.*?`) \|", table, re.MULTILINE)
    assert len(named) > 10
    for cell in named:
        for name in re.findall(r"`(\w+)`", cell):
            assert f'"{name}"' in code, name
