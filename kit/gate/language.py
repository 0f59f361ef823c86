"""Languages and scripts of the rows: which there are, which were not meant, and which rows are too short to tell."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from functools import cache
from typing import Any

from kit.errors import MissingPackageError, UnknownNameError
from kit.gate.check import Check, Seen, Tell
from kit.gate.finding import Finding, Flag, Level
from kit.gate.script import letters, look_alike
from kit.gate.spec import Thresholds
from kit.gate.texts import Texts
from kit.i18n import N_, _, ngettext

_READ = 1_000  # characters of a row: more make nothing surer
_FEWEST = 20  # letters of a script that several languages share
_FEWEST_SIGNS = 2  # letters of a script that tells by itself
_SURE = 0.5  # that it is this one of 140 languages
_HARDLY = 0.05  # that it is any of the allowed ones
_SHOWN = 6
_MINOR = 0.01  # of the rows: a smaller share of another language is no mix

# Scripts that one language has nearly for itself.
_BY_SCRIPT = {
    "Han": "zh", "Kana": "ja", "Hangul": "ko", "Greek": "el", "Hebrew": "he", "Thai": "th", "Lao": "lo",
    "Bengali": "bn", "Gurmukhi": "pa", "Gujarati": "gu", "Odia": "or", "Tamil": "ta", "Telugu": "te", "Kannada": "kn",
    "Malayalam": "ml", "Sinhala": "si", "Tibetan": "dz", "Myanmar": "my", "Georgian": "ka", "Ethiopic": "am",
    "Khmer": "km", "Armenian": "hy",
}  # fmt: skip
# What is taken for one language here, since short texts of these are taken for each other.
_SAME = {
    "pcm": "en", "wuu": "zh", "yue": "zh", "bs": "hr", "nn": "no", "arz": "ar", "ary": "ar", "grc": "el", "hbo": "he",
    "zxx": "", "uzs": "uz", "sdh": "ku", "gcr": "ht", "gcf": "ht", "ltg": "lv",
}  # fmt: skip
_NAMES = {
    "en": N_("English"), "zh": N_("Chinese"), "de": N_("German"), "fr": N_("French"), "es": N_("Spanish"),
    "pt": N_("Portuguese"), "it": N_("Italian"), "nl": N_("Dutch"), "ru": N_("Russian"), "ja": N_("Japanese"),
    "ko": N_("Korean"), "ar": N_("Arabic"), "hi": N_("Hindi"), "vi": N_("Vietnamese"), "tr": N_("Turkish"),
    "pl": N_("Polish"), "uk": N_("Ukrainian"), "id": N_("Indonesian"), "th": N_("Thai"), "cs": N_("Czech"),
    "sv": N_("Swedish"), "el": N_("Greek"), "he": N_("Hebrew"), "fa": N_("Persian"), "la": N_("Latin (the language)"),
}  # fmt: skip
# Numbers, addresses and marks in angle brackets are of no language.
_NO_WORDS = re.compile(r"https?://\S+|\S+@\S+|<[A-Za-z/][^<>]{0,40}>|\d+")


class Teller:
    """Tells the language of texts, and whether it is hardly one of some.

    Parameters
    ----------
    wanted : sequence of str
        Those that are allowed; none: any is.
    parameter : str
        What named them, for messages.

    Raises
    ------
    UnknownNameError
        A language that cannot be told.
    MissingPackageError
        py3langid is not installed.
    """

    def __init__(self, wanted: Sequence[str] = (), *, parameter: str) -> None:
        self._tell = _identifier()
        self.wanted = {_SAME.get(name, name) for name in wanted}
        known = {*self._tell.labels, *_BY_SCRIPT.values()}
        for name in wanted:
            if name not in known:
                raise UnknownNameError(parameter, name, known)

    def told(self, text: str) -> tuple[str, str, bool]:
        """Return the script of a text, its language ("" where it is too short to tell), and is it hardly wanted?"""
        text = _NO_WORDS.sub(" ", text[:_READ])
        found = letters(text)
        script = next(iter(found), "")
        return script, *self._told(text, script, found)

    def _told(self, text: str, script: str, found: dict[str, int]) -> tuple[str, bool]:
        """Return the language of a text ("" where it is too short to tell), and whether it is hardly an allowed one."""
        if found.get("Kana", 0) >= max(0.05 * found.get("Han", 0), 1) and script in ("Han", "Kana"):
            script = "Kana"
        if script in _BY_SCRIPT:
            sure = found.get(script, 0) >= _FEWEST_SIGNS
            language = _BY_SCRIPT[script]
            return (language if sure else ""), sure and language not in self.wanted
        if found.get(script, 0) < _FEWEST:
            return "", False
        chances: Counter[str] = Counter()
        for name, chance in self._tell.rank(text):
            chances[_SAME.get(name, name)] += chance
        language, chance = chances.most_common(1)[0]
        hardly = chance >= _SURE and sum(chances[name] for name in self.wanted) < _HARDLY
        return (language if chance >= _SURE else ""), hardly


class Language(Check):
    """Points at rows in a language that was not meant, and at words that mix letters of two scripts."""

    name = "language"

    def __init__(self, spec: Thresholds, texts: Texts) -> None:
        super().__init__(spec, texts)
        self._teller = Teller(spec.languages, parameter="languages")
        self._flags: list[Flag] = []
        self._languages: Counter[str] = Counter()
        self._scripts: Counter[str] = Counter()
        self._rows = self._short = self._others = self._mixed = 0

    def feed(self, rows: Sequence[Seen]) -> None:
        for seen in rows:
            self._rows += 1
            said = [*self._language_of(seen.asked), *self._look_alikes(seen.asked)]
            if said:
                self._flags.append(Flag(seen.part, seen.place, seen.number, "; ".join(said), (), float(len(said))))

    def _language_of(self, text: str) -> list[str]:
        script, language, hardly = self._teller.told(text)
        self._scripts[script or "none"] += 1
        if language:
            self._languages[language] += 1
        else:
            self._short += 1
        if not self._teller.wanted or not hardly:
            return []
        self._others += 1
        return [_("in {language}, not in {wanted}").format(language=_named(language), wanted=self._asked_for)]

    def _look_alikes(self, text: str) -> list[str]:
        at = look_alike(text)
        if at is None:
            return []
        self._mixed += 1
        return [_("letters of two scripts in one word at {at}").format(at=at + 1)]

    @property
    def _asked_for(self) -> str:
        return ", ".join(map(_named, self.spec.languages))

    def finish(self, tell: Tell) -> Finding:
        """Return how many rows are in which language."""
        most = self._languages.most_common()
        numbers: dict[str, Any] = {
            "rows": self._rows,
            "languages": dict(most),
            "scripts": dict(self._scripts.most_common()),
            "too_short": self._short,
            "not_wanted": self._others,
            "look_alikes": self._mixed,
        }
        listed = [f"{n:,} {_named(name)}" for name, n in most[:_SHOWN]]
        rest = sum(n for _name, n in most[_SHOWN:])
        listed += [_("{n} in other languages").format(n=f"{rest:,}")] if rest else []
        listed += [_("{n} too short or unclear to tell").format(n=f"{self._short:,}")] if self._short else []
        said = []
        if self._others:
            words = ngettext("{n} row is not in {wanted}", "{n} rows are not in {wanted}", self._others)
            said.append(words.format(n=f"{self._others:,}", wanted=self._asked_for))
        if self._mixed:
            words = ngettext(
                "{n} row has a word with letters of two scripts",
                "{n} rows have words with letters of two scripts",
                self._mixed,
            )
            said.append(words.format(n=f"{self._mixed:,}"))
        said.append(_("rows by language: {listed}").format(listed=", ".join(listed) or _("none")))
        summary = "; ".join(said)
        return Finding("language", self._level, summary[:1].upper() + summary[1:] + ".", tuple(self._flags), numbers)

    @property
    def _level(self) -> Level:
        if self._flags:
            return "warn"
        minor = _MINOR * max(sum(self._languages.values()), 1)
        return "note" if sum(n > minor for n in self._languages.values()) > 1 and not self._teller.wanted else "ok"


def _named(language: str) -> str:
    return _(_NAMES[language]) if language in _NAMES else language


@cache
def _identifier() -> Any:
    """Return what tells languages, which comes with its package.

    Raises
    ------
    MissingPackageError
        py3langid is not installed.
    """
    try:
        from py3langid.langid import MODEL_FILE, LanguageIdentifier
    except ImportError as exc:
        raise MissingPackageError("py3langid", needed_for=_("Telling languages"), extra="data") from exc
    return LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
