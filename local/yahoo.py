"""Installs yfinance. It is an extra, because Yahoo's terms allow personal use only."""

from __future__ import annotations

import importlib.util
import subprocess
import sys
from pathlib import Path

LOCKED = Path(__file__).parents[1] / "requirements-yahoo.txt"


class InstallError(Exception):
    """The library could not be installed. The message says why."""


def is_installed() -> bool:
    """Whether this Python has yfinance."""
    return importlib.util.find_spec("yfinance") is not None


def command() -> list[str]:
    """The command that installs the locked versions for this Python."""
    uv = Path(sys.executable).with_name("uv")
    if uv.exists():
        installer = [str(uv), "pip", "install", "--quiet", "--python", sys.executable]
    else:
        installer = [sys.executable, "-m", "pip", "install", "--quiet"]
    return [*installer, "--require-hashes", "-r", str(LOCKED)]


def install() -> None:
    """Install the locked versions. Raises InstallError if that fails."""
    try:
        done = subprocess.run(command(), capture_output=True, text=True, check=False)
    except OSError as error:
        raise InstallError(f"{command()[0]}: {error.strerror}") from error
    if done.returncode:
        raise InstallError(done.stderr.strip()[-500:])
    importlib.invalidate_caches()
