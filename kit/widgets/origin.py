"""What a panel is given: a model or data, as a name, a spec, a run or another panel."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from kit._check import plain
from kit.data.spec import DataSpec
from kit.errors import ParameterError
from kit.i18n import _
from kit.jobs import Run
from kit.spec import Spec


def panel_name(kind: str, name: str | None, given: dict[str, Any]) -> str:
    """Return `name`, or one that the same arguments give again: the kind and eight hex digits of what was given."""
    if name is not None:
        if not name.strip():
            raise ParameterError("name", name, allowed=_("text that is not empty"))
        return name
    text = json.dumps({key: _known_as(value) for key, value in given.items()}, sort_keys=True)
    return f"{kind}-{hashlib.sha256(text.encode()).hexdigest()[:8]}"


def _known_as(value: Any) -> Any:
    own = getattr(value, "name", None)  # a panel: what it stands for changes, its name does not
    if isinstance(own, str) and hasattr(value, "desk"):
        return own
    value = plain(value)
    if isinstance(value, Spec):
        return value.key
    return [_known_as(item) for item in value] if isinstance(value, tuple) else value


def model_like(value: Any) -> Any:
    """Return `value`, a model's name or whatever stands for one.

    Raises
    ------
    ParameterError
        It is neither.
    """
    if not isinstance(plain(value), str):
        allowed = _("the name of a model, a run or a ModelPicker")
        raise ParameterError("model", value, allowed=allowed, fix=_("kit.catalogue() lists models known by name."))
    return value


def data_spec(name: str, value: Any) -> DataSpec:
    """Return the spec of some data: itself, what a dataset stands for, or the file or bundled set of that name."""
    value = plain(value)
    if isinstance(value, str):
        return DataSpec(source=value)
    if not isinstance(value, DataSpec):
        raise ParameterError(name, value, allowed=_("a DataSpec, a dataset, or the name of a file or bundled dataset"))
    return value


def data_words(spec: DataSpec, *, limit: bool = True) -> str:
    """Return what a person calls some data: its file or name, the part that is used and, if wanted, how much of it."""
    source = spec.source.replace("\\", "/").rstrip("/").rpartition("/")[2]
    part = {"train": _("training part"), "test": _("test part")}.get(spec.split)
    words = [source] + ([part] if part else [])
    if spec.limit and limit:
        words.append(_("at most {n} rows").format(n=f"{spec.limit:,}"))
    return ", ".join(words)


def model_words(name: str) -> str:
    """Return what a person calls a model: its name, or what a run made."""
    if name.startswith("registry:"):
        return _("the registered model {name}").format(name=name.removeprefix("registry:"))
    if name.startswith("run:"):
        return _("the model tuned in run {id}").format(id=name.removeprefix("run:"))
    return name.replace("\\", "/").rstrip("/").rpartition("/")[2] or name


def pending(value: Any) -> str:
    """Return why the run or panel `value` does not stand for its final value yet, or ""."""
    if isinstance(value, Run):
        return "" if value.status.over else _("waits for run {id}").format(id=value.id)
    desk = getattr(value, "desk", None)
    return desk.hint() if desk is not None else ""
