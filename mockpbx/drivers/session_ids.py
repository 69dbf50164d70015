"""Session ids that no earlier run, and no other process of this one, has used."""

import itertools
import time
from collections.abc import Callable


def session_ids(worker: int = 0, workers: int = 1) -> Callable[[], str]:
    """Return a source of session ids; endpoints remember them.

    They are numbers, as in the documentation's sample, counted up from the millisecond.

    Args:
        worker: Which of several processes this is, from 0.
        workers: How many processes may ask one endpoint at a time.
    """
    numbers = itertools.count(time.time_ns() // 1_000_000 * workers + worker, workers)
    return lambda: str(next(numbers))
