"""The types of NumPy arrays. `numpy.typing` is slow to import, so only the type checker does."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

Floats: TypeAlias = "NDArray[np.float64]"
Ints: TypeAlias = "NDArray[np.intp]"
Flags: TypeAlias = "NDArray[np.bool_]"
Days: TypeAlias = "NDArray[np.datetime64]"
"""datetime64[D], one for each row."""
