"""Every link inside the repository works, and the docs link to each other."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGES = (*sorted(ROOT.glob("*.md")), *sorted((ROOT / "docs").glob("*.md")))
LINK = re.compile(r"\]\((?!https?:)([^)#\s]*)(?:#([\w-]+))?\)")


def anchors(page):
    headings = re.findall(r"^#+ (.*)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", one).lower().replace(" ", "-") for one in headings}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_link_leads_somewhere(page):
    for path, anchor in LINK.findall(page.read_text(encoding="utf-8")):
        target = (page.parent / path) if path else page
        assert target.exists(), path
        if anchor:
            assert anchor in anchors(target), f"{path}#{anchor}"


def test_every_page_is_found_from_the_readme():
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    linked = {path for path, _ in LINK.findall(readme)}
    assert {f"docs/{page.name}" for page in (ROOT / "docs").glob("*.md")} <= linked


def test_the_tests_that_the_security_page_names_are_there():
    page = (ROOT / "docs" / "security.md").read_text(encoding="utf-8")
    named = re.findall(r"`(?:[\w/]+/)?(test_\w+\.py)`(?:: ([\w ,]+))?", page)
    assert len(named) > 20
    for name, words in named:
        [*texts] = (path.read_text(encoding="utf-8") for path in (ROOT / "tests").rglob(name))
        assert texts, name
        for each in filter(None, words.strip().split(", ")):
            assert any(each.replace(" ", "_") in text for text in texts), (name, each)
