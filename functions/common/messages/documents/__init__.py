"""The documents that the HTTP API returns. The API's description is generated from them."""

from functions.common.messages.documents.analyses import AnalysisRequest
from functions.common.messages.documents.base import Accepted, Problem
from functions.common.messages.documents.batches import BatchAccepted, BatchProgress, Ranking
from functions.common.messages.documents.forecasts import ForecastRequest
from functions.common.messages.documents.prices import (
    FoundSymbol,
    PriceFile,
    PriceHistory,
    Sample,
    Source,
    Sources,
    Step,
    Symbols,
    TargetDate,
    Warming,
)

__all__ = [
    "Accepted",
    "AnalysisRequest",
    "BatchAccepted",
    "BatchProgress",
    "ForecastRequest",
    "FoundSymbol",
    "PriceFile",
    "PriceHistory",
    "Problem",
    "Ranking",
    "Sample",
    "Source",
    "Sources",
    "Step",
    "Symbols",
    "TargetDate",
    "Warming",
]
