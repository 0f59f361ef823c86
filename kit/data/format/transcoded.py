"""A file in any encoding, read as if it were UTF-8."""

from __future__ import annotations

import codecs
from typing import IO

_MARK = "\udcff"  # half a character: no text has it, and its bytes are not UTF-8, so that its line shows as damaged
_HANDLER = "tunebook-mark"


class Transcoded:
    """The bytes of a file, each character written anew in UTF-8.

    What is not text in the encoding becomes bytes that are not UTF-8 either.

    Parameters
    ----------
    file : binary file
        Read from where it stands.
    codec : str
        One that Python knows.
    """

    def __init__(self, file: IO[bytes], codec: str) -> None:
        codecs.register_error(_HANDLER, _marked)
        self._file = file
        self._decoder = codecs.getincrementaldecoder(codec)(_HANDLER)
        self._ended = False

    def read(self, size: int) -> bytes:
        """Return the text of the next `size` bytes, as UTF-8; b"" at the end."""
        while not self._ended:
            data = self._file.read(size)
            self._ended = not data
            text = self._decoder.decode(data, final=self._ended)
            if text:
                return text.encode("utf-8", "surrogatepass")
        return b""


def _marked(exc: UnicodeError) -> tuple[str, int]:
    assert isinstance(exc, UnicodeDecodeError)
    return _MARK, max(exc.end, exc.start + 1)
