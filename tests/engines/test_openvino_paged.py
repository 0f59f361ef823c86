"""Texts that OpenVINO reads in one pass are read as Transformers reads each alone; of what cannot be so, none is taken.

The blocks of the texts lie scattered and in no order, and what other tests left in them stays there.
"""

from __future__ import annotations

import functools
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unittest.mock import patch

import numpy as np
import pytest
from tinygraphs import TOKENS, logits, tiny

from kit.engines.openvino.paged import PagedDecoder, Part
from kit.engines.openvino.precision import computing
from kit.engines.openvino.quiet import keep_quiet
from kit.engines.openvino.together import KINDS, reads_together
from kit.quantization.openvino.graph import FILE, write_graph

ROTATIONS = ("linear", "llama3", "yarn")
WINDOWS = "mistral of windows"
ROOM = 32 * 32 - 5
OTHER = TOKENS[::-1]
ONE_LIES, OTHER_LIES = (7, 0, 30, 4, 12, 31, 2, 19, 5, 6), (1, 29, 3, 18, 8, 28, 11, 10, 9, 27)

close = functools.partial(np.testing.assert_allclose, atol=1e-4)


@dataclass(frozen=True)
class Read:
    """A tiny model in both libraries."""

    folder: Path
    decoder: PagedDecoder
    one: np.ndarray  # what Transformers says of TOKENS
    other: np.ndarray  # and of OTHER


def _read(folder: Path, kind: str) -> Read:
    keep_quiet()
    model = tiny(folder, kind)
    write_graph(str(model), str(model))
    decoder = PagedDecoder(model / FILE, precision="f32", room=ROOM, threads=2)
    return Read(model, decoder, logits(model), logits(model, OTHER))


@pytest.fixture(scope="module", params=sorted([*KINDS, *ROTATIONS]))
def model(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Read:
    return _read(tmp_path_factory.mktemp("tiny"), request.param)


def _config(folder: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    return found


def test_its_config_is_known_as_one_of_those_that_are_read_together(model: Read) -> None:
    assert reads_together(_config(model.folder))


@pytest.mark.parametrize("model", ["llama"], indirect=True)
def test_there_are_blocks_for_all_of_the_room_of_each_text(model: Read) -> None:
    assert model.decoder.vocabulary == 400
    assert model.decoder.blocks * model.decoder.block >= ROOM
    block = model.decoder.block
    many = PagedDecoder(model.folder / FILE, precision="f32", room=block + 1, threads=2, texts=5)
    assert (many.block, many.blocks) == (block, 5 * 2)


def test_texts_that_are_read_at_once_are_read_like_each_alone(model: Read) -> None:
    first, second = Part(TOKENS, 0, ONE_LIES, len(TOKENS)), Part(OTHER[:77], 0, OTHER_LIES, 77)
    found = model.decoder.read([first, second])
    close(found[: len(TOKENS)], model.one)
    close(found[len(TOKENS) :], model.other[:77])


def test_a_question_may_be_read_in_parts_of_which_nothing_is_wanted(model: Read) -> None:
    for start, end in ((0, 31), (31, 32), (32, 65), (65, 160)):
        found = model.decoder.read([Part(TOKENS[start:end], start, ONE_LIES, keep=0)])
        assert found.shape == (0, 400)
    close(model.decoder.read([Part(TOKENS[160:], 160, ONE_LIES)]), model.one[-1:])


def test_answers_go_on_in_the_pass_that_reads_a_question(model: Read) -> None:
    model.decoder.read([Part(TOKENS[:95], 0, ONE_LIES)])
    for place, start in enumerate(range(0, 120, 40), start=95):
        answer, question = Part([TOKENS[place]], place, ONE_LIES), Part(OTHER[start : start + 40], start, OTHER_LIES)
        found = model.decoder.read([answer, question])
        close(found, np.stack([model.one[place], model.other[start + 39]]))


def test_of_each_text_as_many_places_are_told_as_are_wanted(model: Read) -> None:
    parts = [
        Part(TOKENS[:50], 0, ONE_LIES[:2], keep=0),
        Part(OTHER[:40], 0, OTHER_LIES[:2], keep=7),
        Part(TOKENS[:64], 0, ONE_LIES[2:4], keep=64),
        Part(OTHER[:3], 0, OTHER_LIES[2:3]),
    ]
    found = model.decoder.read(parts)
    close(found, np.concatenate([model.other[33:40], model.one[:64], model.other[2:3]]))


def test_texts_that_begin_alike_may_share_the_blocks_of_it(model: Read) -> None:
    block = model.decoder.block
    model.decoder.read([Part(TOKENS[:block], 0, ONE_LIES, keep=0)])
    forks = [[*TOKENS[:block], *OTHER[start : start + 20]] for start in (0, 50)]
    found = model.decoder.read(
        [Part(text[block:], block, (ONE_LIES[0], own)) for text, own in zip(forks, OTHER_LIES, strict=False)]
    )
    close(found, np.concatenate([logits(model.folder, text)[-1:] for text in forks]))


def test_windows_get_lost_which_is_why_their_models_are_refused(tmp_path: Path) -> None:
    model = _read(tmp_path, WINDOWS)
    assert not reads_together(_config(model.folder))
    found = model.decoder.read([Part(TOKENS[:60], 0, ONE_LIES, keep=60)])
    close(found[:8], model.one[:8])
    assert np.abs(found[8:] - model.one[8:60]).max(axis=1).min() > 0.1


@pytest.mark.parametrize(
    "config",
    [
        {},
        {"model_type": "gpt_neox"},
        {"model_type": "gemma3_text", "sliding_window": 512},
        {"model_type": "mistral", "sliding_window": 4096},
        {"model_type": "qwen2", "sliding_window": 4096, "use_sliding_window": True},
        {"model_type": "qwen3", "layer_types": ["full_attention", "sliding_attention"]},
        {"model_type": "phi3", "rope_scaling": {"type": "longrope", "short_factor": [1.0], "long_factor": [2.0]}},
        {"model_type": "phi3", "rope_parameters": {"rope_type": "longrope"}},
        {"model_type": "llama", "rope_scaling": {"type": "dynamic", "factor": 2.0}},
        {"model_type": "llama", "rope_parameters": {"rope_type": "dynamic", "factor": 2.0}},
    ],
)
def test_what_would_be_read_wrongly_is_refused(config: dict[str, Any]) -> None:
    assert not reads_together(config)


@pytest.mark.parametrize("kind", ["gemma3", WINDOWS])
def test_models_of_windows_are_refused_by_the_config_that_transformers_writes(kind: str, tmp_path: Path) -> None:
    assert not reads_together(_config(tiny(tmp_path, kind)))


@pytest.mark.parametrize(
    "config",
    [
        {"model_type": "qwen2", "sliding_window": 4096, "use_sliding_window": False},
        {"model_type": "mistral", "sliding_window": None},
        {"model_type": "llama", "rope_scaling": None},
        {"model_type": "llama", "rope_parameters": {"rope_type": "default", "rope_theta": 10000.0}},
        {"model_type": "llama", "rope_scaling": {"type": "linear", "factor": 2.0}},
    ],
)
def test_settings_that_change_nothing_are_no_reason_to_refuse(config: dict[str, Any]) -> None:
    assert reads_together(config)


@pytest.mark.parametrize(
    ("sets", "method", "wanted"),
    [
        (("AVX2",), "openvino-int8", "f32"),
        (("AVX2", "bf16"), "openvino-int8", "bf16"),
        (("AMX",), "openvino-bf16", "bf16"),
        (("AMX", "bf16"), "openvino-fp32", "f32"),
    ],
)
def test_fewer_bits_are_computed_with_in_bf16_where_the_processor_has_it(
    sets: tuple[str, ...], method: str, wanted: str
) -> None:
    with patch("kit.engines.openvino.precision.this_machine") as machine:
        machine.return_value.instruction_sets = sets
        assert computing(method) == wanted
