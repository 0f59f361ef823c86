"""Finished pieces of work, kept so that a resumed run need not do them again.

They lie under ``checkpoint/`` in the run's folder, in files whose names begin with the key of their spec. Each says
what it holds for (which data, model and machine), and is used again only where that is still so. Keeping is a courtesy:
what cannot be written, for a full disk say, costs one message and never the work.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from kit.data import Dataset
from kit.i18n import N_, _
from kit.machine.provenance import hardware
from kit.place import write_atomic
from kit.report import Report

_CHANGED = {
    "data": N_("the data has changed since"),
    "instruction": N_("the instruction has changed since"),
    "model": N_("the model has changed since"),
    "hardware": N_("it was measured on another machine"),
    "version": N_("another version of Tunebook measured it"),
}


def holds_for(*, model: dict[str, Any], data: Dataset | None = None) -> dict[str, Any]:
    """Return what must still be so for a finished piece to be used again.

    Parameters
    ----------
    model : dict
        From `model_provenance`.
    data : Dataset, optional
        The rows, where there are any.
    """
    exactly = hashlib.sha256(json.dumps(model, sort_keys=True).encode()).hexdigest()
    rows = {} if data is None else {"data": data.hash, "instruction": data.instruction}
    return {**rows, "model": exactly, "hardware": hardware()}


def misfit(found: dict[str, Any], wanted: dict[str, Any]) -> str:
    """Return in words what of `wanted` is not so in `found`, or "" when all is."""
    if not wanted.keys() <= found.keys():
        return _("it is damaged")
    different = [name for name, value in wanted.items() if found[name] != value]
    words = [_(_CHANGED[name]) for name in different if name in _CHANGED]
    return words[0] if words else _("it is damaged") if different else ""


class Checkpoint:
    """What is kept of carrying out one spec.

    Parameters
    ----------
    key : str
        Of the spec.
    report : Report
        In whose folder it is kept; told what is not used or not kept, and why.
    """

    def __init__(self, key: str, report: Report) -> None:
        self._key, self._report = key, report
        self._told = False

    def path(self, name: str) -> Path:
        """Return where the piece `name` is kept, whether or not it is there."""
        return self._report.folder / "checkpoint" / f"{self._key}-{name}"

    def say_kept(self, what: Sequence[str]) -> None:
        """Say what an earlier attempt has done, if it has done anything."""
        if what:
            words = _("Going on where an earlier attempt ended; done before: {what}.")
            self._report.message(words.format(what=", ".join(what)))

    def keep(self, name: str, values: dict[str, Any], *, holds_for: dict[str, Any]) -> None:
        """Keep `values` as the piece `name`: whole, or not at all."""
        with self._costing_a_message():
            write_atomic(self.path(name), json.dumps({"holds_for": holds_for, "values": values}))

    def append(self, name: str, line: str) -> bool:
        """Add a line to the piece `name` and say whether it is there for good.

        A line before it that was cut off, by a crash or a full disk, is ended first, so that it spoils no other.
        """
        path = self.path(name)
        with self._costing_a_message():
            path.parent.mkdir(parents=True, exist_ok=True)
            with path.open("a+b") as file:
                size = file.seek(0, os.SEEK_END)
                whole = not size or os.pread(file.fileno(), 1, size - 1) == b"\n"
                file.write((b"" if whole else b"\n") + line.encode() + b"\n")
                file.flush()
                os.fsync(file.fileno())
            return True
        return False

    def kept(self, name: str, *, holds_for: dict[str, Any]) -> dict[str, Any] | None:
        """Return what was kept as the piece `name`, or None; one that does not hold any more is put aside."""
        try:
            piece = json.loads(self.path(name).read_text(encoding="utf-8"))
            values, found = piece["values"], piece["holds_for"]
            why = misfit(found, holds_for) if isinstance(values, dict) else _("it is damaged")
        except (FileNotFoundError, NotADirectoryError):
            return None
        except OSError as exc:
            why = _("it cannot be read ({reason})").format(reason=exc.strerror)
        except (ValueError, TypeError, KeyError, AttributeError):
            why = _("it is damaged")
        if not why:
            return dict(values)
        self.put_aside(name, why)
        return None

    def put_aside(self, name: str, why: str) -> None:
        """Rename the piece `name`, which cannot be used, and say why; nothing is deleted."""
        path = self.path(name)
        aside = next(p for n in range(1, 1_000_000) if not (p := path.with_name(f"{path.name}.aside{n}")).exists())
        with contextlib.suppress(OSError):
            path.rename(aside)
        self._report.message(
            _("What an earlier attempt kept is not used: {why}. It lies in checkpoint/{file}.").format(
                why=why, file=aside.name if aside.exists() else path.name
            )
        )

    @contextlib.contextmanager
    def _costing_a_message(self) -> Iterator[None]:
        try:
            yield
        except OSError as exc:
            if not self._told:
                self._report.message(
                    _("What is finished cannot be kept for a resumed run now: {reason}. The work goes on.").format(
                        reason=exc.strerror or exc
                    )
                )
            self._told = True
