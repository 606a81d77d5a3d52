"""The README's curl lines do what it says, copied and pasted."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

README = Path(__file__).parents[2] / "README.md"
PORTS = {"8080": "url", "8081": "broker_url", "8082": "ingest_url"}
BLOCKS = [
    block
    for block in re.findall(r"```sh\n(.*?)```", README.read_text(encoding="utf-8"), re.DOTALL)
    if "curl" in block
]


@pytest.mark.skipif(not shutil.which("curl"), reason="no curl")
def test_the_curl_lines_work(own_stockcast, tmp_path):
    assert len(BLOCKS) >= 7
    said = []
    for block in BLOCKS:
        for port, name in PORTS.items():
            block = block.replace(f"http://127.0.0.1:{port}", getattr(own_stockcast, name))  # noqa: PLW2901
        ran = subprocess.run(
            ["sh", "-ec", block],
            cwd=tmp_path,
            capture_output=True,
            text=True,
            check=True,
            timeout=60,
        )
        said.append(ran.stdout)
        if "/events" in block:
            assert '"status":"done"' in ran.stdout
    assert (tmp_path / "chart.png").read_bytes().startswith(b"\x89PNG")
    assert any("dev.stockcast.prices.ingested.v1" in one for one in said)
    for request_id in ("my-first-request", "my-second-request", "my-third-request"):
        assert own_stockcast.ended(request_id)["status"] == "done"


def test_every_variable_in_the_table_is_read_by_a_function():
    code = "".join(
        path.read_text(encoding="utf-8") for path in (README.parent / "functions").rglob("*.py")
    )
    table = README.read_text(encoding="utf-8").split("## Configuration")[1].split("##")[0]
    named = re.findall(r"^\| (`.*?`) \|", table, re.MULTILINE)
    assert len(named) > 10
    for cell in named:
        for name in re.findall(r"`(\w+)`", cell):
            assert f'"{name}"' in code, name
