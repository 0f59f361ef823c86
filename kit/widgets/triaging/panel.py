"""The panel of a fraud analyst."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import htpy as h

from kit._arguments import named_arguments
from kit.errors import ParameterError
from kit.i18n import _
from kit.widgets.origin import panel_name
from kit.widgets.panel import Panel

if TYPE_CHECKING:
    from kit.widgets.triaging.desk import TriageDesk


class _Case(Protocol):
    @property
    def folder(self) -> Path: ...


class TriagePanel(Panel["TriageDesk"]):
    """Work through alerts: a queue by score, the neighbourhood and the reasons of each, accept or override.

    Decisions are kept, one line each, and never lost; `rows` gives them to learn from. Visitors of an app decide too.

    Parameters
    ----------
    case : FinanceCase, optional
        From ``finance.case(…)``; left out, what was measured last.
    name : str, optional
        Of the panel; left out, made from the other argument.

    Raises
    ------
    ParameterError
        `case` is none.
    """

    @named_arguments
    def __init__(self, case: _Case | None = None, name: str | None = None) -> None:
        from kit.widgets.triaging.desk import TriageDesk  # who only imports the panels needs neither desk nor page

        folder = getattr(case, "folder", None)
        if case is not None and not isinstance(folder, Path):
            raise ParameterError("case", case, allowed=_("a case, such as finance.case()"))
        given = {"folder": "" if folder is None else folder.name}
        super().__init__(TriageDesk(folder, panel_name("TriagePanel", name, given)), _page)
        self.desk.look()

    def rows(self) -> list[dict[str, Any]]:
        """Return the decisions that stand, as rows to learn from: text, label, what was proposed, accepted or not."""
        kept = self.desk.shelf.decisions
        return [] if kept is None else kept.rows()


def _page(desk: TriageDesk) -> h.Element:
    from kit.widgets.triaging.page import triage_page

    return triage_page(desk)
