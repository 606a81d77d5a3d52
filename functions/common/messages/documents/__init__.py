"""What the HTTP API answers: each document's class, from which its description is made."""

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
