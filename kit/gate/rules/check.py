"""Rows that break a rule, with the value and the limit."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence

from kit.gate.check import Check, Seen, Tell
from kit.gate.finding import Finding, Flag
from kit.gate.rules.limit import Limits
from kit.gate.rules.pattern import Pattern
from kit.gate.rules.rule import Rule, all_rules
from kit.gate.rules.view import View
from kit.gate.spec import Thresholds
from kit.gate.texts import Texts
from kit.i18n import _, ngettext

Broken = Iterator[tuple[Rule, str]]


class Rules(Check):
    """Points at rows that break one of ``spec.rules``; without rules, at none."""

    name = "rules"

    def __init__(self, spec: Thresholds, texts: Texts) -> None:
        super().__init__(spec, texts)
        rules = all_rules(spec.rules)
        self._limits = Limits(rules)
        self._words: dict[tuple[Rule, float], str] = {}  # how a value is told: mostly the same few
        self._patterns = [(rule, Pattern(rule.pattern)) for rule in rules if rule.pattern]
        self._languages = [rule for rule in rules if rule.languages]
        self._language_of = _detector() if self._languages else None
        self._flags: list[Flag] = []
        self._counts: Counter[str] = Counter()
        self._rows = 0

    def feed(self, rows: Sequence[Seen]) -> None:
        if not self.spec.rules:
            return
        for seen in rows:
            self._rows += seen.part == "data"
            broken = list(self.broken(seen.asked))
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
        if self._language_of is not None:
            yield from self._by_language(text, self._language_of)

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

    def _by_language(self, text: str, language_of: Callable[[str], str]) -> Broken:
        language = language_of(text)
        for rule in self._languages:
            if language and language not in rule.languages:
                yield (
                    rule,
                    _("it is written in {language}; allowed: {allowed}").format(
                        language=language, allowed=", ".join(rule.languages)
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


def _detector() -> Callable[[str], str]:
    from kit.gate.rules.language import detector

    return detector()
