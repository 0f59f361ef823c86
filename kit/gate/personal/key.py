"""The secret by which placeholders are made: who has a placeholder alone cannot find its value by trying."""

from __future__ import annotations

import hashlib
import hmac
import os
import secrets

from kit.place import home

_BYTES = 32
_SIGNS = 10  # hexadecimal: 40 bits, so two of 100,000 people share one with a probability of 0.5 %


def secret() -> bytes:
    """Return this home's secret, made at random the first time; only its owner can read the file."""
    path = home() / "secrets" / "placeholders.key"
    try:
        key = path.read_bytes()
    except FileNotFoundError:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        draft = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
        handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "wb") as file:
            file.write(secrets.token_bytes(_BYTES))
            file.flush()
            os.fsync(file.fileno())
        try:
            os.link(draft, path)  # the first of two processes wins, and a reader sees a whole key or none
        except FileExistsError:
            pass
        finally:
            draft.unlink()
        key = path.read_bytes()
    return key


def digest(key: bytes, kind: str, value: str) -> str:
    """Return the digits that stand for `value`, the same for the same value under the same key.

    HMAC with SHA-256 (RFC 2104), cut to 40 bits.
    """
    said = f"{kind}\0{value}".encode("utf-8", "surrogatepass")
    return hmac.new(key, said, hashlib.sha256).hexdigest()[:_SIGNS]
