"""Leaves in a folder of libraries what a layer of an image adds: what is new, and what runs.

python3 own_files.py FOLDER SHARED
"""

from __future__ import annotations

import filecmp
import shutil
import sys
from pathlib import Path

NEVER_RUN = (
    "prophet/stan_model",  # Stan, whose place functions/forecast/models takes
    "prophet/tests",
    "matplotlib/tests",
    "mpl_toolkits/*/tests",
    "matplotlib/mpl-data/sample_data",
)


def drop_what_never_runs(folder: Path) -> None:
    """Delete parts of libraries that no function loads."""
    for pattern in NEVER_RUN:
        for path in folder.glob(pattern):
            shutil.rmtree(path)


def keep_own(folder: Path, shared: Path) -> None:
    """Delete the files of `folder` that `shared` has with the same content, and empty folders."""
    for path in sorted(folder.rglob("*"), reverse=True):  # what is in a folder before the folder
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
