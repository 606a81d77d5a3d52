"""Write functions/ingest/data/sample_prices.csv.gz from the package bokeh-sampledata.

pip install --no-deps -r bench/shipped/requirements.txt && python bench/shipped/write_sample.py
"""

from __future__ import annotations

import csv
import gzip
import io
from importlib.resources import files
from pathlib import Path

TARGET = Path(__file__).parents[2] / "functions/ingest/data/sample_prices.csv.gz"
COLUMNS = ("symbol", "date", "open", "high", "low", "close", "volume", "adj_close")


def main() -> None:
    """Sort by symbol and date, rename the columns, and compress without a timestamp."""
    source = files("bokeh_sampledata") / "_data" / "stocks.csv.gz"
    text = gzip.decompress(source.read_bytes()).decode("ascii")
    rows = sorted(list(csv.reader(io.StringIO(text)))[1:], key=lambda row: (row[0], row[1]))
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(COLUMNS)
    writer.writerows(rows)
    TARGET.write_bytes(gzip.compress(out.getvalue().encode("ascii"), 9, mtime=0))


if __name__ == "__main__":
    main()
