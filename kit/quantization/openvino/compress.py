"""Weights of a graph in 8 or 4 bits, compressed by NNCF; products are computed in bf16 or f32 all the same.

8 bits: a scale for each row, nothing else to choose. 4 bits: a scale for each group of weights; embeddings and output
layer keep 8 bits. Rows, where there are any, are read by the graph itself, and what each layer is given decides how
its weights are rounded: AWQ (Lin et al. 2023, arXiv:2306.00978) or GPTQ (Frantar et al. 2022, arXiv:2210.17323).
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from kit.quantization.openvino.graph import FILE

GROUPS = (64, 32, 16)  # weights that share a scale: the largest that divides the width of every layer


def write_compressed(source: str, into: str, way: str, rows: str) -> None:
    """Write the graph in the folder `source` to the folder `into`, its weights compressed.

    Parameters
    ----------
    way : str
        "int8", "int4", "int4-awq" or "int4-gptq".
    rows : str
        A JSON file with the token ids of rows to look at; "" for ways that look at none.
    """
    import nncf
    import openvino

    graph = openvino.Core().read_model(Path(source, FILE))
    graph = nncf.compress_weights(graph, **_options(nncf, graph, way, rows))
    openvino.save_model(graph, str(Path(into, FILE)), compress_to_fp16=False)


def _options(nncf: Any, graph: Any, way: str, rows: str) -> dict[str, Any]:
    if way == "int8":
        return {"mode": nncf.CompressWeightsMode.INT8_ASYM}
    found = {"mode": nncf.CompressWeightsMode.INT4_SYM, "ratio": 1.0, "group_size": group_size(_widths(graph))}
    if rows:
        texts = json.loads(Path(rows).read_text(encoding="utf-8"))
        found |= {"dataset": nncf.Dataset(texts, _inputs), "subset_size": len(texts)}
        found |= {"gptq": True} if way.endswith("gptq") else {"awq": True, "scale_estimation": True}
    return found


def group_size(widths: Sequence[int]) -> int:
    """Return how many weights share a scale in layers of these widths; -1, a whole row, where no group divides all."""
    return next((size for size in GROUPS if all(width % size == 0 for width in widths)), -1)


def _widths(graph: Any) -> list[int]:
    """Return how many inputs each linear layer has."""
    found = []
    for node in graph.get_ops():
        if node.get_type_name() == "MatMul" and _is_weight(node.input_value(1).get_node()):
            shape = node.input_value(1).get_partial_shape()
            found.append(shape[1 if node.get_attributes()["transpose_b"] else 0].get_length())
    return found


def _is_weight(node: Any) -> bool:
    """Is this a constant, perhaps converted to another type?"""
    if node.get_type_name() == "Convert":
        node = node.input_value(0).get_node()
    return bool(node.get_type_name() == "Constant")


def _inputs(ids: list[int]) -> dict[str, Any]:
    """Return what the graph is given for one text, of which it remembers nothing for the next."""
    import numpy

    length = len(ids)
    return {
        "input_ids": numpy.array([ids], dtype=numpy.int64),
        "attention_mask": numpy.ones((1, length), dtype=numpy.int64),
        "position_ids": numpy.arange(length, dtype=numpy.int64)[None],
        "places": numpy.array([length - 1], dtype=numpy.int64),
        "beam_idx": numpy.zeros(1, dtype=numpy.int32),
    }
