"""Reduces a folder of libraries to the files that an image layer adds and that functions use.

python3 own_files.py FOLDER SHARED
"""

from __future__ import annotations

import filecmp
import shutil
import sys
from pathlib import Path

NEVER_RUN = (
    "prophet/stan_model",  # functions/forecast/models replaces Stan
    "prophet/tests",
    "matplotlib/tests",
    "mpl_toolkits/*/tests",
    "matplotlib/mpl-data/sample_data",
)


def drop_what_never_runs(folder: Path) -> None:
    """Delete the parts of libraries that no function loads."""
    for pattern in NEVER_RUN:
        for path in folder.glob(pattern):
            shutil.rmtree(path)


def keep_own(folder: Path, shared: Path) -> None:
    """Delete empty folders, and the files that `shared` contains with the same content."""
    for path in sorted(folder.rglob("*"), reverse=True):  # the content of a folder comes first
        twin = shared / path.relative_to(folder)
        if path.is_dir():
            if not any(path.iterdir()):
                path.rmdir()
        elif twin.is_file() and filecmp.cmp(path, twin, shallow=False):
            path.unlink()


if __name__ == "__main__":
    own, shared = map(Path, sys.argv[1:])
    drop_what_never_runs(own)
    keep_own(own, shared)
