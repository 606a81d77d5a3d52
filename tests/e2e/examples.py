"""Runs a document's examples like a reader who copies and pastes them in order.

The words after the three backticks decide what happens:

- `sh`: runs in one empty folder, in order. Each block must succeed. The ports of `make run` become
  those of the stack under test, and `stockcast` is on the path.
- `text output`: what the previous `sh` block prints. `...` matches anything. White space matches
  any other white space.
- `sh not-run`, and everything else: only for the reader.
"""

import doctest
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from markdown_it import MarkdownIt

RUN, OUTPUT = "sh", "text output"
PORTS = {"8080": "url", "8081": "broker_url", "8082": "ingest_url"}
LIKE = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE
BIN = Path(sys.executable).parent
TIMEOUT_S = 300
SHOWN = 2000


@dataclass(frozen=True)
class Example:
    """A block to run, its `line`, and its expected output, if the document has one."""

    line: int
    script: str
    output: str | None


def examples_of(document):
    """The examples in a Markdown file."""
    fences = [
        one
        for one in MarkdownIt().parse(document.read_text(encoding="utf-8"))
        if one.type == "fence"
    ]
    following = [*fences[1:], None]
    return [
        Example(
            fence.map[0] + 1,
            fence.content,
            after.content if after and after.info.strip() == OUTPUT else None,
        )
        for fence, after in zip(fences, following, strict=True)
        if fence.info.strip() == RUN
    ]


def run(document, stockcast, folder):
    """Run the examples of `document` with a running stack and return their output."""
    environment = {
        **os.environ,
        "PATH": f"{BIN}{os.pathsep}{os.environ['PATH']}",
        "STOCKCAST_URL": stockcast.url,
        "COLUMNS": "80",
    }
    printed = []
    for example in examples_of(document):
        ran = subprocess.run(
            ["sh", "-euc", _here(example.script, stockcast)],
            cwd=folder,
            env=environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
            timeout=TIMEOUT_S,
        )
        where = f"{document.name}, line {example.line}"
        assert ran.returncode == 0, f"{where}: {ran.stderr}{ran.stdout[:SHOWN]}"
        if example.output is not None:
            alike = doctest.OutputChecker().check_output(example.output, ran.stdout, LIKE)
            shown = f"expected\n{example.output}\nbut it printed\n{ran.stdout[:SHOWN]}"
            assert alike, f"{where}: {shown}"
        printed.append(ran.stdout)
    return printed


def _here(script, stockcast):
    for port, name in PORTS.items():
        script = script.replace(f"http://127.0.0.1:{port}", getattr(stockcast, name))
    return script.replace(".venv/bin/", f"{BIN}/")
