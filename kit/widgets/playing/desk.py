"""What a person sees and can do when talking to a model: ask, stop, ask again, begin anew and take that back."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from kit.data import Dataset
from kit.errors import KitError, ParameterError
from kit.i18n import _
from kit.jobs import read_only
from kit.measure.spec import AnswerSpec
from kit.widgets.asking.coding import asking_code
from kit.widgets.asking.question import chat
from kit.widgets.asking.told import Told
from kit.widgets.desk import Desk
from kit.widgets.form import Form
from kit.widgets.keep import keep, recall
from kit.widgets.origin import panel_name
from kit.widgets.playing.models import Choice, Models, named
from kit.widgets.playing.talk import Exchange, Talk

SETTINGS = ("max_new_tokens", "temperature")
_HOTTEST = 2.0  # OpenAI's protocol allows no more
_EXAMPLES = 4
_NEW_TOKENS = 256


class PlayDesk(Desk):
    """A conversation with one of some models.

    Parameters
    ----------
    model : str, Run, Variant, Result, panel, or a list of these
        Who can be asked.
    data : Dataset, optional
        Questions are put as its rows are; some of them are offered as examples.
    system : str
        What the model is told before the first question.
    examples : sequence of str
        Questions that are offered.
    name : str, optional
        The panel's name; left out, made from the other arguments.
    settings : mapping
        ``max_new_tokens`` and ``temperature``.
    """

    def __init__(
        self,
        model: Any,
        data: Dataset | None,
        system: str,
        examples: Sequence[str],
        name: str | None,
        settings: Mapping[str, Any],
    ) -> None:
        self.models = Models(model)
        self.data = _checked_data(data)
        self.examples = _examples(self.data, examples)
        self.form = Form(AnswerSpec, SETTINGS, {"max_new_tokens": _NEW_TOKENS, **_known(settings)})
        values = self._settings()  # what is wrong is refused here and now
        given = {"model": self.models.known_as(), "system": system, "settings": tuple(values.items())}
        super().__init__(panel_name("Playground", name, given))
        self.title = _("Playground")
        self.system = system
        self.typed, self.asks = "", 0
        self.as_rows = data is not None
        self.which = ""
        self.talk = Talk()
        self._answers = dict(zip(self.data.texts, self.data.answers, strict=True)) if self.data else {}
        self._recall(recall(self.name))

    def _recall(self, kept: Mapping[str, Any]) -> None:
        self.system = str(kept.get("system", self.system))
        self.which = str(kept.get("which", ""))
        self.as_rows = self.data is not None and bool(kept.get("as_rows", self.as_rows))
        self.form.take({name: str(kept[name]) for name in SETTINGS if name in kept})
        if not _in_app():
            self.talk.recall(kept.get("talk"))

    def _keep(self) -> None:
        told = {"system": self.system, "which": self.which, "as_rows": self.as_rows}
        talk = [] if _in_app() else self.talk.kept()
        keep(self.name, {**told, **{name: self.form.raw[name] for name in SETTINGS}, "talk": talk})

    def choice(self) -> Choice | None:
        """Return which model is asked, or None where none can be (yet)."""
        return named(self.models.choices(), self.which)

    @property
    def busy(self) -> bool:
        return self.talk.busy or bool(self.models.pending())

    def seen(self) -> object:
        seen, models = super().seen(), self.models.seen()
        return None if seen is None or models is None else (seen, models, len(self.talk.exchanges))

    def look(self) -> None:
        super().look()
        if self.talk.look():
            self._keep()

    def why_not(self) -> str:
        """Return why nothing can be asked now, or ""."""
        if self.talk.busy:
            return _("The answer is on its way.")
        if self.choice() is None:
            return self.models.pending() or _("There is no model to ask yet.")
        return ""

    def right(self, exchange: Exchange) -> str:
        """Return the right answer to a question that is a row of the data, or ""."""
        return self._answers.get(exchange.question, "") if exchange.alone else ""

    def code(self) -> str:
        choice = self.choice()
        if choice is None:
            return ""
        last = self.talk.exchanges[-1].question if self.talk.exchanges else ""
        text = self.typed.strip() or last or _("A question")
        try:
            return asking_code([choice.served], self._said(text), self._settings())
        except KitError as exc:
            return "".join(f"# {line}\n" for line in str(exc).splitlines())

    def _said(self, text: str) -> list[dict[str, str]]:
        return self.talk.messages(text, system=self.system, data=self.data if self.as_rows else None)

    def _settings(self) -> dict[str, Any]:
        values = self.form.values()
        if values["temperature"] > _HOTTEST:
            wrong = ParameterError("temperature", values["temperature"], allowed=_("a number from 0 to 2"))
            self.form.blame(wrong)
            raise wrong
        return values

    def do_set(self, value: Any, values: dict[str, Any]) -> None:
        """Take in everything that is typed and chosen."""
        self.typed = str(values.get("question", self.typed))
        self.system = str(values.get("system", self.system))
        self.which = str(values.get("which", self.which))
        self.as_rows = self.data is not None and bool(values.get("as_rows", self.as_rows))
        self.form.take(values)
        self._keep()

    def do_ask(self, value: Any, values: dict[str, Any]) -> None:
        """Put the question."""
        self.do_set(value, values)
        why = self.why_not()
        if why:
            raise KitError(why, fix=_("Ask once it is there."))
        text = self.typed.strip()
        if not text:
            raise KitError(_("There is no question yet."), fix=_("Type one and press Ask."))
        self._ask(text)
        self.typed, self.asks = "", self.asks + 1

    def _ask(self, text: str) -> None:
        choice = self.choice()
        assert choice is not None
        body = chat(choice.served, self._said(text), self._settings())
        self.talk.ask(text, choice.served, choice.label, body, alone=self.as_rows)

    def do_stop(self, value: Any, values: dict[str, Any]) -> None:
        """Ask no further; what has been answered stays."""
        self.talk.stop()
        self._keep()

    def do_again(self, value: Any, values: dict[str, Any]) -> None:
        """Put the last question once more."""
        self.do_set(value, values)
        if self.talk.busy or self.choice() is None:
            return
        last = self.talk.take_back()
        if last is not None:
            self._ask(last.question)

    def do_example(self, value: Any, values: dict[str, Any]) -> None:
        """Put an example into the field."""
        self.do_set(value, values)
        place = int(value)
        if not 0 <= place < len(self.examples):
            raise ParameterError("value", value, allowed=_("the place of an example"))
        self.typed, self.asks = self.examples[place], self.asks + 1

    def do_clear(self, value: Any, values: dict[str, Any]) -> None:
        """Begin anew."""
        self.do_set(value, values)
        self.talk.clear()
        self._keep()

    def do_restore(self, value: Any, values: dict[str, Any]) -> None:
        """Bring back what was cleared."""
        self.talk.restore()
        self._keep()

    def told(self) -> Told | None:
        """Return how the question under way stands."""
        return self.talk.now


def _known(settings: Mapping[str, Any]) -> dict[str, Any]:
    for name, value in settings.items():
        if name not in SETTINGS:
            raise ParameterError(name, value, allowed=_("one of ") + ", ".join(SETTINGS))
    return dict(settings)


def _checked_data(data: Any) -> Dataset | None:
    if data is None or isinstance(data, Dataset):
        return data
    raise ParameterError("data", data, allowed=_("rows that are loaded"), fix=_("Load them with kit.load_data(…)."))


def _examples(data: Dataset | None, examples: Sequence[str]) -> tuple[str, ...]:
    """Return the examples: those given, else the first row of each label."""
    if isinstance(examples, str) or not all(isinstance(each, str) for each in examples):
        raise ParameterError("examples", examples, allowed=_("a list of texts"))
    if examples or data is None:
        return tuple(examples)
    rows = list(zip(data.texts, data.answers, strict=True))
    places: Counter[str] = Counter()
    ranked = []
    for place, (text, answer) in enumerate(rows):
        ranked.append((places[answer], place, text))
        places[answer] += 1
    return tuple(text for _nth, _place, text in sorted(ranked)[:_EXAMPLES])


def _in_app() -> bool:
    """Is this the page of a visitor, whose conversation is nobody else's?"""
    return read_only() or "voila" in os.environ.get("SERVER_SOFTWARE", "")
