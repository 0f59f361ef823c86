"""What the data is, as HTML: the file, the task, which column is what and why, and how to choose other ones."""

from __future__ import annotations

import htpy as h

from kit.data.bundled import datasets
from kit.gate.words import rows_words
from kit.i18n import _, ngettext
from kit.plots.words import count
from kit.widgets import parts
from kit.widgets.desk import Problem
from kit.widgets.gating.rows import RowsDesk
from kit.widgets.gating.words import role_words, task_words

_LABELS = 5
_EXAMPLE = 60  # characters
_FEW = 6  # labels that are named
_BUNDLED = 6  # shown to begin with
_TABULAR = 4  # columns from which on a row may be one of a table


def source_part(desk: RowsDesk) -> h.Node:
    """Return what the data is; while it can be changed, with fields."""
    if not desk.source:
        return _nothing_yet(desk)
    return h.div(".tb-gate-source", data_key="source")[
        _file_line(desk),
        _trouble(desk),
        _mapping(desk) if desk.editing else None,
    ]


def _nothing_yet(desk: RowsDesk) -> h.Element:
    offers = [
        h.button(".tb-link", type="button", data_action="take", value=each.name, title=_(each.about))[each.name]
        for each in datasets()[:_BUNDLED]
    ]
    return h.div(".tb-empty", data_key="empty")[
        h.p(".tb-say")[_("Give the data that a model is to learn from, and see what is in it before any model does.")],
        _field(desk),
        h.p(".tb-small.tb-row")[h.span(".tb-mute")[_("Or try one that comes along:")], offers],
    ]


def _field(desk: RowsDesk) -> h.Element:
    return h.label(".tb-field", data_key="path")[
        h.span(".tb-tiny")[_("Data: a file (JSONL, CSV, Excel, Parquet, …), a folder, or a name")],
        h.input(
            type="text",
            name="source",
            value=desk.source,
            placeholder=_("such as alerts.csv"),
            data_change="source",
            autocomplete="off",
            spellcheck="false",
        ),
    ]


def _file_line(desk: RowsDesk) -> h.Element:
    facts, told = desk.facts(), desk.told()
    rows = told.get("rows") or facts["rows"]
    columns = len(told.get("columns") or facts["columns"])
    words = [rows_words(int(rows))] if rows else []
    words += [ngettext("{n} column", "{n} columns", columns).format(n=columns)] if columns else []
    waits = desk.looked() is None and not rows
    mapped = "" if desk.editing or not rows else _mapped_words(desk)
    notes = list(dict.fromkeys([*facts["notes"], *told.get("notes", [])]))
    return h.div(".tb-gate-file")[
        h.p(".tb-say")[
            h.b(title=desk.source)[desk.called()],
            h.span(".tb-mute")[": ", _("looking at it …") if waits else ", ".join(words)] if waits or words else None,
            h.span(".tb-mute")[f" · {mapped}"] if mapped else None,
        ],
        h.ul(".tb-reasons.tb-mute")[(h.li[note] for note in notes)] if notes else None,
        _field(desk) if desk.editing and (desk.changing or desk.unreadable()) else None,
        h.p(".tb-row")[_links(desk)],
    ]


def _links(desk: RowsDesk) -> list[h.Element]:
    if not desk.editing:
        return []
    again = h.button(".tb-link", type="button", data_action="look", data_key="look")[_("Look again")]
    if desk.unreadable():
        return [again]
    word = _("Keep it") if desk.changing else _("Take other data")
    return [
        h.button(".tb-link", type="button", data_action="change", data_key="change")[word],
        again,
    ]


def _mapped_words(desk: RowsDesk) -> str:
    columns = " → ".join(desk.role(role) for role in desk.roles() if role != "context" and desk.role(role))
    return f"{desk.task()} · {columns}"


def _trouble(desk: RowsDesk) -> h.Node:
    """Return why the file cannot be looked at, or what is wrong with its first rows."""
    found = desk.looked()
    if found is None:
        return None
    if found.problem is not None:
        return parts.alert(found.problem, dismiss=False)
    problems = found.value["problems"]
    if not problems or not desk.editing:
        return None
    first = problems[0]
    whole = first.get("row") is None
    where = "" if whole else f"{first['unit']} {first['row']}: "
    problem = Problem(where + first["message"], first.get("fix", ""))
    if whole:
        return parts.alert(problem, dismiss=False)
    more = len(problems) + int(found.value["more_problems"])
    told = ngettext("{n} row cannot be used so.", "{n} rows cannot be used so.", more).format(n=count(more))
    return h.div(".tb-alert", data_kind="warn", data_key="broken")[
        h.div[
            h.p[
                h.b[told],
                h.span(".tb-mute")[
                    _(" The first is {problem} The check lists them all.").format(problem=problem.message)
                ],
            ],
        ]
    ]


def _mapping(desk: RowsDesk) -> h.Node:
    columns = desk.columns()
    if not columns:
        return None
    return h.fragment[
        h.div(".tb-fields.tb-mapping", role="group", aria_label=_("Which column is what"), data_helped=True)[
            _task(desk), (_role(desk, role) for role in desk.roles()), _template(desk)
        ],
        _labels(desk),
    ]


def _task(desk: RowsDesk) -> h.Element:
    chosen = desk.task()
    options = [h.option(value=task, selected=task == chosen)[task] for task in desk.tasks()]
    fits = [each["task"] for each in desk.facts()["proposals"]]
    why = _("The model is to {what}.").format(what=task_words(chosen))
    if fits and chosen not in fits:
        why += " " + _("These columns do not look like it.")
    return h.label(".tb-field", data_key="map-task")[
        h.span(".tb-tiny")[_("Task")],
        h.span(".tb-input")[h.select(name="task", data_change="map", data_value=chosen)[options]],
        h.span(".tb-tiny.tb-help")[why],
    ]


def _role(desk: RowsDesk, role: str) -> h.Element:
    chosen = desk.role(role)
    empty = _("none") if role == "context" else _("choose …")
    options = [h.option(value="", selected=not chosen)[empty]]
    options += [h.option(value=name, selected=name == chosen)[name] for name in desk.columns()]
    missing = not chosen and role != "context"
    return h.label(".tb-field", data_key=f"map-{role}")[
        h.span(".tb-tiny")[role_words(role, desk.task())],
        h.span(".tb-input")[
            h.select(name=role, data_change="map", data_value=chosen, aria_invalid="true" if missing else None)[options]
        ],
        h.span(".tb-tiny.tb-help")[_reason(desk, role, chosen)],
    ]


def _template(desk: RowsDesk) -> h.Node:
    """Return the field for a text that is made of several columns, where a row is a table's."""
    template = desk.template()
    tabular = len(desk.columns()) >= _TABULAR and desk.task() not in ("chat", "continue")
    if not template and not tabular:
        return None
    return h.label(".tb-field", data_key="map-template")[
        h.span(".tb-tiny")[_("Text made of columns")],
        h.span(".tb-input")[
            h.input(
                type="text",
                name="template",
                value=template,
                placeholder="Age: {age}; job: {job}",
                data_change="map",
                autocomplete="off",
                spellcheck="false",
            )
        ],
        h.span(".tb-tiny.tb-help")[_("Instead of a text column, for tables.")],
    ]


def _reason(desk: RowsDesk, role: str, chosen: str) -> str:
    """Return why a column stands there: the reason of who proposed it, else what it holds."""
    taken = desk.proposal().get("roles", {}).get(role, {})
    if chosen and taken.get("column") == chosen and taken.get("reason"):
        return _("Proposed: {reason}.").format(reason=taken["reason"])
    column = next((each for each in desk.facts()["columns"] if each["name"] == chosen), None)
    if column is None:
        return _("what the model reads first, if anything") if role == "context" else ""
    kinds = {"text": _("texts"), "words": _("words"), "number": _("numbers"), "list": _("lists")}
    told = _("{n} different {kind}").format(n=count(column["distinct"]), kind=kinds.get(column["kind"], _("values")))
    if column["empty"]:
        told += _(", {n} empty").format(n=count(column["empty"]))
    examples = [str(each).replace("\n", " ") for each in column["examples"][:1]]
    return told + "".join(_(", such as “{example}”").format(example=_cut(each)) for each in examples)


def _labels(desk: RowsDesk) -> h.Node:
    """Return how many rows each label has, as a bar and in words."""
    labels = desk.facts()["labels"]
    total = sum(each["rows"] for each in labels)
    if not labels or desk.task() != "classify":
        return None
    named = [f"{_cut(each['name'])} {count(each['rows'])}" for each in labels[:_FEW]]
    more = len(labels) - _FEW
    named += [ngettext("{n} more label", "{n} more labels", more).format(n=more)] if more > 0 else []
    bars = [h.i(style=f"width: {each['rows'] / total * 100:.1f}%") for each in labels[:_LABELS]]
    return h.div(data_key="labels")[
        h.span(".tb-balance", role="img", aria_label=_("Labels: {labels}").format(labels=", ".join(named)))[bars],
        h.div(".tb-small.tb-mute")[" · ".join(named)],
    ]


def _cut(text: str) -> str:
    return text if len(text) <= _EXAMPLE else text[:_EXAMPLE] + "…"
