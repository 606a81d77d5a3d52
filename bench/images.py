"""Measures the images: `make bench-images`, as root on Linux with buildah.

For each function: the size of its own layers, how long it takes from the start of the process to
the first answer of /healthz, and the memory its processes hold then.
"""

from __future__ import annotations

import statistics
import sys
import tempfile
import time
from pathlib import Path

from local.servers import free_port
from tests.images import building
from tests.images.container import Container

STARTS = 15
POLL_S = 0.005
MB = 1_000_000
NOT_REACHED = {"S3_BUCKET": "none", "K_SINK": "http://127.0.0.1:9/"}
"""A function connects to nothing before its first event."""


def main() -> None:
    hindrance = building.hindrance()
    if hindrance:
        sys.exit(hindrance)
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        with building.images(home) as images:
            print("| image | own layers, MB | cold start, ms | memory at rest, MiB |")
            print("|---|---|---|---|")
            for function, image in images.items():
                starts = [_start(image, home / "log") for _ in range(STARTS)]
                cold_ms = statistics.median(1000 * seconds for seconds, _ in starts)
                memory_mib = statistics.median(mib for _, mib in starts)
                size_mb = image.own_bytes / MB
                print(f"| {function} | {size_mb:.0f} | {cold_ms:.0f} | {memory_mib:.0f} |")


def _start(image: building.Image, log: Path) -> tuple[float, float]:
    container = Container(image, free_port(), NOT_REACHED, log)
    started = time.perf_counter()
    try:
        container.process.start()
        while not container.process.program.is_ready():
            time.sleep(POLL_S)
        return time.perf_counter() - started, container.memory_mib()
    finally:
        container.stop()


if __name__ == "__main__":
    main()
