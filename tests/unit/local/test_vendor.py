"""The page's npm packages."""

import json
from pathlib import Path

from local import vendor

ROOT = Path(__file__).parents[3]


def test_uplot_is_an_es_module_of_the_locked_version_with_its_licence():
    version = json.loads((ROOT / "package.json").read_text())["dependencies"]["uplot"]
    script = (vendor.VENDOR / "uplot.js").read_text()
    assert f"(v{version})" in script[:100]
    assert script.endswith("export default uPlot;\n")
    assert "MIT" in (vendor.VENDOR / "uplot-LICENSE.txt").read_text()


def test_what_the_docs_take_has_its_licence_beside_it():
    for name in vendor.MODULES_OF_DOCS:
        assert "export" in (vendor.VENDOR / f"{name}.js").read_text()
        licence = (vendor.VENDOR / f"{name}-LICENSE.txt").read_text()
        assert "Permission is hereby granted, free of charge" in licence


def test_where_there_is_no_npm_the_wheels_is_taken(monkeypatch):
    monkeypatch.setenv("PATH", "")
    (node, script), env = vendor.npm_command()
    assert Path(node).is_file()
    assert Path(script).name == "npm-cli.js"
    assert Path(script).is_file()
    assert str(Path(node).parent) in env["PATH"]
