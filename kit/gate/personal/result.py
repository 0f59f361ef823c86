"""A result as Presidio wants it of recognizers that do not work by patterns alone."""

from __future__ import annotations

from presidio_analyzer import EntityRecognizer, RecognizerResult

_SCORE = 0.7


def result(recognizer: EntityRecognizer, start: int, end: int) -> RecognizerResult:
    """Return what `recognizer` found between `start` and `end`."""
    by = {
        RecognizerResult.RECOGNIZER_NAME_KEY: type(recognizer).__name__,
        RecognizerResult.RECOGNIZER_IDENTIFIER_KEY: recognizer.id,
    }
    return RecognizerResult(recognizer.supported_entities[0], start, end, _SCORE, recognition_metadata=by)
