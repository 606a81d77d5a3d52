"""The README's table of variables holds what the functions and the command read."""

import inspect
import re
from pathlib import Path

import functions_framework._http.gunicorn
import uvicorn.config

SERVERS = (uvicorn.config, functions_framework._http.gunicorn)
"""What the functions are served by reads some variables itself."""
README = Path(__file__).parents[2] / "README.md"


def test_every_variable_in_the_table_is_read():
    code = "".join(
        path.read_text(encoding="utf-8")
        for folder in ("functions", "cli")
        for path in (README.parent / folder).rglob("*.py")
    )
    code += "".join(map(inspect.getsource, SERVERS))
    table = README.read_text(encoding="utf-8").split("## Configuration")[1].split("##")[0]
    named = re.findall(r"^\| (`.*?`) \|", table, re.MULTILINE)
    assert len(named) > 10
    for cell in named:
        for name in re.findall(r"`(\w+)`", cell):
            assert f'"{name}"' in code, name
