"""`stockcast rank`: the chance of each rank for each asset, the task of the M6 competition."""

from __future__ import annotations

import argparse
import json
import sys
from typing import TYPE_CHECKING

from cli.arguments import BadInputError, positive
from cli.commands.backtest import ORIGINS, add_data, load
from cli.exit_codes import OK
from functions.common.errors import StockcastError

if TYPE_CHECKING:
    from evaluation.ranking import Ranking


def add_to(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    rank = commands.add_parser("rank", help="the chance of each asset's rank in 20 days (M6)")
    add_data(rank)
    rank.add_argument(
        "--origins", type=positive, default=ORIGINS, help="past dates to score (default 48)"
    )
    rank.set_defaults(run=_rank)


def _rank(given: argparse.Namespace) -> int:
    from evaluation.ranking import rank

    loaded = load(given.data)
    try:
        ranking = rank(loaded, given.origins)
    except StockcastError as error:
        raise BadInputError(error.detail) from error
    if given.json:
        document = {**vars(ranking), "chances": ranking.chances.round(4).tolist()}
        sys.stdout.write(json.dumps(document) + "\n")
    else:
        sys.stdout.write(_ranking_table(ranking))
    return OK


def _ranking_table(ranking: Ranking) -> str:
    lines = [
        f"The 20 trading days after {ranking.date}: chance of a return in each fifth, lowest first",
        "",
    ]
    for symbol, chances in zip(ranking.symbols, ranking.chances, strict=True):
        lines.append(f"{symbol:12}" + "".join(f"{each:8.1%}" for each in chances))
    if ranking.score is None:
        lines += ["", "The history is too short to score past rankings."]
    else:
        error = "" if ranking.standard_error is None else f" (+- {ranking.standard_error:.4f})"
        score = f"{ranking.score:.4f}{error}. Equal chances score {ranking.uniform:.4f}."
        lines += ["", f"Ranked probability score over {ranking.origins} past dates: {score}"]
    return "\n".join(lines) + "\n"
