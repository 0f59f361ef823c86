"""What is known of a question: how far its answer is, and that in words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from kit.i18n import N_, _
from kit.plots.words import duration, number
from kit.widgets.desk import Problem

_WORDS = {
    "new": N_("asking"),
    "finding": N_("asking"),
    "starting": N_("starting the service"),
    "asking": N_("asking"),
    "loading": N_("loading the model"),
    "waiting": N_("waiting in line"),
    "busy": N_("many people are asking: waiting for a place"),
    "writing": N_("writing"),
    "restarting": N_("the service stopped: starting it again"),
    "reaching": N_("the service does not answer: trying again"),
    "cut short": N_("cut short"),
    "failed": N_("no answer"),
}
OVER = ("done", "cut short", "failed")


@dataclass(frozen=True)
class Told:
    """How a question stands.

    Parameters
    ----------
    state : str
        "new", "finding", "starting", "asking", "loading", "waiting", "busy", "writing", "restarting", "reaching",
        and at the end "done", "cut short" or "failed".
    text : str
        What has been answered so far; of a broken answer it stays until the next begins.
    before : int, optional
        How many are answered before this one, where the service tells.
    tries : int
        How often it was asked.
    ttft_s, tokens_per_s : float, optional
        To the first word of the answer that came, from when that was asked; and the words after the first.
    tokens : int, optional
        Of the answer.
    kept : bool
        Did the service know the answer from before?
    ended : str
        Why the answer ends, as the service has it: "stop", or "length" where it had to.
    model : str
        As the service calls it.
    place : str
        Host and port of a service that is not this machine's own, "" of that.
    value : dict, optional
        The whole answer, where it was not asked for in pieces.
    problem : Problem, optional
        Why there is none.
    """

    state: str = "new"
    text: str = ""
    before: int | None = None
    tries: int = 0
    ttft_s: float | None = None
    tokens_per_s: float | None = None
    tokens: int | None = None
    kept: bool = False
    ended: str = ""
    model: str = ""
    place: str = ""
    value: dict[str, Any] | None = None
    problem: Problem | None = None

    @property
    def over(self) -> bool:
        """Does nothing more come?"""
        return self.state in OVER


def state_words(told: Told) -> str:
    """Return how a question stands: what is waited for, or how quick the answer was."""
    if told.state == "done":
        return speed_words(told)
    if told.state == "waiting" and told.before is not None:
        if not told.before:
            return _("next in line")
        return _("waiting in line ({n} before you)").format(n=told.before)
    return _(_WORDS[told.state])


def speed_words(told: Told) -> str:
    """Return how quick an answer was, or that it was kept."""
    if told.kept:
        return _("from kept answers")
    said = []
    if told.ttft_s is not None:
        said.append(_("first token {time}").format(time=duration(told.ttft_s)))
    if told.tokens_per_s is not None:
        said.append(_("{n} tokens/s").format(n=number(told.tokens_per_s)))
    if told.ended == "length":
        said.append(_("stopped at the token limit"))
    return " · ".join(said)
