"""Reading a file stays within the documented memory and time, whatever the file contains."""

import pytest

from tests.support.python import printed

MOST_MB = 150
MEASURED = """
import datetime, gzip, resource, sys
import pandas
from functions.ingest.uploads.limits import UPLOAD
from functions.ingest.uploads.reader import read
from functions.ingest.uploads.refusal import UnreadableFileError

def peak_mb():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024

pandas.to_datetime(pandas.Series(["2013-03-01"]))
body = eval(sys.argv[1])
before = peak_mb()
try:
    file = read(body, datetime.date(2026, 1, 1), limits=UPLOAD)
    file.asset(file.names[0]).rows()
except UnreadableFileError as error:
    pass
print(peak_mb() - before)
"""
BODIES = {
    "commas": "b',' * UPLOAD.bytes",
    "lines of commas": "b'\\n'.join([b',' * 1000] * 5000)",
    "lines": "b'date,close' + b'\\n' * 5_000_000",
    "columns": "b','.join([b'A%d' % at for at in range(100_000)])",
    "short rows": "b'date,close\\n' + b'2013-03-01,1\\n' * 400_000",
    "wide": "b'date' + b',A' * 1999 + b'\\n' + (b'2013-03-01' + b',1' * 1999 + b'\\n') * 700",
    "symbols": "b'symbol,date,close' + b''.join(b'\\nS%d,2013-03-01,1' % n for n in range(9**5))",
    "quotes": "b'date,close\\n2013-03-01,' + b'\"' * 5_000_000",
    "one cell": "b'date,close\\n2013-03-01,' + b'9' * 5_000_000",
    "one name": "b'date,' + b'x' * 5_000_000 + b'\\n2013-03-01,1\\n'",
    "no number": "b'date,close\\n2013-03-01,' + b'9' * 4_000_000 + b'x'",
    "open brackets": "b'date,close,' + b'(' * 100_000 + b'\\n2013-03-01,1,1\\n' * 50",
    "gzip of many parts": "gzip.compress(b'') * 250_000",
    "gzip bomb": "gzip.compress(bytes(200_000_000))",
}


@pytest.mark.parametrize("body", BODIES)
def test_reading_is_bounded(body):
    environment = {"PYTHONPATH": ".", "PATH": ""}
    assert float(printed(MEASURED, BODIES[body], env=environment, most_s=120)) < MOST_MB
