"""How long a certification takes where the endpoint is slow, with what it should take at most.

Run it as ``python benchmarks/durations.py``.
"""

import os
import sys
import time
from collections import Counter
from pathlib import Path

if __name__ == "__main__":  # run by path
    sys.path[0] = str(Path(__file__).parents[1])

from harness.certify.model import FAILING
from tests.broken_endpoints.servers import Server, serving
from tests.broken_endpoints.whole_runs import certified, described

_MEASURED = (
    ("takes 300 ms, side by side", Server.SLOW_SIDE_BY_SIDE, 5.0, 45.0),
    ("takes 400 ms, one at a time", Server.SLOW_IN_TURN, 5.0, 120.0),
    ("hangs for strangers, 2 s deadline", Server.HANGS_FOR_STRANGERS, 2.0, 60.0),
)
"""What is measured: the server, the deadline, and seconds that it may take."""
_SHOWN = 8


def main() -> int:
    """Measure, and return 1 if one takes longer than it may."""
    print(f"load average {os.getloadavg()[0]:.1f}")
    missed = False
    for what, server, deadline_s, allowed_s in _MEASURED:
        with serving(server) as url:
            began = time.monotonic()
            run = certified(described(url, deadline_s=deadline_s))
            took_s = time.monotonic() - began
        missed = missed or took_s > allowed_s
        failed = sum(run.counts[verdict] for verdict in FAILING)
        print(
            f"{what}: {took_s:.1f} s of {allowed_s:g} s, {run.verdict.value}, "
            f"{failed} cases failed, {run.counts}"
        )
        longest = Counter({one.case.id: one.duration_s for one in run.results})
        shown = ", ".join(f"{name} {spent:.1f}" for name, spent in longest.most_common(_SHOWN))
        print(f"  the longest cases: {shown}")
        sys.stdout.flush()
    return int(missed)


if __name__ == "__main__":
    sys.exit(main())
