"""Certify correct endpoints again and again on a busy machine: none may be failed by any case.

Two busy loops run beside. What is served is what people begin with: PHP's own server and
Flask's with a single worker, one that answers a request at a time in 0.05 s, and FastAPI.

Run it as ``python benchmarks/never_failed.py [RUNS] [SERVER …]``; 20 runs unless told otherwise.
"""

import multiprocessing
import os
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

if __name__ == "__main__":  # run by path
    sys.path[0] = str(Path(__file__).parents[1])

from harness.certify.model import FAILING
from harness.certify.sentences import sentence
from tests.broken_endpoints.servers import Server, serving
from tests.broken_endpoints.whole_runs import certified, described

_RUNS = 20
_BUSY = 2
_SERVERS = (Server.PHP_SINGLE, Server.FLASK_SINGLE, Server.IN_TURN, Server.FASTAPI)


def _spin() -> None:
    while True:
        pass


@contextmanager
def _busy_loops() -> Iterator[None]:
    loops = [multiprocessing.Process(target=_spin, daemon=True) for _ in range(_BUSY)]
    for loop in loops:
        loop.start()
    try:
        yield
    finally:
        for loop in loops:
            loop.kill()


def _measure(server: Server, runs: int) -> bool:
    failed, whys, longest_s = 0, Counter[str](), 0.0
    for _ in range(runs):
        began = time.monotonic()
        with serving(server) as url:
            run = certified(described(url))
        longest_s = max(longest_s, time.monotonic() - began)
        bad = [result for result in run.results if result.verdict in FAILING]
        failed += bool(bad)
        whys.update(f"{result.case.id}: {sentence(result.finding)}" for result in bad)
    print(f"{server}: {failed} of {runs} failed a case; the longest took {longest_s:.1f} s")
    for why, times in whys.most_common():
        print(f"  {times} x {why}")
    sys.stdout.flush()
    return not failed


def main() -> int:
    """Measure, and return 1 if a correct endpoint was failed."""
    words = sys.argv[1:]
    runs = int(words[0]) if words else _RUNS
    servers = [Server(word) for word in words[1:]] or _SERVERS
    with _busy_loops():
        print(f"load average {os.getloadavg()[0]:.1f} at the beginning")
        good = [_measure(server, runs) for server in servers]
        print(f"load average {os.getloadavg()[0]:.1f} at the end")
    return 0 if all(good) else 1


if __name__ == "__main__":
    sys.exit(main())
