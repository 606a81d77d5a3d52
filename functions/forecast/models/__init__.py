"""The models by name, each imported only when it is asked for."""

from __future__ import annotations

from functions.forecast.prediction import Model


def named(name: str) -> Model:
    """The model that answers a request for `name`, one of `fields.MODELS`."""
    from functions.forecast.models.prophet_model import ProphetModel

    answered_by = {"calibrated": ProphetModel, "prophet": ProphetModel}
    return answered_by[name]()
