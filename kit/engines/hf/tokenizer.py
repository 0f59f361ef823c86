"""Open a tokenizer; a process that holds no torch can do it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from transformers import AutoTokenizer
from transformers.utils import logging as transformers_logging

from kit.errors import ModelNotFoundError
from kit.i18n import _

transformers_logging.set_verbosity_error()


def load_tokenizer(folder: Path) -> Any:
    """Return the tokenizer in `folder`.

    Raises
    ------
    ModelNotFoundError
        There is none, or it cannot be read.
    """
    try:
        tokenizer = AutoTokenizer.from_pretrained(str(folder), trust_remote_code=False)
    except (OSError, ValueError, KeyError) as exc:
        raise ModelNotFoundError(
            _("The tokenizer in {folder} cannot be opened: {exc}").format(folder=folder, exc=exc),
            fix=_("Check that the tokenizer's files (tokenizer.json, tokenizer_config.json) lie beside the weights."),
        ) from exc
    if tokenizer.pad_token_id is None:
        tokenizer.pad_token = tokenizer.eos_token
    return tokenizer
