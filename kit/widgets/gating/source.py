"""The part of the panel's state that says which data it is: where it lies, and which column is what."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from typing import Any

from kit._check import plain
from kit.data.bundled import DATASETS
from kit.data.read import absolute
from kit.data.recipe import read_recipe
from kit.data.spec import TASKS, DataSpec
from kit.errors import KitError, UnknownNameError
from kit.i18n import _
from kit.widgets.desk import Desk
from kit.widgets.gating.asking import Answer, Clerk
from kit.widgets.gating.given import given_source
from kit.widgets.origin import data_words

ROLES = ("text", "label", "choices", "context")
OPTIONAL = ("context",)
_NAMED = ("task", "text", "label", "context", "template")  # what `kit.data.look` may be told
_HOW = ("encoding", "query", "password_variable")
_NEEDS = {"choose": ("text", "choices", "label"), "chat": ("text",), "continue": ("text",)}
_EMPTY: dict[str, Any] = {
    **{name: [] for name in ("columns", "notes", "labels", "first", "problems", "proposals")},
    "proposed": {},
    "rows": 0,
}


class SourceDesk(Desk):
    """Data and test data, looked at by a process of their own.

    Parameters
    ----------
    name : str
        The panel's name.
    data, test : str, path, DataSpec, Dataset, DataFrame or None
        As `given_source` takes them.
    mapping : mapping of str to str
        What is known of task and columns beforehand.
    """

    def __init__(self, name: str, data: Any, test: Any, mapping: Mapping[str, str]) -> None:
        super().__init__(name)
        self.clerk = Clerk()
        self.changing = False  # is the field for other data open?
        self.source, self.given = given_source("data", data)
        self.test_source, self.given_test = given_source("test", test)
        self._names = {
            self.source: data_words(plain(data)) if isinstance(plain(data), DataSpec) else called(self.source)
        }
        self.mapping: dict[str, str] = {key: value for key, value in mapping.items() if value}
        if self.given is not None:
            self.mapping = {**mapping_of(self.given), **self.mapping}

    # what the source is

    def looked(self) -> Answer | None:
        """Return what the data holds (see `kit.data.look`), or None while nobody knows."""
        if not self.source:
            return None
        given = self.given
        values: dict[str, Any] = {"source": absolute(self.source), "task": "", **self._named()}
        if given is not None:  # what nobody can choose here, such as the query of a database
            values |= {name: getattr(given, name) for name in _HOW if getattr(given, name)}
        return self.clerk.ask("look", values)

    def _named(self) -> dict[str, str]:
        return {name: value for name, value in self.mapping.items() if name in _NAMED and value}

    def facts(self) -> dict[str, Any]:
        """Return what the data holds, empty while nobody knows."""
        found = self.looked()
        return dict(_EMPTY) if found is None or found.value is None else found.value

    def unreadable(self) -> bool:
        """Is it known that the data cannot be looked at?"""
        found = self.looked()
        return found is not None and (found.problem is not None or not found.value["columns"])

    def columns(self) -> list[str]:
        """Return the names of its columns, as far as they are known."""
        known = [str(column["name"]) for column in self.facts()["columns"]]
        return known or [value for role, value in self.mapping.items() if role in ROLES and value]

    def task(self) -> str:
        """Return the task that is meant: the one that was named, else the likeliest."""
        return self.mapping.get("task") or str(self.facts().get("task") or "classify")

    def proposal(self) -> dict[str, Any]:
        """Return how the columns would serve the task, as the likeliest `kit.data.proposal.Proposal`; {} without one.

        One with a template counts only where no text column was named.
        """
        task, text = self.task(), self.mapping.get("text")
        fits = (each for each in self.facts()["proposals"] if each["task"] == task)
        return next((each for each in fits if not (text and each["template"])), {})

    def template(self) -> str:
        """Return what makes the text of several columns, "" where a column holds it."""
        if "template" in self.mapping:
            return self.mapping["template"]
        return str(self.proposal().get("template") or "")

    def tasks(self) -> tuple[str, ...]:
        """Return every task there is, those first that the columns would serve."""
        fit = list(dict.fromkeys(str(each["task"]) for each in self.facts()["proposals"]))
        return (*fit, *(task for task in TASKS if task not in fit))

    def role(self, role: str) -> str:
        """Return the column for a role, "" where none is known."""
        if role in self.mapping:
            return self.mapping[role]
        taken = self.proposal().get("roles", {}).get(role)
        return str(taken["column"]) if taken else str((self.facts()["proposed"] or {}).get(role) or "")

    def roles(self) -> tuple[str, ...]:
        """Return the roles that the task has, in the order of a question; the context may be left out."""
        task = self.task()
        needs = _NEEDS.get(task, ("text", "label"))
        if self.template():
            needs = tuple(role for role in needs if role != "text")
        return needs if task == "continue" else (*needs, *OPTIONAL)

    def missing(self) -> list[str]:
        """Return the roles that need a column and have none."""
        return [role for role in self.roles() if role not in OPTIONAL and not self.role(role)]

    def data_spec(self) -> DataSpec:
        """Return the spec of the data as it is mapped now.

        Raises
        ------
        KitError
            There is no data yet, or a column is missing.
        """
        if not self.source:
            raise KitError(_("There is no data yet."), fix=_("Give the path of a file, or a bundled dataset."))
        if missing := self.missing():
            words = {"text": _("the text"), "label": _("the right answer"), "choices": _("the choices")}
            told = ", ".join(words.get(role, role) for role in missing)
            raise KitError(_("No column is named for {roles}.").format(roles=told), fix=_("Choose it from the list."))
        return self._mapped(self.given, self.source)

    def test_spec(self) -> DataSpec | None:
        """Return the spec of the test data, which has the columns of the data; None without any."""
        return self._mapped(self.given_test, self.test_source) if self.test_source else None

    def _mapped(self, given: DataSpec | None, source: str) -> DataSpec:
        named = {role: column for role in self.roles() if (column := self.role(role))}
        base = given if given is not None and given.source == source else DataSpec(source=source)
        if base.task != self.task():
            base = DataSpec(source=source, **{name: getattr(base, name) for name in _HOW})
        return base.replace(source=absolute(source), task=self.task(), template=self.template(), **named)

    def unready(self) -> str:
        """Return why nothing can be checked yet, or ""."""
        if not self.source:
            return _("Give data first.")
        found = self.looked()
        if found is None and self.missing():
            return _("The file is being looked at.")
        if found is not None and found.problem is not None:
            return found.problem.message
        try:
            self.data_spec()
        except KitError as exc:
            return exc.problem
        return ""

    def called(self) -> str:
        """Return what a person calls the data: what it was given as, or what it was cleaned from."""
        return self._names.setdefault(self.source, called(self.source))

    # what a person does

    def do_source(self, value: Any, values: dict[str, Any]) -> None:
        """Take other data."""
        typed = str(values.get("source", value["value"] if isinstance(value, dict) else value)).strip()
        if typed == self.source:
            return
        self.touched, self.changing = True, False
        self.source, self.given, self.mapping = typed, None, {}
        self._forget_report()

    def do_take(self, value: Any, values: dict[str, Any]) -> None:
        """Take a bundled dataset."""
        if value not in DATASETS:
            raise UnknownNameError("data", value, DATASETS)
        self.do_source(value, {})

    def do_map(self, value: Any, values: dict[str, Any]) -> None:
        """Take in the task and which column is what; another task proposes its columns anew."""
        self.touched = True
        task = str(values.get("task", self.task()))
        if task not in TASKS:
            raise UnknownNameError("task", task, TASKS)
        if task != self.task():
            self.mapping = {"task": task}
            return
        chosen = {role: str(values[role]) for role in self.roles() if role in values}
        for role, column in chosen.items():
            if column and column not in self.columns():
                raise UnknownNameError(role, column, self.columns())
        template = str(values.get("template", self.template())).strip()
        kept = {role: self.role(role) for role in self.roles()}
        self.mapping = {"task": task, **kept, **chosen, "template": template}
        self.data_spec()

    def do_change(self, value: Any, values: dict[str, Any]) -> None:
        """Open the field for other data, or close it."""
        self.changing = not self.changing

    def do_test(self, value: Any, values: dict[str, Any]) -> None:
        """Take other test data, or none."""
        typed = str(values.get("test", value)).strip()
        if typed != self.test_source:
            self.touched = True
            self.test_source, self.given_test = typed, None

    def do_look(self, value: Any, values: dict[str, Any]) -> None:
        """Look at the data once more: the file has changed."""
        self.clerk.forget()

    def _forget_report(self) -> None:
        """Put away what was found in other data."""

    @property
    def busy(self) -> bool:
        return super().busy or self.clerk.busy

    def look(self) -> None:
        super().look()
        with contextlib.suppress(OSError):
            self.clerk.look()

    def seen(self) -> object:
        seen = super().seen()
        return None if seen is None else (seen, self.clerk.heard)


def called(source: str) -> str:
    """Return what a person calls a source: its file or name; of what a cleaning has written, that of its own source."""
    if "://" in source:
        return source
    origin = (read_recipe(source) or {}).get("spec", {}).get("data", {}).get("source")
    if origin:
        return _("{name}, cleaned").format(name=called(str(origin)))
    return source.replace("\\", "/").rstrip("/").rpartition("/")[2]


def mapping_of(spec: DataSpec) -> dict[str, str]:
    """Return the task and the columns of a spec, by the parameters that name them."""
    return {"task": spec.task, **spec.roles, "template": spec.template}
