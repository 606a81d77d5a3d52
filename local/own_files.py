"""Removes from one folder what another has already, so that a layer holds only what it adds.

python3 own_files.py FOLDER SHARED
"""

from __future__ import annotations

import filecmp
import sys
from pathlib import Path


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
    keep_own(*map(Path, sys.argv[1:]))
