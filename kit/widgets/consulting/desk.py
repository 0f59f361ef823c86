"""What a visitor sees and can do: type or pick a case, ask, read the answer or "ask a clinician"."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from kit.errors import KitError, ParameterError
from kit.i18n import _
from kit.verticals.outcome import Outcome
from kit.widgets.consulting.consultation import Consultation, Stand
from kit.widgets.consulting.known import Known, known
from kit.widgets.desk import Desk, Problem

LONGEST = 6000  # characters of a case; the service has room for about twice as many
_MOST_CHOICES = 12


class ConsultDesk(Desk):
    """A tuned model that is asked about one case at a time; nothing that is typed is kept.

    Parameters
    ----------
    outcome : callable
        Returns what has been measured so far, or None.
    name : str
        The panel's name.
    """

    def __init__(self, outcome: Callable[[], Outcome | None], name: str) -> None:
        super().__init__(name)
        self.title = _("Ask about a case")
        self._outcome = outcome
        self._mark: object = None
        self.known: Known | None = None
        self.case, self.options, self.asks = "", "", 0
        self.consultation: Consultation | None = None
        self.stand = Stand(over=True)
        self.asked = ""  # what the answer on the page belongs to
        self.look()

    @property
    def busy(self) -> bool:
        return self.consultation is not None and not self.stand.over

    def seen(self) -> object:
        return None if self.busy else (self.acts, self.width, self.problem, self._mark, id(self.consultation))

    def look(self) -> None:
        """See whether the notebook has measured something, and how far the answer is."""
        outcome = self._outcome()
        mark = None if outcome is None else (str(outcome.path), outcome.changed)
        if mark != self._mark:
            self._mark, self.known = mark, known(outcome)
        if self.consultation is not None:
            self.stand = self.consultation.stand

    def choices(self) -> tuple[str, ...]:
        """Return the choices that were typed, one a line."""
        return tuple(line.strip() for line in self.options.splitlines() if line.strip())

    @property
    def brings_choices(self) -> bool:
        """Does each question bring its own choices?"""
        return self.known is not None and self.known.task == "choose"

    def why_not(self) -> str:
        """Return why nothing can be asked now, or ""."""
        if self.known is None:
            return _("There is no tuned model to ask yet.")
        return _("The answer is on its way.") if self.busy else ""

    def right(self) -> str:
        """Return what the data say to the case whose answer is on the page, where it is one of the test cases."""
        if self.known is None or self.consultation is None:
            return ""
        return self.known.said(self.consultation.text, self.consultation.choices)

    def do_set(self, value: Any, values: dict[str, Any]) -> None:
        """Take in what is typed."""
        self.case = str(values.get("case", self.case))
        self.options = str(values.get("options", self.options))

    def do_ask(self, value: Any, values: dict[str, Any]) -> None:
        """Put the case to the model."""
        self.do_set(value, values)
        self.look()
        why = self.why_not()
        if why or self.known is None:
            raise KitError(why, fix=_("Ask once it is there."))
        text = self.case.strip()
        if not text:
            raise KitError(_("There is no case yet."), fix=_("Type one, or take one of the examples."))
        if len(text) > LONGEST:
            raise KitError(
                _("The case has {n:,} characters; the model has room for about {most:,}.").format(
                    n=len(text), most=LONGEST
                ),
                fix=_("Leave out what does not bear on the question."),
            )
        self.consultation = Consultation(self.known, text, self._checked_choices()).start()
        self.stand, self.asked = self.consultation.stand, text

    def do_again(self, value: Any, values: dict[str, Any]) -> None:
        """Put the same case once more."""
        if self.consultation is None or self.busy or self.known is None:
            return
        last = self.consultation
        self.consultation = Consultation(self.known, last.text, last.choices).start()
        self.stand = self.consultation.stand

    def do_stop(self, value: Any, values: dict[str, Any]) -> None:
        """Ask no further."""
        self.do_set(value, values)
        if self.consultation is not None:
            self.consultation.cancel()
            self.consultation.wait(2.0)
        self.look()

    def do_example(self, value: Any, values: dict[str, Any]) -> None:
        """Put a test case into the field."""
        examples = () if self.known is None else self.known.examples
        place = int(str(value)) if str(value).isdecimal() else -1
        if not 0 <= place < len(examples):
            raise ParameterError("value", value, allowed=_("the place of an example"))
        self.case, self.options = examples[place].text, "\n".join(examples[place].choices)
        self.asks += 1

    def do_clear(self, value: Any, values: dict[str, Any]) -> None:
        """Take the case and its answer off the page."""
        self.do_stop(value, {})
        self.case = self.options = self.asked = ""
        self.consultation, self.stand = None, Stand(over=True)
        self.asks += 1

    def code(self) -> str:
        if self.known is None:
            return ""
        case = json.dumps(self.case.strip() or _("A case, in words"), ensure_ascii=False)
        choices = f", choices={list(self.choices())!r}" if self.brings_choices else ""
        printed = "found.text"
        if self.known.task != "answer":
            printed = "found.opinion.answer, found.opinion.probability, found.opinion.sure"
        return f"import kit\n\nfound = kit.ConsultPanel().ask({case}{choices})\nprint({printed})\n"

    def _checked_choices(self) -> tuple[str, ...]:
        if not self.brings_choices:
            return ()
        found = self.choices()
        if not 2 <= len(found) <= _MOST_CHOICES or len(set(found)) < len(found):
            raise KitError(
                _("This question has {n} different choices.").format(n=len(set(found))),
                fix=_("Type 2 to {most} of them, each on a line of its own.").format(most=_MOST_CHOICES),
            )
        return found

    def trouble(self) -> Problem | None:
        """Return why the last question has no answer."""
        return self.stand.problem if self.stand.over else None
