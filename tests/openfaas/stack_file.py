"""Reads a stack.yml like faas-cli: `${NAME:-default}` comes from the environment."""

import re
from pathlib import Path

import yaml

ROOT = Path(__file__).parents[2]
VARIABLE = re.compile(r"\$\{([A-Z0-9_]+)(?::-([^}]*))?\}")


def load(name, **variables):
    """The document, with `variables` instead of faas-cli's environment."""
    text = (ROOT / name).read_text(encoding="utf-8")
    return yaml.safe_load(VARIABLE.sub(lambda m: variables.get(m[1]) or m[2] or "", text))
