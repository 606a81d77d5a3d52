"""The completion scripts, in the real shells if they are installed."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from cli.main import main

STOCKCAST = Path(sys.executable).with_name("stockcast")
LOADED = {
    "bash": 'source <("$0" completion bash) && complete -p stockcast',
    "zsh": 'autoload -U compinit && compinit -u -D && source <("$0" completion zsh)'
    ' && print "${_comps[stockcast]}"',
    "fish": "$argv[1] completion fish | source; and complete --command stockcast",
}


@pytest.mark.parametrize("shell", LOADED)
def test_a_shell_loads_its_script(shell):
    if not shutil.which(shell):
        pytest.skip(f"no {shell}")
    ran = subprocess.run(
        [shell, "-c", LOADED[shell], STOCKCAST], capture_output=True, text=True, check=True
    )
    assert ran.stderr == ""
    assert "complet" in ran.stdout


def completed(line):
    """What bash is told for `line` and the tab key."""
    script = """
    source <("$0" completion bash)
    COMP_LINE="$1" COMP_POINT=${#1} COMP_TYPE=9
    _python_argcomplete "$0"
    printf '%s\\n' "${COMPREPLY[@]}"
    """
    ran = subprocess.run(
        ["bash", "-c", script, STOCKCAST, line],
        capture_output=True,
        text=True,
        check=True,
        env={"PATH": os.environ["PATH"], "HOME": os.environ.get("HOME", "/")},
    )
    return [each.strip() for each in ran.stdout.split("\n") if each.strip()]


def test_bash_completes_commands_and_options():
    assert {"up", "backtest", "rank", "completion"} <= set(completed("stockcast "))
    assert completed("stockcast backtest --hor") == ["--horizons"]
    assert completed("stockcast completion f") == ["fish"]
    assert completed("stockcast analyse buy_and_hold IBM --nsh") == ["--nshares"]


def test_bash_completes_tickers():
    assert completed("stockcast forecast MSF") == ["MSFT"]
    assert "GOOGL" in completed("stockcast watch AAPL GOO")


def test_another_shell_is_refused(capsys):
    with pytest.raises(SystemExit) as ended:
        main(["completion", "tcsh"])
    assert ended.value.code == 2
    assert "choose from" in capsys.readouterr().err
