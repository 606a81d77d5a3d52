"""Steps the wall clock of a Python program by the seconds in the file STEPPED_BY.

Python loads a module of this name at its start. libfaketime does not do here: with the monotonic
clock left alone, as a step of a clock leaves it, Python's own sleep fails under it.
"""

import os
import time

_real = time.time
_file = os.environ["STEPPED_BY"]


def _stepped():
    with open(_file) as file:  # noqa: PTH123 - nothing may be imported this early
        return _real() + float(file.read() or 0)


time.time = _stepped
