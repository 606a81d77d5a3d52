"""Reads price series from the sample, a folder of price files, or one price file."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timezone
from pathlib import Path

import numpy as np

from functions.common.errors import StockcastError
from functions.common.prices import sample
from functions.forecast.prices import csv_columns as price_csv
from functions.forecast.prices.series import PriceSeries
from functions.ingest.providers.sample import SampleProvider
from functions.ingest.uploads import reader
from functions.ingest.uploads.refusal import UnreadableFileError
from functions.ingest.uploads.repairs import price_column

SAMPLE = "sample"
ENDINGS = (".csv", ".tsv", ".txt", ".csv.gz")


class BadPriceFileError(StockcastError, title="Bad price file", slug="bad-price-file"):
    """A file has no readable prices. The message names the file and says how to fix it."""

    def __init__(self, path: Path, problem: str) -> None:
        super().__init__(f"{path}: {problem}")


@dataclass(frozen=True, eq=False)
class Loaded:
    """A series, its source, and notes about how it was read."""

    series: PriceSeries
    source: str
    notes: tuple[str, ...] = ()


def load(source: str) -> list[Loaded]:
    """The series of `source`, sorted by symbol. `source` is "sample", a folder or a file.

    Raises BadPriceFileError if a file is missing or unreadable, or two have the same symbol.
    """
    if source == SAMPLE:
        provider = SampleProvider()
        histories = ((symbol, provider.fetch(symbol).history) for symbol in sample.SYMBOLS)
        return [Loaded(price_csv.read(name, each.to_csv()), SAMPLE) for name, each in histories]
    path = Path(source)
    if path.is_dir():
        paths = sorted(each for each in path.iterdir() if each.name.lower().endswith(ENDINGS))
        if not paths:
            raise BadPriceFileError(path, f"the folder contains no {', '.join(ENDINGS)} file.")
    elif path.is_file():
        paths = [path]
    else:
        message = f"there is no such file or folder. Name a file, a folder or {SAMPLE!r}."
        raise BadPriceFileError(path, message)
    found: dict[str, Loaded] = {}
    for each in paths:
        for loaded in _read(each):
            symbol = loaded.series.symbol
            if symbol in found:
                message = f"{symbol} is also in {found[symbol].source}. Remove one of them."
                raise BadPriceFileError(each, message)
            found[symbol] = loaded
    return [found[symbol] for symbol in sorted(found)]


def _read(path: Path) -> Iterator[Loaded]:
    """The series in one file. If the file does not name its series, the file name does."""
    today = datetime.now(timezone.utc).date()
    try:
        file = reader.read(path.read_bytes(), today)
        for name in file.names:
            asset = file.asset(name)
            yield Loaded(_series(name or stem(path).upper(), asset), str(path), asset.notes)
    except (UnreadableFileError, OSError) as error:
        message = error.detail if isinstance(error, UnreadableFileError) else f"{error.strerror}."
        raise BadPriceFileError(path, message) from error


def stem(path: Path) -> str:
    """The file name without its ending."""
    name = path.name
    ending = next((each for each in ENDINGS[::-1] if name.lower().endswith(each)), "")
    return name[: len(name) - len(ending)]


def _series(symbol: str, asset: reader.Asset) -> PriceSeries:
    frame = asset.frame
    none = np.full(len(frame), np.nan)
    opened, high, low, close, volume, adjusted = (
        frame[name].to_numpy(dtype=np.float64) if name in frame else none
        for name in (*reader.FIELDS[:-1], price_column(frame))
    )
    dates = frame.index.to_numpy().astype("datetime64[D]")
    return PriceSeries(symbol, dates, opened, high, low, close, volume, adjusted)
