"""One request and the times of its tokens."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable
from dataclasses import dataclass

from kit.engines import Engine, Prompt
from kit.engines.usage import usage_of
from kit.errors import KitError, ServerError
from kit.i18n import _

Clock = Callable[[], float]


@dataclass(frozen=True)
class Outcome:
    """What became of one request; all times in seconds after the load began.

    Parameters
    ----------
    number : int
        Which prompt was asked, counted from 0.
    arrived : float
        When it was to be asked: waiting for its turn counts.
    times : tuple of float
        When each piece of the answer was there; a piece is a token, or what a server sent at once.
    tokens : int
        Written, by the server's own count where it tells one.
    prompt_tokens : int or None
        Read, where a server tells it.
    counted : bool
        Did the server tell the count, or are the pieces counted?
    failure : KitError, optional
        Why there is no whole answer.
    """

    number: int
    arrived: float
    times: tuple[float, ...] = ()
    tokens: int = 0
    prompt_tokens: int | None = None
    counted: bool = False
    failure: KitError | None = None

    @property
    def ttft_s(self) -> float:
        """Time to the first token, the wait for a turn and the reading of the prompt included."""
        return self.times[0] - self.arrived

    @property
    def e2el_s(self) -> float:
        """Time to the last token."""
        return self.times[-1] - self.arrived

    @property
    def tpot_s(self) -> float | None:
        """Time per token after the first; None of an answer that has no second."""
        return (self.e2el_s - self.ttft_s) / (self.tokens - 1) if self.tokens > 1 else None


def ask(
    engine: Engine,
    prompt: Prompt,
    *,
    number: int,
    arrived: float,
    new_tokens: int,
    clock: Clock,
    stop: threading.Event,
) -> Outcome:
    """Return what became of one request; a server's failure is an outcome, any other error is raised.

    Parameters
    ----------
    clock : callable
        Returns seconds after the load began.
    stop : Event
        When it is set, the answer is given up; what there is by then is returned.
    """
    times: list[float] = []
    stream = engine.generate(prompt, max_new_tokens=new_tokens, ignore_end=True)
    try:
        for _token in stream:
            times.append(clock())
            if stop.is_set():
                break
    except ServerError as exc:
        return Outcome(number, arrived, tuple(times), failure=exc)
    finally:
        with contextlib.suppress(AttributeError):  # not every iterator can be closed
            stream.close()  # type: ignore[attr-defined]
    if not times:
        return Outcome(number, arrived, failure=_empty())
    usage = usage_of(stream)
    tokens = len(times) if usage is None else usage.new_tokens
    read = None if usage is None else usage.prompt_tokens
    return Outcome(number, arrived, tuple(times), max(tokens, 1), read, usage is not None)


def _empty() -> KitError:
    return KitError(_("An answer was empty."), fix=_("Ask the same by hand, to see what the server makes of it."))
