"""The price sources that `stockcast up` starts with."""

import os
import subprocess
import sys

import pytest

from cli.commands import up
from cli.main import main
from local import yahoo


def test_an_unknown_source_is_named_with_those_there_are(capsys):
    with pytest.raises(SystemExit):
        main(["up", "--providers", "bloomberg"])
    told = capsys.readouterr().err
    assert "'bloomberg' is not a list of data sources; choose from tiingo" in told


def test_the_terms_of_a_source_are_told_and_what_it_needs_is_installed(monkeypatch, capsys):
    installed = []
    monkeypatch.setenv("PROVIDERS", "yahoo,sample")
    monkeypatch.setattr(yahoo, "is_installed", lambda: False)
    monkeypatch.setattr(yahoo, "install", lambda: installed.append(True))
    assert up._has_sources()
    told = capsys.readouterr().err
    assert installed == [True]
    assert "Yahoo's terms allow personal use only" in told
    assert "Sample" not in told


def test_a_key_alone_chooses_its_source(monkeypatch, capsys):
    monkeypatch.delenv("PROVIDERS", raising=False)
    monkeypatch.setenv("TIINGO_API_KEY", "k")
    assert up._has_sources()
    assert "Prices from Tiingo. A free key is for your own internal use" in capsys.readouterr().err


def test_an_installation_that_fails_says_why(monkeypatch, capsys):
    monkeypatch.setenv("PROVIDERS", "yahoo")
    monkeypatch.setattr(yahoo, "is_installed", lambda: False)
    monkeypatch.setattr(yahoo, "command", lambda: [sys.executable, "-c", "exit('no network')"])
    assert not up._has_sources()
    assert "yfinance cannot be installed: no network" in capsys.readouterr().err


def test_the_locked_versions_are_installed():
    command = yahoo.command()
    assert command[-2:] == ["-r", str(yahoo.LOCKED)]
    assert "--require-hashes" in command
    assert "yfinance==" in yahoo.LOCKED.read_text()


@pytest.mark.parametrize(
    ("given", "installs"), [("PROVIDERS=yahoo", True), ("TIINGO_API_KEY=k", False)]
)
def test_make_run_installs_what_the_sources_need(given, installs):
    argv = ["make", "--dry-run", "--always-make", "run", given]
    without = {name: value for name, value in os.environ.items() if name != "PROVIDERS"}
    ran = subprocess.run(argv, capture_output=True, text=True, env=without, check=True)
    assert ("requirements-yahoo.txt" in ran.stdout) is installs
    assert "stockcast up" in ran.stdout
