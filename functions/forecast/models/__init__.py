"""The models by name. Each is imported on first use."""

from __future__ import annotations

from functools import cache

from functions.forecast.models.prediction import Model


@cache
def named(name: str) -> Model:
    """The model for `name`, one of `fields.MODELS`. Raises KeyError if there is none.

    All callers share one instance, because a model caches its work on the last series.
    """
    if name == "calibrated":
        from functions.forecast.models.calibrated import CalibratedModel

        return CalibratedModel()
    if name == "prophet":
        from functions.forecast.models.prophet_model import ProphetModel

        return ProphetModel()
    raise KeyError(name)
