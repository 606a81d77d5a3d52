"""Measures the images: `make bench-images`, as root on Linux with buildah.

For each function, it measures the size of its own layers, the time from the start of the process to
the first answer of /healthz, and the memory of its processes at that time.
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
"""Functions do not connect to these before their first event."""


def main() -> None:
    hindrance = building.hindrance()
    if hindrance:
        sys.exit(hindrance)
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        with building.images(home) as images:
            print("| image | own layers, MB | cold start, ms | its CPU, ms | memory, MiB |")
            print("|---|---|---|---|---|")
            for function, image in images.items():
                starts = [_start(image, home / "log") for _ in range(STARTS)]
                wall_s, cpu_s, memory_mib = map(statistics.median, zip(*starts, strict=True))
                print(
                    f"| {function} | {image.own_bytes / MB:.0f} | {1000 * wall_s:.0f} |"
                    f" {1000 * cpu_s:.0f} | {memory_mib:.0f} |"
                )


def _start(image: building.Image, log: Path) -> tuple[float, float, float]:
    container = Container(image, free_port(), NOT_REACHED, log)
    started = time.perf_counter()
    try:
        container.process.start()
        while not container.process.program.is_ready():
            time.sleep(POLL_S)
        wall_s = time.perf_counter() - started
        return wall_s, container.cpu_s(), container.memory_mib()
    finally:
        container.stop()


if __name__ == "__main__":
    main()
