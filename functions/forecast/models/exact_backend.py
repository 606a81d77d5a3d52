"""The Prophet library with an exact optimizer instead of Stan's.

The library passes the scaled series, the regressors and the priors to its optimizer and gets back
the parameters. `IStanBackend` is the library's interface for that. The library does the rest.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any

import numpy as np

from functions.forecast.arrays import Floats
from functions.forecast.models.map_fit import MapFit, fit_map

# At each import, it logs that it has no interactive plots.
logging.getLogger("prophet.plot").setLevel(logging.CRITICAL)

from prophet import Prophet  # noqa: E402 - after we silence its plots
from prophet.models import IStanBackend  # noqa: E402

logging.getLogger("prophet").setLevel(logging.WARNING)


class ExactBackend(IStanBackend):  # type: ignore[misc] # mypy skips the library
    """Finds the most probable parameters by `map_fit`."""

    mode: MapFit | None = None
    """The result of the last fit, in the order of `regressors`."""

    @staticmethod
    def get_type() -> str:
        return "EXACT"

    def load_model(self) -> None:
        """Do nothing, because there is no Stan model to load."""

    def fit(
        self,
        stan_init: Mapping[str, Any],  # noqa: ARG002 - the mode needs no start
        stan_data: Mapping[str, Any],
        **_: Any,
    ) -> dict[str, Floats]:
        """The parameters in the library's form, each as a row."""
        columns = regressors(stan_data["t"], stan_data["X"], stan_data["t_change"])
        scaled = np.asarray(stan_data["y"], dtype=np.float64)
        self.mode = fit_map(columns, scaled, stan_data["sigmas"], stan_data["tau"])
        fourier = 2 + len(stan_data["sigmas"])
        parts = {
            "k": self.mode.weights[:1],
            "m": self.mode.weights[1:2],
            "beta": self.mode.weights[2:fourier],
            "delta": self.mode.weights[fourier:],
            "sigma_obs": np.array([self.mode.noise]),
        }
        return {name: part.reshape(1, -1) for name, part in parts.items()}

    def sampling(self, *_: Any, **__: Any) -> dict[str, Any]:
        """Raises NotImplementedError. The library calls this only if `mcmc_samples` is set."""
        raise NotImplementedError("the exact backend finds a mode and draws no samples")


class ExactProphet(Prophet):  # type: ignore[misc] # mypy skips the library
    """`prophet.Prophet`, fitted by ExactBackend. It never loads Stan."""

    def _load_stan_backend(self, stan_backend: str | None) -> None:  # noqa: ARG002 - the library's
        self.stan_backend = ExactBackend()


def regressors(t: Any, fourier: Any, changepoints: Any) -> Floats:
    """The columns (n, p) that the parameters weigh: time, one, Fourier terms, hinges."""
    time = np.asarray(t, dtype=np.float64)
    hinges = np.maximum(time[:, np.newaxis] - np.asarray(changepoints), 0.0)
    return np.column_stack([time, np.ones_like(time), np.asarray(fourier), hinges])
