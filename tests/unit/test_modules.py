"""Each module says in one plain sentence what it is for."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
MODULES = [
    path
    for folder in ("functions", "cli", "local", "evaluation")
    for path in sorted((ROOT / folder).rglob("*.py"))
]
MOST_WORDS = 20
MOST_IN_A_FOLDER = 14
MOST_LINES = 400


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_module_opens_with_one_plain_sentence(path):
    told = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))
    assert told, "it has no docstring"
    first = told.split("\n\n")[0]
    assert first.endswith((".", "?", ":"))
    assert len(first.split()) <= MOST_WORDS
    assert ";" not in first


@pytest.mark.parametrize("folder", sorted({path.parent for path in MODULES}), ids=str)
def test_a_folder_is_small_enough_to_know(folder):
    held = [path for path in folder.glob("*.py") if path.name != "__init__.py"]
    assert len(held) <= MOST_IN_A_FOLDER


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_module_is_one_idea_long(path):
    assert len(path.read_text(encoding="utf-8").splitlines()) <= MOST_LINES
