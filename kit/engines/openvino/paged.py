"""A graph of OpenVINO that reads many texts in one pass; their keys and values lie in blocks that it is told of.

Each pass reads a part of each text: all of a new one, the last token of those being written. Products over the weights
are then done once for all of them, which is what makes many answers at once cheaper than one after the other (Yu et
al. 2022, Orca; Kwon et al. 2023, arXiv:2309.06180).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy

from kit.engines.openvino.decoder import settings
from kit.engines.openvino.quiet import openvino


@dataclass(frozen=True)
class Part:
    """What is read of one text in one pass.

    Parameters
    ----------
    tokens : sequence of int
        At least one.
    past : int, tokens
        Read before; their keys and values lie in `blocks`.
    blocks : sequence of int
        Room for all that was and is read, in order.
    keep : int
        Logits that are wanted, after the last so many tokens; 0 where the text goes on in another pass.
    """

    tokens: Sequence[int]
    past: int
    blocks: Sequence[int]
    keep: int = 1


class PagedDecoder:
    """Reads many texts at once.

    Parameters
    ----------
    graph : Path
        As `kit.quantization.openvino` writes it.
    precision : str
        "f32" or "bf16": what is computed with, and what keys and values are kept as.
    room : int, tokens
        For which each text has blocks; memory is taken as they are written to.
    threads : int
        For computing.
    texts : int, default 1
        That have so much room at once.
    """

    def __init__(self, graph: Path, *, precision: str, room: int, threads: int, texts: int = 1) -> None:
        core = openvino().Core()
        how = settings(precision) | {"INFERENCE_NUM_THREADS": threads}
        compiled = core.compile_model(paged(core.read_model(graph)), "CPU", how)
        self._request: Any = compiled.create_infer_request()
        self.vocabulary: int = compiled.output("logits").get_partial_shape()[2].get_length()
        caches = [port for port in compiled.inputs if "_cache." in port.any_name]
        self.block: int = caches[0].get_partial_shape()[2].get_length()
        self.blocks = texts * -(-room // self.block)  # no two texts write to one
        for port in caches:
            heads, *rest = (size.get_length() for size in list(port.get_partial_shape())[1:])
            kept = openvino().Tensor(port.get_element_type(), openvino().Shape([self.blocks, heads, *rest]))
            self._request.set_tensor(port.any_name, kept)

    def read(self, parts: Sequence[Part]) -> numpy.ndarray:
        """Read the parts, and return the logits that they want.

        Returns
        -------
        ndarray [sum of keep, vocabulary], float32
            Overwritten by the next call.
        """
        sizes = [len(part.tokens) for part in parts]
        begins = numpy.cumsum([0, *sizes], dtype=numpy.int32)
        used = [part.blocks[: -(-(part.past + size) // self.block)] for part, size in zip(parts, sizes, strict=True)]
        ends = [part.past + size for part, size in zip(parts, sizes, strict=True)]
        places = [numpy.arange(end - part.keep, end) for part, end in zip(parts, begins[1:], strict=True) if part.keep]
        self._request.infer(
            {
                "input_ids": _joined([part.tokens for part in parts]),
                "position_ids": _joined([numpy.arange(p.past, end) for p, end in zip(parts, ends, strict=True)]),
                "places": _joined(places or [numpy.zeros(1)]),  # nothing wanted is nothing that it can compute
                "past_lens": numpy.array([part.past for part in parts], dtype=numpy.int32),
                "subsequence_begins": begins,
                "block_indices": numpy.concatenate(used).astype(numpy.int32),
                "block_indices_begins": numpy.cumsum([0, *map(len, used)], dtype=numpy.int32),
                "max_context_len": numpy.array(max(ends), dtype=numpy.int32),
            },
            share_inputs=True,
            share_outputs=True,
        )
        found: numpy.ndarray = self._request.get_tensor("logits").data[:, 0]
        return found if places else found[:0]


def paged(graph: Any) -> Any:
    """Return a graph that remembers one text as one that finds the keys and values of many in blocks.

    What was the second dimension, of tokens, is one afterwards; the tokens of all texts are the first. So the choice of
    places moves there, just before the output layer: that of other tokens is not computed.
    """
    from openvino import opset13
    from openvino._offline_transformations import paged_attention_transformation

    places = next(each for each in graph.get_parameters() if "places" in each.output(0).get_names())
    _look_everywhere(places)
    layer = graph.output("logits").get_node()
    while layer.get_type_name() != "MatMul":
        layer = layer.input_value(0).get_node()
    chosen = opset13.gather(layer.input_value(0), places, opset13.constant(0))
    layer.input(0).replace_source_output(chosen.output(0))
    graph.validate_nodes_and_infer_types()
    paged_attention_transformation(graph)
    return graph


def _look_everywhere(places: Any) -> None:
    """Take out what chooses among the last states."""
    seen, edge = set(), [places.output(0)]
    while edge:
        for reader in edge.pop().get_target_inputs():
            node = reader.get_node()
            if node.get_type_name() == "Gather":
                node.output(0).replace(node.input_value(0))
            elif node.get_name() not in seen:
                seen.add(node.get_name())
                edge += node.outputs()


def _joined(rows: Sequence[Sequence[int] | numpy.ndarray]) -> numpy.ndarray:
    found: numpy.ndarray = numpy.concatenate(rows).astype(numpy.int64)
    return found
