"""What holds for every command."""

import subprocess
import sys

import pytest

from cli import exit_codes
from cli.main import main


def test_help_explains_every_exit_code(capsys):
    with pytest.raises(SystemExit) as ended:
        main(["--help"])
    assert ended.value.code == 0
    told = capsys.readouterr().out
    codes = [value for value in vars(exit_codes).values() if isinstance(value, int)]
    assert len(codes) == 5
    for code in codes:
        assert f"\n  {code} " in told


def test_the_tab_key_waits_for_no_heavy_module():
    """A shell runs all of this at each press of the tab key."""
    code = "import cli.main, sys; cli.main._parser(); print(*sys.modules)"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    heavy = {"rich", "requests", "numpy", "pandas", "obstore", "redis", "matplotlib", "starlette"}
    assert set(ran.stdout.split()) & heavy == set()
