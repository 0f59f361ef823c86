"""The panel in which a person talks to a model."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from kit._arguments import named_arguments
from kit.widgets.panel import Panel

if TYPE_CHECKING:
    from kit.data import Dataset
    from kit.widgets.playing.desk import PlayDesk

    _Panel = Panel[PlayDesk]
else:
    _Panel = Panel


class Playground(_Panel):
    """Ask a model and read what it answers, word by word.

    The model is the model service's, one copy for everybody on this machine: nothing is loaded into the notebook. The
    service is started where there is none; ``TUNEBOOK_SERVICE_URL`` names another one that is asked instead.

    Parameters
    ----------
    model : str, Run, panel, Variant, Result, or a list of these
        Whom to ask: a model by name (``name@method`` for one way of holding it), what a tuning made, a `TunePanel` or
        `ModelPicker`; of a `SweepPanel`, a `ComparePanel` or a run that measured, the variants that the service holds.
    data : Dataset, optional
        Put each question as a row of this data is put, by itself and with its instruction, as a model tuned on it
        knows it; some rows are offered as examples.
    system : str, default ""
        What the model is told before the first question.
    examples : sequence of str, default ()
        Questions to begin with; left out, rows of `data`.
    name : str, optional
        Under which the panel finds its settings and, in a notebook, its conversation again; left out, made from the
        other arguments.
    **settings
        ``max_new_tokens`` (256) and ``temperature`` (0, which takes the likeliest token each time).

    Raises
    ------
    ParameterError
        An argument is not allowed.
    """

    @named_arguments
    def __init__(
        self,
        model: Any,
        data: Dataset | None = None,
        system: str = "",
        examples: Sequence[str] = (),
        name: str | None = None,
        **settings: Any,
    ) -> None:
        from kit.widgets.playing import desk, page  # with many modules that `import kit` does without

        several = model if isinstance(model, list | tuple) else [model]
        follows = [each for each in several if isinstance(each, Panel)]
        super().__init__(desk.PlayDesk(model, data, system, examples, name, settings), page.play_page, follows)

    def close(self) -> None:
        """Take the panel off the page; an answer that is on its way is given up."""
        self.desk.talk.stop()
        super().close()
