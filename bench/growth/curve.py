"""A cost measured for growing work, and how fast it grows."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Curve:
    """Points (work, cost), ascending by work. `most` is the goal for the slope."""

    work: str
    cost: str
    points: list[tuple[float, float]]
    most: float

    @property
    def slope(self) -> float:
        """The power of work that the cost grows with: 0 is constant, 1 is proportional.

        It is the least-squares slope of the logarithms.
        """
        work, cost = np.log(np.array(self.points, dtype=float)).T
        return float(np.polyfit(work, cost, 1)[0])

    @property
    def doubling(self) -> float:
        """The change of the cost for twice the work, as a fraction."""
        return float(2.0**self.slope - 1.0)

    @property
    def is_met(self) -> bool:
        return self.slope <= self.most
