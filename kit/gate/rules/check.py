"""Rows that break a rule, with the value and the limit."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from kit.gate.check import Check, Seen, Tell
from kit.gate.finding import Finding, Flag
from kit.gate.language import Teller
from kit.gate.rules.limit import Limits
from kit.gate.rules.pattern import Pattern
from kit.gate.rules.rule import Rule, all_rules
from kit.gate.rules.view import View
from kit.gate.spec import Thresholds
from kit.gate.texts import Texts
from kit.i18n import _, ngettext

Broken = Iterator[tuple[Rule, str]]


class Rules(Check):
    """Points at rows that break one of ``spec.rules``; without rules, at none.

    Rules look at what a row asks and, where its answer is written and not chosen, at the answer, too.
    """

    name = "rules"

    def __init__(self, spec: Thresholds, texts: Texts) -> None:
        super().__init__(spec, texts)
        rules = all_rules(spec.rules)
        self._limits = Limits(rules)
        self._words: dict[tuple[Rule, float], str] = {}  # how a value is told: mostly the same few
        self._patterns = [(rule, Pattern(rule.pattern)) for rule in rules if rule.pattern]
        self._languages = [(rule, Teller(rule.languages, parameter="rules")) for rule in rules if rule.languages]
        self._flags: list[Flag] = []
        self._counts: Counter[str] = Counter()
        self._rows = 0

    def feed(self, rows: Sequence[Seen]) -> None:
        if not self.spec.rules:
            return
        for seen in rows:
            self._rows += seen.part == "data"
            broken = list(self.broken(said(seen)))
            if broken:
                words = _("; and ").join(message for _rule, message in broken)
                self._flags.append(Flag(seen.part, seen.place, seen.number, words, (), float(len(broken))))
                if seen.part == "data":
                    self._counts.update(rule.written for rule, _message in broken)

    def broken(self, text: str) -> Broken:
        """Yield each rule that `text` breaks, and how it is told."""
        view = View(text)
        for limit in self._limits.of(view):
            value = limit.quantity.of(view)
            for rule in limit.rules:
                if rule.breaks(value):
                    yield rule, self._told(rule, value)
        yield from self._by_pattern(text)
        yield from self._by_language(text)

    def _told(self, rule: Rule, value: float) -> str:
        if (rule, value) not in self._words:
            self._words[rule, value] = rule.told(value)
        return self._words[rule, value]

    def _by_pattern(self, text: str) -> Broken:
        for rule, pattern in self._patterns:
            found = pattern.stands_in(text)
            if found is None:
                if not pattern.given_up:
                    yield rule, _("{pattern} took too long to be looked for").format(pattern=rule.pattern)
            elif found is (rule.kind == "not_match"):
                words = _("{pattern} stands in it") if found else _("{pattern} stands nowhere in it")
                yield rule, words.format(pattern=rule.pattern)

    def _by_language(self, text: str) -> Broken:
        for rule, teller in self._languages:
            _script, language, hardly = teller.told(text)
            if hardly:
                yield (
                    rule,
                    _("it is written in {language}; allowed: {allowed}").format(
                        language=language or _("another language"), allowed=", ".join(rule.languages)
                    ),
                )

    def finish(self, tell: Tell) -> Finding:
        """Return the rows that break a rule, and how many each rule has."""
        if not self.spec.rules:
            return Finding("rules", "ok", _("No rules were set."))
        given_up = [rule.written for rule, pattern in self._patterns if pattern.given_up]
        n = sum(flag.part == "data" for flag in self._flags)
        numbers = {"rules": dict(self._counts.most_common()), "rows": self._rows, "given_up": given_up}
        if given_up:
            summary = _("The rule {rule} takes too long and was given up; {n} rows break a rule.").format(
                rule=given_up[0], n=f"{n:,}"
            )
            return Finding("rules", "warn", summary, tuple(self._flags), numbers)
        if not n:
            words = ngettext("{n} row, which keeps all rules.", "All {n} rows keep the rules.", self._rows)
            return Finding("rules", "ok", words.format(n=f"{self._rows:,}"), tuple(self._flags), numbers)
        rule, most = self._counts.most_common(1)[0]
        words = ngettext(
            "{n} row of {all} breaks a rule: {rule}.",
            "{n} rows of {all} break a rule, {most} of them {rule}.",
            n,
        )
        summary = words.format(n=f"{n:,}", all=f"{self._rows:,}", most=f"{most:,}", rule=rule)
        return Finding("rules", "warn", summary, tuple(self._flags), numbers)


def said(seen: Seen) -> str:
    """Return what of a row was written by somebody: what it asks, and the answer, unless that is chosen from some."""
    return f"{seen.asked}\n{seen.row.answer}" if seen.row.accepted else seen.asked
