"""The forecast function: models, backtests and charts."""

import os

# NumPy's threads cost 50 ms of CPU at import and do not speed up matrices as small as ours.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
