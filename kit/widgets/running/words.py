"""A run in the words of a list: its kind, its state, its key figure, when it began."""

from __future__ import annotations

import time

from kit.i18n import N_, _
from kit.jobs import Summary
from kit.plots.words import duration, number, share
from kit.widgets.origin import model_words
from kit.widgets.parts import Tone

KINDS = {
    "tune": N_("tune"),
    "sweep": N_("sweep"),
    "auto": N_("search"),
    "search": N_("search of settings"),
    "findrate": N_("find a learning rate"),
    "evaluate": N_("evaluate"),
    "answer": N_("answer"),
    "get": N_("get a model"),
    "probe": N_("measure the machine"),
}
STATES: dict[str, tuple[str, Tone]] = {
    "queued": (N_("queued"), ""),
    "starting": (N_("starting"), "run"),
    "running": (N_("running"), "run"),
    "stopping": (N_("stopping"), "warn"),
    "stopped": (N_("stopped"), "warn"),
    "finished": (N_("finished"), "ok"),
    "failed": (N_("failed"), "bad"),
    "crashed": (N_("crashed"), "bad"),
}
_FIGURES = {
    "acc": N_("accuracy"),
    "validation_accuracy": N_("val. accuracy"),
    "perplexity": N_("perplexity"),
    "validation_loss": N_("val. loss"),
    "loss": N_("loss"),
}
_SHARES = ("acc", "validation_accuracy")


def kind_words(kind: str) -> str:
    """Return a kind of work in words."""
    return _(KINDS[kind]) if kind in KINDS else kind


def state_words(state: str) -> tuple[str, Tone]:
    """Return a state in words, and its tone."""
    word, tone = STATES.get(state, (state, ""))
    return _(word), tone


def title(each: Summary) -> str:
    """Return what a run works on: the model and the data, each by the last part of its name."""
    if each.kind == "probe":
        return _("this machine")
    return " · ".join(
        short for short in (_model(each.model), each.data.replace("\\", "/").rstrip("/").rpartition("/")[2]) if short
    ) or _("unnamed")


def _model(name: str) -> str:
    """Return what a list calls a model; one that a run has tuned by the letters that find the run again."""
    if name.startswith("run:"):
        return _("tuned in {letters}").format(letters=letters(name))
    return model_words(name) if name else ""


def letters(id: str) -> str:
    """Return the letters at the end of a run's id, which `kit.find_run` takes."""
    return id.rpartition("-")[2]


def figure(each: Summary) -> tuple[str, float, str] | None:
    """Return the key figure of a run as its name in words, its value and the part it comes from, or None.

    Of several parts (the rows of a sweep) the best counts: the greatest share, else the least loss.
    """
    for name, words in _FIGURES.items():
        found = {key: value for key, value in each.figures.items() if key.rpartition("/")[2] == name}
        if found:
            best = (max if name in _SHARES else min)(found, key=lambda key: found[key])
            part = best.rpartition("/")[0]
            return (_("best {what}") if len(found) > 1 else "{what}").format(what=_(words)), found[best], part
    return None


def value_words(name: str, value: float) -> str:
    """Return the value of a key figure whose name in words is `name`."""
    shares = {_(_FIGURES[each]) for each in _SHARES}
    return share(value) if any(name.endswith(each) for each in shares) else number(value)


def ago(at: float, now: float | None = None) -> str:
    """Return how long ago a Unix time was, or its date after a week."""
    seconds = max((time.time() if now is None else now) - at, 0)
    if seconds < 60:
        return _("just now")
    if seconds < 3600:
        return _("{n} min ago").format(n=int(seconds // 60))
    if seconds < 86_400:
        return _("{n} h ago").format(n=int(seconds // 3600))
    if seconds < 7 * 86_400:
        return _("{n} d ago").format(n=int(seconds // 86_400))
    return time.strftime("%Y-%m-%d", time.localtime(at))


def when(at: float) -> str:
    """Return a Unix time in full, in the time zone of this machine."""
    return time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(at))


def took(each: Summary, worked_s: float | None) -> str:
    """Return how long a run took, or has taken so far."""
    if worked_s is None or (not each.over and worked_s < 1):
        return "–"
    return duration(worked_s if each.over else round(worked_s))
