"""Finds the most probable parameters of Prophet's model exactly.

For its linear, additive model (its Stan program, on scaled values), the negative logarithm of
Prophet's posterior is, up to a constant,

    n log s + |y - Z w|^2 / (2 s^2) + k^2/50 + m^2/50 + sum((b/c)^2)/2 + sum|d|/tau + 2 s^2

`s` is the noise. `w` = (k, m, b, d) are the slope, offset, Fourier coefficients and slope changes.
`c` and `tau` are their prior scales. `Z` has the columns that they weigh: time, one, the Fourier
terms, and a hinge at each possible changepoint.

For a given `s`, this is a lasso in `d` with a ridge on the rest. It is convex, and an active-set
method on the Gram matrix solves it to the last digit. For a given `w`, the best `s` is a root of a
quadratic in s^2. Alternating the two is a map s^2 -> h(s^2) that never decreases: a larger s gives
the priors more weight, so the residuals grow, so the best s grows. So the iteration ends at the
smallest fixed point if it starts below all of them, and at the largest if it starts above. If both
are equal, there is only one maximum. If not, the search scans the interval between them and takes
the best point.

Stan's L-BFGS stops when its progress gets small, so its answer is never more probable than this.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from functions.forecast.arrays import Floats

SLOPE_SCALE = 5.0
NOISE_SCALE = 0.5
LEAST_NOISE = 1e-9
"""Prophet's noise for a constant series, and the smallest noise of any fit."""

_TOLERANCE = 1e-12
_MOST_ALTERNATIONS = 500
_SCANNED = 16


@dataclass(frozen=True, eq=False)
class MapFit:
    """The mode: weights (p,) in the order of the columns, and the noise, both for scaled values.

    `log_posterior` omits the same constants as Stan's `lp__`, so you can compare the two.
    """

    weights: Floats
    noise: float
    log_posterior: float


def fit_map(
    columns: Floats, scaled: Floats, others_scale: Sequence[float], changepoint_scale: float
) -> MapFit:
    """Fit `scaled` (n,) on `columns` (n, p): time, one, the Fourier terms, the hinges.

    `others_scale` are the prior scales of the Fourier terms. `changepoint_scale` is tau, the prior
    scale of the slope changes (Prophet's `changepoint_prior_scale`).
    """
    hinges = slice(2 + len(others_scale), None)
    problem = _Problem(columns, scaled, hinges, others_scale, changepoint_scale)
    if scaled.min() == scaled.max():
        constant = np.zeros(columns.shape[1])
        constant[1] = scaled[0]
        return MapFit(constant, LEAST_NOISE, problem.log_posterior(constant, LEAST_NOISE))

    nothing, anything = np.zeros(columns.shape[1]), problem.unpenalised()
    largest = problem.alternate(nothing, problem.best_noise(nothing))
    smallest = problem.alternate(anything, problem.best_noise(anything))
    modes = [largest, smallest]
    if not np.isclose(largest[1], smallest[1], rtol=1e-6, atol=0):
        between = np.geomspace(smallest[1], largest[1], _SCANNED)[1:-1]
        modes += [problem.alternate(smallest[0], noise) for noise in between]
    weights, noise = max(modes, key=lambda mode: problem.log_posterior(*mode))
    return MapFit(weights, noise, problem.log_posterior(weights, noise))


class _Problem:
    """The sums of squares and products of one window, and the steps of the search."""

    def __init__(
        self,
        columns: Floats,
        scaled: Floats,
        hinges: slice,
        others_scale: Sequence[float],
        changepoint_scale: float,
    ) -> None:
        self.changepoint_scale = changepoint_scale
        self.columns = columns
        self.scaled = scaled
        self.gram = columns.T @ columns
        self.products = columns.T @ scaled
        self.precision = _prior_precision(columns.shape[1], others_scale)
        self.penalised = np.zeros(columns.shape[1], dtype=bool)
        self.penalised[hinges] = True

    def squares(self, weights: Floats) -> float:
        residuals = self.scaled - self.columns @ weights
        return float(residuals @ residuals)

    def log_posterior(self, weights: Floats, noise: float) -> float:
        return float(
            -len(self.scaled) * np.log(noise)
            - self.squares(weights) / (2 * noise**2)
            - self.precision @ weights**2 / 2
            - np.abs(weights[self.penalised]).sum() / self.changepoint_scale
            - (noise / NOISE_SCALE) ** 2 / 2
        )

    def best_noise(self, weights: Floats) -> float:
        """The most probable noise given the weights: n/s - SSE/s^3 + s/0.25 = 0."""
        rows, squares, prior = len(self.scaled), self.squares(weights), NOISE_SCALE**-2
        # The root of prior s^4 + n s^2 - SSE, in a form that keeps all digits of a small SSE.
        variance = 2 * squares / (rows + np.sqrt(rows**2 + 4 * prior * squares))
        return max(float(np.sqrt(variance)), LEAST_NOISE)

    def unpenalised(self) -> Floats:
        """The weights of plain least squares. No other weights have less noise."""
        speck = np.eye(len(self.gram)) * (np.trace(self.gram) * 1e-14)
        return np.linalg.solve(self.gram + speck, self.products)

    def alternate(self, weights: Floats, noise: float) -> tuple[Floats, float]:
        """Find the best weights, then the best noise, and repeat until neither changes."""
        for _ in range(_MOST_ALTERNATIONS):
            weights = self.best_weights(weights, noise)
            before, noise = noise, self.best_noise(weights)
            if abs(noise - before) <= _TOLERANCE * before:
                break
        return weights, noise

    def best_weights(self, weights: Floats, noise: float) -> Floats:
        """Solve the lasso for one noise from any start, with a primal active-set method.

        The active set holds the slope changes that are not zero. Each step solves for them with
        fixed signs. If one would cross zero, it stops there and leaves the set. Otherwise, the zero
        with the largest excess gradient enters the set. The objective falls at every step, so no
        set occurs twice.
        """
        variance = noise**2
        matrix = self.gram + np.diag(self.precision * variance)
        penalty = variance / self.changepoint_scale
        weights = weights.copy()
        signs = np.where(self.penalised, np.sign(weights), 0.0)
        slack = penalty * 1e-9 + np.abs(self.products).max() * 1e-14
        entered = -1
        while True:
            free = np.flatnonzero(~self.penalised | (signs != 0))
            target = self.products[free] - penalty * signs[free]
            solved = np.linalg.solve(matrix[np.ix_(free, free)], target)
            crossing = solved * signs[free] < 0
            if crossing.any():
                here, there = weights[free[crossing]], solved[crossing]
                steps = here / (here - there)
                first = int(np.argmin(steps))
                leaver = free[crossing][first]
                weights[free] += steps[first] * (solved - weights[free])
                weights[leaver] = signs[leaver] = 0.0
                if leaver == entered:
                    return weights
                continue
            weights[free] = solved
            pull = self.products - matrix @ weights
            excess = np.where(self.penalised & (signs == 0), np.abs(pull) - penalty, -np.inf)
            entered = int(np.argmax(excess))
            if excess[entered] <= slack:
                return weights
            signs[entered] = np.sign(pull[entered])


def posterior_covariance(
    columns: Floats, weights: Floats, noise: float, others_scale: Sequence[float]
) -> Floats:
    """The covariance (p, p) of the weights by a Laplace approximation, for a known noise.

    A slope change that is zero in the fit stays zero, so its rows and columns are zero.
    """
    precision = _prior_precision(len(weights), others_scale)
    used = (precision > 0.0) | (weights != 0.0)
    free = np.flatnonzero(used)
    hessian = columns[:, free].T @ columns[:, free] / noise**2 + np.diag(precision[free])
    covariance = np.zeros((len(weights), len(weights)))
    covariance[np.ix_(free, free)] = np.linalg.inv(hessian)
    return covariance


def _prior_precision(parameters: int, others_scale: Sequence[float]) -> Floats:
    """The precisions (p,) of the Gaussian priors, 0 for the slope changes (Laplace prior)."""
    precision = np.zeros(parameters)
    precision[:2] = SLOPE_SCALE**-2
    precision[2 : 2 + len(others_scale)] = np.asarray(others_scale, dtype=np.float64) ** -2
    return precision
