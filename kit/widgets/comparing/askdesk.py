"""One question put to the variants that are compared: through the service where it holds them, else by a run."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from kit.engines.spec import Variant
from kit.errors import KitError
from kit.i18n import _
from kit.jobs import read_only
from kit.measure.spec import AnswerSpec
from kit.widgets.asking.coding import asking_code
from kit.widgets.coding import start_code
from kit.widgets.comparing.asking import Answer, answers_of, names_of, variant_of
from kit.widgets.comparing.round import Round, served_names
from kit.widgets.comparing.shown import ShownDesk


class AskDesk(ShownDesk):
    """What `ShownDesk` shows, and a question to some of it.

    Parameters
    ----------
    name : str
        The panel's name.
    given : tuple
        As `ShownDesk` takes it.
    """

    def __init__(self, name: str, given: tuple[Any, ...]) -> None:
        super().__init__(name, given)
        self.prompt = ""
        self.round: Round | None = None  # what the service was asked last
        self._asking = False  # is it still answering?
        self._served: tuple[tuple[Variant, ...], dict[str, str]] = ((), {})

    def take(self, values: Mapping[str, Any]) -> None:
        """Take in what is typed and chosen."""
        raise NotImplementedError

    def keep(self) -> None:
        """Keep what is typed and chosen, asked and answered, for the next run of the cell."""
        raise NotImplementedError

    def renew(self) -> bool:
        if not self.adopt(AnswerSpec):
            return False
        assert self.run is not None
        if self.round is not None and self.round.at >= self._shown_at:  # what the service was asked is newer
            self._shown_at = self.round.at
            if self.run.id != self.round.run:
                self.run = self.status = None
            return True
        self.round = None
        spec = self.run.spec
        assert isinstance(spec, AnswerSpec)
        names = names_of(spec, self.rows())
        self.pair, self.prompt = (names[0], names[min(1, len(names) - 1)]), spec.prompt
        self.asking.of_spec(spec, names[2:])
        return True

    def look(self) -> None:
        super().look()
        if self._asking and self.round is not None and not self.round.busy:
            self._asking = False
            self.keep()

    @property
    def busy(self) -> bool:
        return super().busy or self._asking

    def variant(self, name: str) -> Variant:
        """Return the variant called `name`, as it was measured."""
        return variant_of(self.row(name), str(getattr(self.sweep_spec(), "model", "")))

    def spec(self) -> AnswerSpec:
        names = self.asked()
        if not names:
            raise KitError(_("There is nothing to ask yet: no row is measured."), fix=_("Start the sweep first."))
        if not self.prompt.strip():
            raise KitError(_("There is no question yet."), fix=_("Type one and press Ask."))
        return self._spec_of(names)

    def _spec_of(self, names: list[str]) -> AnswerSpec:
        variants = tuple(dict.fromkeys(self.variant(name) for name in names))
        return AnswerSpec(variants=variants, prompt=self.prompt, **self.asking.values())

    def answers(self) -> list[Answer]:
        """Return what each variant that was asked has said so far."""
        if self.round is None:
            return self._of_run() or [Answer(name) for name in self.asked()]
        by_run = {} if self.run is None or self.run.id != self.round.run else {a.variant: a for a in self._of_run()}
        found = {**by_run, **self.round.answers()}
        return [found.get(name, Answer(name, state="not served")) for name in self.round.names]

    def _of_run(self) -> list[Answer]:
        if self.run is None or self.status is None:
            return []
        spec = self.run.spec
        assert isinstance(spec, AnswerSpec)
        return answers_of(self.run, self.status, names_of(spec, self.rows()))

    def served(self) -> dict[str, str]:
        """Return what the service calls each of those that a question goes to, where it holds it as it was measured."""
        variants = {name: self.variant(name) for name in self.asked()}
        key = tuple(variants.values())
        if self._served[0] != key:
            self._served = key, served_names(variants)
        return self._served[1]

    def answering(self) -> bool:
        """Are answers on their way that whoever is here asked for?"""
        going = self.status is not None and not self.status.over
        return self._asking or (going and not read_only())

    def asking_code(self) -> str:
        """Return Python that puts the question, or why there is none."""
        try:
            served = self.served()
            others = [name for name in self.asked() if name not in served]
            said = [{"role": "user", "content": self.prompt}]
            first = asking_code(list(served.values()), said, self.asking.values()) if served else ""
            if not served:
                return super().code()
            return f"{first}\n\n{start_code(self._spec_of(others))}" if others else first
        except KitError as exc:
            return "".join(f"# {line}\n" for line in str(exc).splitlines())

    def do_ask(self, value: Any, values: dict[str, Any]) -> None:
        """Put the question to the chosen variants: through the service where it holds them, else by a run."""
        self.take(values)
        self.spec()  # what cannot be asked is refused before anything begins
        names, settings = self.asked(), self.asking.values()
        self._served = ((), {})  # another service may stand in by now
        served = self.served()
        others = [name for name in names if name not in served]
        if not served:
            self.begin(self.spec())
            self.round = None
            return
        self.run = self.status = None
        if others and not read_only():
            self.begin(self._spec_of(others))
        self.round, self._asking = Round(names, self.prompt), True
        self.round.ask(served, settings, run=self.run.id if self.run is not None else "")
        self._shown_at = self.round.at
        self.touched = False

    def do_stop(self, value: Any, values: dict[str, Any]) -> None:
        """Ask no further; what has been answered stays."""
        if self.round is not None:
            self.round.stop()
        if self.status is not None and not self.status.over and not read_only():
            super().do_stop(value, values)
        self.look()
