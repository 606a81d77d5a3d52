"""Runs the examples of a document as a reader would: copied and pasted, one after the other.

In Markdown, by what stands after the three backticks:

- `sh`: run from one empty folder, in order; each must succeed. The ports of `make run` stand for
  those of the stack under test, and `stockcast` is on the path.
- `text output`: what the `sh` block before prints. `...` stands for anything, and any run of white
  space for any other.
- `sh not-run`, and all else: for the reader alone.
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
    """A block to run, from `line` on, and what it has to print, if the document says."""

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
    """Run the examples of `document` against a running stack; the answer is all they print."""
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
