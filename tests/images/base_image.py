"""A base image made from this machine's own Python, for builds without a registry.

Like python:3.12-slim, it has the interpreter, the standard library without bytecode, pip, a shell,
and the shared libraries that these and the wheels need.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import sysconfig
from collections.abc import Iterable
from pathlib import Path

NOT_COPIED = ("__pycache__", "test", "tests", "idlelib", "ensurepip", "config-*", "*.a")
OF_GLIBC = ("librt.so.1", "libdl.so.2", "libutil.so.1", "libm.so.6", "libpthread.so.0")
OF_WHEELS = ("libstdc++.so.6", "libgcc_s.so.1", "libz.so.1")
OF_NAMES = ("libnss_dns.so.2", "libnss_files.so.2", "libresolv.so.2")
CERTIFICATES = Path("/etc/ssl/certs/ca-certificates.crt")
MERGED = {"bin": "usr/bin", "sbin": "usr/sbin", "lib": "usr/lib", "lib64": "usr/lib64"}


def assemble(root: Path) -> None:
    """Fill `root` with the tree of the image."""
    for link, target in MERGED.items():
        (root / target).mkdir(parents=True)
        (root / link).symlink_to(target)
    for folder in ("etc", "proc", "dev", "sys", "run", "usr/local/bin"):
        (root / folder).mkdir(parents=True)
    (root / "tmp").mkdir(mode=0o777)
    (root / "tmp").chmod(0o1777)
    _python(root)
    shell = Path("/bin/sh").resolve()
    shutil.copy2(shell, root / "usr/bin/sh")
    extensions = (root / "usr/local/lib").glob("python*/lib-dynload/*.so")
    for library in _libraries([_interpreter(), shell, *extensions]):
        _copy_to_same_path(library, root)
    _etc(root)


def _interpreter() -> Path:
    """The Python outside the virtual environment."""
    return Path(sys._base_executable).resolve()


def _python(root: Path) -> None:
    version = f"python{sys.version_info.major}.{sys.version_info.minor}"
    shutil.copy2(_interpreter(), root / "usr/local/bin" / version)
    for name in ("python3", "python"):
        (root / "usr/local/bin" / name).symlink_to(version)
    library = root / "usr/local/lib" / version
    not_copied = shutil.ignore_patterns(*NOT_COPIED, "site-packages", "dist-packages")
    shutil.copytree(sysconfig.get_path("stdlib"), library, ignore=not_copied, symlinks=True)
    asked = [str(_interpreter()), "-Ic", "import site; print(site.getsitepackages()[0])"]
    folder = Path(subprocess.run(asked, capture_output=True, text=True, check=True).stdout).name
    site = library / folder.strip()
    site.mkdir(exist_ok=True)
    installed = Path(sysconfig.get_path("purelib"))
    for package in (installed / "pip", *installed.glob("pip-[0-9]*.dist-info")):
        shutil.copytree(package, site / package.name, ignore=shutil.ignore_patterns("__pycache__"))


def _libraries(programs: Iterable[Path]) -> set[Path]:
    """The shared libraries that `programs` and the wheels need."""
    linked = subprocess.run(["ldd", *programs], capture_output=True, text=True, check=False).stdout
    found = {Path(path) for path in re.findall(r"(/\S+\.so\S*) \(0x", linked)}
    homes = {library.parent for library in found}
    named = {home / name for home in homes for name in (*OF_GLIBC, *OF_WHEELS, *OF_NAMES)}
    return found | {library for library in named if library.exists()}


def _copy_to_same_path(library: Path, root: Path) -> None:
    """Copy a file to where the loader looks for it. Symbolic links become real files."""
    target = root / library.relative_to("/")
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copy2(library.resolve(), target)


def _etc(root: Path) -> None:
    (root / "etc/passwd").write_text("root:x:0:0::/:/bin/sh\n", encoding="ascii")
    (root / "etc/group").write_text("root:x:0:\n", encoding="ascii")
    (root / "etc/nsswitch.conf").write_text("hosts: files dns\n", encoding="ascii")
    for path in (CERTIFICATES, Path("/etc/ld.so.cache")):
        if path.exists():
            _copy_to_same_path(path, root)
