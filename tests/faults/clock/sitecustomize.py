"""Steps the wall clock of a Python program by the seconds in the file STEPPED_BY.

Python loads a module of this name when it starts. libfaketime does not work here. A clock step must
not change the monotonic clock, and without that change Python's own sleep fails under libfaketime.
"""

import os
import time

_real = time.time
_file = os.environ["STEPPED_BY"]


def _stepped():
    with open(_file) as file:  # noqa: PTH123 - nothing may be imported this early
        return _real() + float(file.read() or 0)


time.time = _stepped
