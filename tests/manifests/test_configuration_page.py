"""docs/configuration.md lists the variables that the functions and the command read."""

import inspect
import re
from pathlib import Path

import functions_framework._http.gunicorn
import uvicorn.config

SERVERS = (uvicorn.config, functions_framework._http.gunicorn)
"""What the functions are served by reads some variables itself."""
ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "configuration.md"


def test_every_variable_on_the_page_is_read():
    code = "".join(
        path.read_text(encoding="utf-8")
        for folder in ("functions", "cli")
        for path in (ROOT / folder).rglob("*.py")
    )
    code += "".join(map(inspect.getsource, SERVERS))
    table = PAGE.read_text(encoding="utf-8")
    named = re.findall(r"^\| (`.*?`) \|", table, re.MULTILINE)
    assert len(named) > 10
    for cell in named:
        for name in re.findall(r"`(\w+)`", cell):
            assert f'"{name}"' in code, name
