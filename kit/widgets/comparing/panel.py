"""The panel that sets measured variants beside each other."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kit._arguments import named_arguments
from kit.widgets.panel import Panel

if TYPE_CHECKING:
    from kit.widgets.comparing.desk import CompareDesk

    _Panel = Panel[CompareDesk]
else:
    _Panel = Panel


class ComparePanel(_Panel):
    """See which variant is worth it, within which limits, on which rows two of them differ, and how they answer.

    Parameters
    ----------
    sweep : SweepPanel, Run, Result, or a list of these, optional
        Where the rows come from; the panel follows what is still going on. More runs can be ticked in the panel; left
        out, all of them are.
    name : str, optional
        Under which the panel finds its runs, limits and last question again; left out, made from `sweep`.

    Raises
    ------
    ParameterError
        `sweep` is none of these.
    """

    @named_arguments
    def __init__(self, sweep: Any = None, name: str | None = None) -> None:
        from kit.widgets.comparing import desk, page  # with many modules that `import kit` does without

        several = sweep if isinstance(sweep, list | tuple) else [sweep]
        follows = [each for each in several if isinstance(each, Panel)]
        super().__init__(desk.CompareDesk(sweep, name), page.compare_page, follows)
