"""What a visitor has to download for all of the page."""

import gzip
from pathlib import Path

from functions.web.page.files import STATIC

BUDGET_BYTES = 120_000
NOT_THE_PAGE = {"docs.html", "docs.js", "uplot-LICENSE.txt"}


def compressed_bytes(path: Path) -> int:
    return len(gzip.compress(path.read_bytes(), mtime=0))


def test_the_page_stays_within_its_budget():
    files = [path for path in STATIC.rglob("*") if path.is_file() and path.name not in NOT_THE_PAGE]
    sizes = {path.name: compressed_bytes(path) for path in files}
    assert {"index.html", "page.css", "page.js", "uplot.js"} <= set(sizes)
    assert sum(sizes.values()) < BUDGET_BYTES, sizes


def test_every_module_that_is_loaded_at_once_is_preloaded():
    """Or the browser would find them one after another."""
    html = (STATIC / "index.html").read_text()
    wanted, found = {"page.js"}, set()
    while wanted:
        name = wanted.pop()
        found.add(name)
        for line in (STATIC / name).read_text().splitlines():
            if line.startswith("import ") and '"./' in line:
                module = line.split('"./')[1].split('"')[0]
                wanted |= {module} - found
    for name in found - {"page.js"}:
        assert f'rel="modulepreload" href="/static/{name}"' in html, name
