"""Let lm-eval do its work without its progress bars and remarks: ours tell how far it is."""

from __future__ import annotations

import contextlib
import logging
import os
import random
import sys
from collections.abc import Iterator
from functools import partialmethod
from typing import Any


@contextlib.contextmanager
def quiet() -> Iterator[None]:
    """Draw no progress bars, log errors only, print to standard error; as before afterwards."""
    import datasets
    from tqdm import tqdm

    bars: Any = tqdm
    drawn, told = bars.__init__, datasets.is_progress_bar_enabled()
    logger = logging.getLogger("lm_eval")
    level = logger.level
    bars.__init__ = partialmethod(drawn, disable=True)  # type: ignore[method-assign]
    datasets.disable_progress_bars()
    logger.setLevel(logging.ERROR)
    try:
        with contextlib.redirect_stdout(sys.stderr):
            yield
    finally:
        bars.__init__ = drawn  # type: ignore[method-assign]
        logger.setLevel(level)
        if told:
            datasets.enable_progress_bars()


@contextlib.contextmanager
def seeded() -> Iterator[None]:
    """Draw random numbers as lm-eval does when it starts, in this process only, and afterwards as before."""
    import numpy

    states = random.getstate(), numpy.random.get_state()
    alone = os.environ.get("DISABLE_MULTIPROC")
    random.seed(0)
    numpy.random.seed(1234)
    os.environ["DISABLE_MULTIPROC"] = "1"  # its bootstrap would fork a process that holds a model
    try:
        yield
    finally:
        random.setstate(states[0])
        numpy.random.set_state(states[1])
        if alone is None:
            del os.environ["DISABLE_MULTIPROC"]
        else:
            os.environ["DISABLE_MULTIPROC"] = alone
