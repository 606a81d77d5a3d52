"""Delays modules that libraries import, but that a function hardly ever uses.

The `__init__` of `redis` and `uvicorn` import all of the library: clients of clusters, a reloader.
NumPy imports its docstrings. Together they take a tenth of a start. An import of this module delays
them, so import it before the function's other modules.
"""

from __future__ import annotations

import sys
import threading
from collections.abc import Sequence
from importlib import import_module
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder
from types import ModuleType
from typing import Any

LATE: dict[str, dict[str, str]] = {
    "redis": {},
    "redis.asyncio": {},
    "uvicorn": {"Config": "uvicorn.config"},
    "numpy._core._add_newdocs": {},
    "numpy._core._add_newdocs_scalars": {},
}
"""The modules to delay. For names that every start uses: the submodule that each comes from."""
_running = threading.RLock()


class _LateModule(ModuleType):
    """A module that runs at the first use of a name in it. Its submodules do not count."""

    def __getattr__(self, name: str) -> Any:
        submodule = f"{self.__name__}.{name}"
        if PathFinder.find_spec(submodule, self.__dict__.get("__path__", ())):
            return import_module(submodule)
        if source := LATE[self.__name__].get(name):
            return getattr(import_module(source), name)
        with _running:
            run = self.__dict__.pop("_run", None)
            if run:
                run(self)
        return self.__getattribute__(name)


class _LateLoader(Loader):
    def __init__(self, loader: Loader) -> None:
        self._loader = loader

    def create_module(self, spec: ModuleSpec) -> ModuleType:
        return _LateModule(spec.name)

    def exec_module(self, module: ModuleType) -> None:
        module.__dict__["_run"] = self._loader.exec_module


class _LateFinder(MetaPathFinder):
    def find_spec(
        self, name: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        spec = PathFinder.find_spec(name, path, target) if name in LATE else None
        if spec and spec.loader:
            spec.loader = _LateLoader(spec.loader)
        return spec


sys.meta_path.insert(0, _LateFinder())
