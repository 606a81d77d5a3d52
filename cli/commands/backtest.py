"""`stockcast backtest`: scores the models on price files against a Gaussian random walk."""

from __future__ import annotations

import argparse
import os
import sys
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from cli.arguments import BadInputError, day, names, parts, positive
from cli.exit_codes import OK
from functions.common.errors import StockcastError
from functions.common.messages.fields import MODELS

if TYPE_CHECKING:
    from evaluation.protocol import Evaluated, Protocol
    from evaluation.summary import Figure, Summary
    from functions.forecast.prices.series import PriceSeries

HORIZONS = (5, 21, 63)
ORIGINS = 48
LONGEST = 2520


def add_to(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    backtest = commands.add_parser("backtest", help="score the models on your price files")
    add_data(backtest)
    add = backtest.add_argument
    add(
        "--models",
        type=partial(names, known=MODELS, what="models"),
        default=MODELS[:1],
        help=f"comma-separated: {','.join(MODELS)}",
    )
    add("--horizons", type=_horizons, default=HORIZONS, help="trading days (default 5,21,63)")
    add("--origins", type=positive, default=ORIGINS, help="forecasts per series (default 48)")
    add("--since", type=day, help="no forecast starts before this date")
    add("--until", type=day, help="no forecast ends after this date")
    add("--jobs", type=positive, default=os.cpu_count(), help="number of processes")
    add("--plot", type=Path, default=Path("reliability.png"), help="file for the PNG plot")
    backtest.set_defaults(run=_backtest)


def add_data(parser: argparse.ArgumentParser) -> None:
    """Add the options that choose the prices and the output format."""
    parser.add_argument(
        "--data",
        default="sample",
        help="a price file, a folder of price files, or 'sample' (the default); for the formats,"
        " see docs/own-prices.md",
    )
    parser.add_argument("--json", action="store_true", help="print JSON instead of a table")


def load(data: str) -> list[PriceSeries]:
    """The series of `--data`. Corrections to the data are listed on stderr.

    Raises BadInputError if the data cannot be read.
    """
    from evaluation import prices

    try:
        loaded = prices.load(data)
    except StockcastError as error:
        raise BadInputError(error.detail) from error
    for each in loaded:
        for note in each.notes:
            sys.stderr.write(f"{each.source}, {each.series.symbol}: {note}\n")
    return [each.series for each in loaded]


def _backtest(given: argparse.Namespace) -> int:
    from evaluation import reliability
    from evaluation.protocol import Protocol, choose_origins
    from evaluation.summary import summarise

    protocol = Protocol(given.models, given.horizons, given.origins, given.since, given.until)
    loaded = load(given.data)
    usable = [each for each in loaded if len(choose_origins(each, protocol))]
    skipped = [each.symbol for each in loaded if each not in usable]
    if not usable:
        raise BadInputError(
            "No series is long enough. A series needs a year of prices before the first origin and"
            f" {max(given.horizons)} rows after it, between --since and --until."
        )
    summary = summarise(_evaluate(usable, protocol, given.jobs), skipped)
    reliability.draw(summary, given.plot)
    if given.json:
        sys.stdout.write(msgspec.json.encode(summary.document()).decode() + "\n")
    else:
        sys.stdout.write(_table(summary))
    sys.stderr.write(f"The reliability plot is in {given.plot}.\n")
    return OK


def _evaluate(series: list[PriceSeries], protocol: Protocol, jobs: int) -> list[Evaluated]:
    """Evaluate the series in `jobs` parallel processes. The results keep the order of `series`."""
    import multiprocessing
    from concurrent.futures import ProcessPoolExecutor, as_completed

    from rich.console import Console
    from rich.progress import Progress

    from evaluation.protocol import evaluate

    # A fork would copy the threads of this process, so start fresh interpreters.
    context = multiprocessing.get_context("spawn")
    with (
        Progress(console=Console(stderr=True), transient=True) as progress,
        ProcessPoolExecutor(min(jobs, len(series)), mp_context=context) as pool,
    ):
        task = progress.add_task("Forecasting", total=len(series))
        running = [pool.submit(evaluate, each, protocol) for each in series]
        for _ in as_completed(running):
            progress.advance(task)
        return [each.result() for each in running]


def _table(summary: Summary) -> str:
    counts = f"{len(summary.symbols)} series, {summary.origins} origins"
    lines = [
        f"{counts}. Errors are averages over the horizon, relative to a Gaussian random walk.",
        "Brackets show 95% bootstrap intervals over series and origins.",
        "",
        f"{'model':11}{'days':>5}  {'rMAE':21}{'rWIS':21}{'50% held':20}{'80% held':20}95% held",
    ]
    for row in summary.rows:
        ratios = "".join(_figure(each, 3).ljust(21) for each in (row.mae_ratio, row.wis_ratio))
        held = "".join(_figure(each, 1).ljust(20) for each in row.coverage.values())
        lines.append(f"{row.model:11}{row.horizon:5}  {ratios}{held}".rstrip())
    lines += ["", "Coverage of the 50/80/95% ranges after calm, middling and stressed months:"]
    for row in summary.rows:
        by_regime = "   ".join(
            "/".join(f"{held.value:.1f}" for held in each.values()) for each in row.by_regime
        )
        lines.append(f"{row.model:11}{row.horizon:5}  {by_regime}")
    if summary.skipped:
        lines += ["", f"Skipped because they are too short: {', '.join(summary.skipped)}."]
    return "\n".join(lines) + "\n"


def _figure(figure: Figure, digits: int) -> str:
    value, low, high = (f"{each:.{digits}f}" for each in (figure.value, figure.low, figure.high))
    return f"{value} [{low}, {high}]"


def _horizons(text: str) -> tuple[int, ...]:
    horizons = sorted({positive(part) for part in parts(text)})
    if not horizons or horizons[-1] > LONGEST:
        message = f"{text!r} is not a list of trading days from 1 to {LONGEST}"
        raise argparse.ArgumentTypeError(message)
    return tuple(horizons)
