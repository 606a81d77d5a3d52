"""How much a visitor downloads for the whole page."""

import gzip
import re
from pathlib import Path

from functions.web.page.files import STATIC

BUDGET_BYTES = 120_000
NOT_THE_PAGE = {"marked.js", "minisearch.js", "icon-180.png", "icon-512.png", "missing.html"}
IMPORT = re.compile(r'^import .*"(\.[^"]+)";$', re.MULTILINE)


def compressed_bytes(path: Path) -> int:
    return len(gzip.compress(path.read_bytes(), mtime=0))


def test_the_page_stays_within_its_budget():
    files = [
        path
        for path in STATIC.rglob("*")
        if path.is_file()
        and path.name not in NOT_THE_PAGE
        and not path.name.endswith("LICENSE.txt")
        and path.parent.name != "docs"
    ]
    sizes = {str(path.relative_to(STATIC)): compressed_bytes(path) for path in files}
    assert {"index.html", "page/layout.css", "page/main.js", "vendor/uplot.js"} <= set(sizes)
    assert sum(sizes.values()) < BUDGET_BYTES, sizes


def imports_of(module: Path) -> set[Path]:
    return {(module.parent / name).resolve() for name in IMPORT.findall(module.read_text())}


def test_every_module_that_is_loaded_at_once_is_preloaded():
    """Or the browser would find them one after another."""
    main = (STATIC / "page" / "main.js").resolve()
    wanted, found = {main}, set()
    while wanted:
        module = wanted.pop()
        found.add(module)
        wanted |= imports_of(module) - found
    html = (STATIC / "index.html").read_text()
    preloaded = set(re.findall(r'rel="modulepreload" href="/static/([^"]+)"', html))
    assert preloaded == {str(path.relative_to(STATIC.resolve())) for path in found - {main}}


def test_modules_import_files_that_exist():
    modules = [path for path in STATIC.rglob("*.js") if "vendor" not in path.parts]
    missing = {
        (str(module.relative_to(STATIC)), str(path))
        for module in modules
        for path in imports_of(module)
        if not path.is_file()
    }
    assert missing == set()
