"""Rows of the same meaning: by a real model, against sentence-transformers and plain matrix products."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from alikerows import found_by

from kit.errors import MissingPackageError
from kit.gate.alike import sentences
from kit.gate.alike.meaning import SameMeaning
from kit.gate.alike.sentences import PACKAGE, Sentences, model_folder
from kit.gate.alike.vectors import Vectors

TEXTS = ["The motor makes a loud noise.", "Sales of the company fell in spring.", "病人头痛三天。", "Hi", "word " * 400]
SAME = [
    "What are the symptoms of asthma in children?",
    "The bank raised its profit forecast for 2024.",
    "which are the signs of asthma in children",
    "The bank raised its profit forecast for 2025.",
    "The bank did not raise its profit forecast for 2024.",
    "Shares of the mining group rise after the report.",
    "Shares of the mining group fall after the report.",
    "The pump in hall two is leaking oil.",
]


def test_paraphrases_are_found_and_other_numbers_denials_and_opposites_are_not(tmp_path: Path) -> None:
    found = found_by(SameMeaning, tmp_path, SAME, ["Oil is leaking from the pump in hall two."])
    assert {flag.number: flag.others[0] for flag in found.flags} == {3: ("data", 1), 8: ("test", 1)}
    assert found.level == "stop"
    assert "English only" not in found.summary


def test_rows_in_another_language_are_told_to_be_looked_at(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sentences, "Sentences", lambda: lambda texts: np.eye(sentences.WIDTH)[: len(texts)])
    rows = ["患者今天复诊头痛三天", "孩子发烧五天应该怎么办", "what is the matter with him"]
    found = found_by(SameMeaning, tmp_path, rows)
    assert (found.level, "English only" in found.summary) == ("ok", True)


@pytest.mark.slow
def test_vectors_are_those_of_sentence_transformers() -> None:
    from sentence_transformers import SentenceTransformer

    peer = SentenceTransformer(str(model_folder()), device="cpu")
    expected = peer.encode(TEXTS, normalize_embeddings=True)
    np.testing.assert_allclose(Sentences()(TEXTS), expected, atol=2e-6)


def test_without_its_package_the_check_cannot_be_made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sentences, "find_spec", lambda name: None)
    with pytest.raises(MissingPackageError, match=PACKAGE) as caught:
        found_by(SameMeaning, tmp_path, ["one"])
    assert "tunebook[data]" in caught.value.fix


def test_blocks_find_the_pairs_that_one_product_finds(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("kit.gate.alike.vectors._BLOCK", 7)
    draw = np.random.default_rng(0)
    vectors = draw.normal(size=(40, 5)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    keys = draw.integers(0, 2, 40)
    kept = Vectors(tmp_path, 5)
    for first in range(0, 40, 9):
        kept.add(vectors[first : first + 9])
    found = {tuple(pair) for pairs, _products, _done in kept.alike(0.7, keys) for pair in pairs.tolist()}
    products = vectors @ vectors.T
    pairs = {(i, j) for i in range(40) for j in range(i + 1, 40) if keys[i] == keys[j]}
    assert {(i, j) for i, j in pairs if products[i, j] >= 0.7} <= found
    assert found <= {(i, j) for i, j in pairs if products[i, j] >= 0.698}
