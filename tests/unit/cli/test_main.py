"""Rules that every command follows."""

from importlib import metadata

import pytest

from cli import arguments, exit_codes
from cli.main import main
from tests.support.python import printed


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
    imported = printed("import cli.main, sys; cli.main._parser(); print(*sys.modules)").split()
    heavy = {"rich", "requests", "numpy", "pandas", "obstore", "redis", "matplotlib", "starlette"}
    assert set(imported) & heavy == set()


def test_the_bare_command_lists_the_commands_with_an_example(capsys):
    assert main([]) == 0
    told = capsys.readouterr().out
    assert "stockcast forecast AAPL --days 45" in told
    assert "forecast many stocks" in told


def test_the_version_is_that_of_the_package(capsys):
    with pytest.raises(SystemExit) as ended:
        main(["--version"])
    assert ended.value.code == 0
    assert capsys.readouterr().out == f"stockcast {metadata.version('stockcast')}\n"


@pytest.mark.parametrize(
    ("typed", "symbol", "told"),
    [
        ("apple", "AAPL", "apple: using AAPL (Apple Inc.)."),
        ("bank of america", "BAC", "bank of america: using BAC"),
        ("ibm", "IBM", ""),
        ("APPLE", "APPLE", ""),
        ("brk.b", "BRK.B", ""),
    ],
)
def test_a_company_name_stands_for_its_ticker_and_that_is_said(typed, symbol, told, capsys):
    assert arguments.symbol(typed) == symbol
    said = capsys.readouterr().err
    assert said.startswith(told)
    assert bool(said) == bool(told)


@pytest.mark.parametrize(
    ("arguments", "code", "told"),
    [
        (("forecast", "ZZZZ", "--in-process"), 1, "ZZZZ is not in the sample"),
        (("forecast", "=X"), 2, "must be a symbol"),
        (("forecast", "IBM", "--days", "0"), 2, "from 1 to 3650"),
        (("forecast", "IBM", "--days", "many"), 2, 'not "many"'),
        (("forecast", "IBM", "--json", "--csv"), 2, "not allowed with"),
        (("forecast", "IBM", "--url", "localhost:1"), 2, "does not start with http"),
        (("forecast", "IBM", "--in-process", "--png", "/nowhere/x.png"), 2, "no folder /nowhere"),
        (("forecast", "IBM", "--url", "http://127.0.0.1:9"), 3, "connection refused"),
        (("forecast", "AAPL", "45"), 2, "Did you mean --days 45?"),
        (("watch", "AAPL", "45", "--once"), 2, "Did you mean --days 45?"),
        (("batch", "nofile.txt", "--url", "http://127.0.0.1:9"), 2, "no file nofile.txt"),
        (("rank", "--data", "/nowhere"), 2, "/nowhere"),
    ],
)
def test_the_exit_code_says_what_went_wrong_and_stderr_why(
    arguments, code, told, capfd, monkeypatch
):
    monkeypatch.delenv("STOCKCAST_URL", raising=False)
    try:
        ended = main(arguments)
    except SystemExit as stopped:
        ended = stopped.code
    out, err = capfd.readouterr()
    assert ended == code, err
    assert told in err
    assert out == ""
