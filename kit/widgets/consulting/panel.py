"""The panel that a visitor asks about a case."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import htpy as h

from kit._arguments import named_arguments
from kit.errors import KitError, ParameterError
from kit.i18n import _
from kit.widgets.origin import panel_name
from kit.widgets.panel import Panel

if TYPE_CHECKING:
    from kit.widgets.consulting.consultation import Stand
    from kit.widgets.consulting.desk import ConsultDesk


class ConsultPanel(Panel["ConsultDesk"]):
    """Ask a tuned model about a case: its answer with a probability, or "Not sure: ask a clinician".

    **Not a medical device.** The model is the model service's, one copy for everybody on this machine. Personal data is
    taken out of what is typed before it is asked, and nothing that is typed is kept.

    Parameters
    ----------
    case : MedicalCase, optional
        From ``medical.case(…)``; left out, what was measured last.
    name : str, optional
        Of the panel; left out, made from the other argument.

    Raises
    ------
    ParameterError
        `case` is none.
    """

    @named_arguments
    def __init__(self, case: Any = None, name: str | None = None) -> None:
        from kit.verticals.outcome import newest_outcome
        from kit.widgets.consulting.desk import ConsultDesk  # who only imports the panels needs neither desk nor page

        if case is not None and not hasattr(case, "outcome"):
            raise ParameterError("case", case, allowed=_("a case, such as medical.case()"))

        def outcome() -> Any:
            return newest_outcome("medical") if case is None else case.outcome

        given = {"case": "" if case is None else str(case.outcome.path)}
        super().__init__(ConsultDesk(outcome, panel_name("ConsultPanel", name, given)), _page)

    def ask(self, text: str, choices: Sequence[str] = ()) -> Stand:
        """Ask, wait for the answer and return it: ``.opinion`` where one of some answers is chosen, else ``.text``.

        Raises
        ------
        KitError
            There is no answer; the message tells why.
        """
        self.act("ask", case=text, options="\n".join(choices))
        asked = self.desk.consultation
        found = None if asked is None or self.desk.problem is not None else asked.wait()
        self.refresh()
        problem = self.desk.problem or (None if found is None else found.problem)
        if problem is not None or found is None:
            raise KitError(problem.message if problem else _("There is no answer."), fix=problem.fix if problem else "")
        return found

    def close(self) -> None:
        """Take the panel off the page; a question that is on its way is given up."""
        if self.desk.consultation is not None:
            self.desk.consultation.cancel()
        super().close()


def _page(desk: ConsultDesk) -> h.Element:
    from kit.widgets.consulting.page import consult_page

    return consult_page(desk)
