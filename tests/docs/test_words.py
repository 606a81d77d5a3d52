"""README and docs read easily: short sentences, no worn phrases, and a README that stays short."""

import re
import statistics
import subprocess
from pathlib import Path

import pytest
from markdown_it import MarkdownIt

ROOT = Path(__file__).parents[2]
PAGES = (ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md")))
README_WORDS = 900
MEAN_WORDS, MOST_WORDS = 18, 35
WORN = (
    *(r"\banew\b", r"\bof late\b", r"\blies? in (?:S3|Redis)\b", r"\bis had as\b"),
    *("in so many words", "what becomes of", "held against", "the likeliest", r"\bwhoever\b"),
    *("no investment advice", "that which", r"\bthereof\b", "Ask for a stock"),
    *("a view, and the worse", r"\d+% meant, \d+% held", r"may a stock's price be"),
    *("what is asked for and answered", "may also be given as", "what is long past"),
)
"""The phrases of the style guide's "instead of" column."""
TEXT = {".md", ".py", ".js", ".html", ".yml", ".yaml", ".toml", ".sh", ".txt", ""}


def sentences(markdown):
    """The sentences of a page, without code blocks; inline code counts as one word."""
    for token in MarkdownIt("commonmark").enable("table").parse(markdown):
        if token.type != "inline":
            continue
        text = "".join(
            "code" if part.type == "code_inline" else " " if "break" in part.type else part.content
            for part in token.children
        )
        for sentence in re.split(r"(?<=[.!?:])\s+", text):
            if words := re.findall(r"[\w'\u2019-]+", sentence):
                yield len(words), sentence


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_sentences_are_short(page):
    found = list(sentences(page.read_text(encoding="utf-8")))
    too_long = [sentence for count, sentence in found if count > MOST_WORDS]
    assert too_long == []
    prose = [count for count, _ in found if count > 2]
    assert statistics.mean(prose) < MEAN_WORDS


def test_the_readme_is_read_in_minutes():
    assert len((ROOT / "README.md").read_text(encoding="utf-8").split()) < README_WORDS


def test_no_worn_phrase_is_anywhere():
    tracked = subprocess.run(
        ["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout.splitlines()
    worn = re.compile("|".join(WORN), re.IGNORECASE)
    found = [
        f"{name}:{number}: {line.strip()}"
        for name in tracked
        if (ROOT / name).suffix in TEXT and name not in {"LICENSE", "tests/docs/test_words.py"}
        for number, line in enumerate((ROOT / name).read_text("utf-8").splitlines(), 1)
        if worn.search(line)
    ]
    assert found == []
