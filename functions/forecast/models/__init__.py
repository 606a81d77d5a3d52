"""The models by name, each imported only when it is asked for."""

from __future__ import annotations

from functools import cache

from functions.forecast.models.prediction import Model


@cache
def named(name: str) -> Model:
    """The model that answers a request for `name`, one of `fields.MODELS`.

    One for all who ask, since a model keeps what it made of the last series.
    """
    if name == "calibrated":
        from functions.forecast.models.calibrated import CalibratedModel

        return CalibratedModel()
    if name == "prophet":
        from functions.forecast.models.prophet_model import ProphetModel

        return ProphetModel()
    raise KeyError(name)
