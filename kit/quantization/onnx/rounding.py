"""Weights of a graph in 8 or 4 bits, for ONNX Runtime's own products of few bits (MatMulNBits).

Each block of 32 weights has a scale; nothing is looked at. Products are of 8-bit integers: what a layer reads is
rounded too, while it runs (``accuracy_level`` 4). The output layer has 8 bits in either case, and the embeddings are
looked up in those same numbers where the model ties the two.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from kit.quantization.onnx.graph import DATA, FILE

BLOCK = 32  # weights that share a scale
_INTEGER_PRODUCTS = 4  # an accuracy level of MatMulNBits
_OUTPUT = "/lm_head/MatMul"
_LOOKUP = "/model/embed_tokens/Gather"
_SMALL = 1024  # bytes; what is smaller stays in the graph itself


def write_rounded(source: str, into: str, bits: int) -> None:
    """Write the graph in the folder `source` to the folder `into`, its weights in `bits`, 4 or 8."""
    import onnx

    model = onnx.load(str(Path(source, FILE)))
    if bits != 8:
        model = _rounded(model, bits, besides=[_OUTPUT])
    model = _rounded(model, 8)
    _round_table(model.graph)
    onnx.save(
        model,
        str(Path(into, FILE)),
        save_as_external_data=True,
        all_tensors_to_one_file=True,
        location=DATA,
        size_threshold=_SMALL,
    )


def _rounded(model: Any, bits: int, besides: list[str] | None = None) -> Any:
    from onnxruntime.quantization.matmul_nbits_quantizer import MatMulNBitsQuantizer

    quantizer = MatMulNBitsQuantizer(
        model,
        bits=bits,
        block_size=BLOCK,
        is_symmetric=True,
        accuracy_level=_INTEGER_PRODUCTS,
        nodes_to_exclude=besides or [],
        op_types_to_quantize=("MatMul",),
    )
    quantizer.process()
    return quantizer.model.model


def _round_table(graph: Any) -> None:
    """Look the embeddings up in 8-bit numbers: those of the output layer where the model ties the two."""
    nodes = {node.name: node for node in graph.node}
    lookup = nodes[_LOOKUP]
    turned = next((node for node in graph.node if lookup.input[0] in node.output), None)  # tied: the output's weights
    if turned is not None:
        output = nodes[f"{_OUTPUT}_Q8"]
        width = next(each.i for each in output.attribute if each.name == "K")
        rows = next(each.i for each in output.attribute if each.name == "N")
        packed, scales = output.input[1], output.input[2]
        old = turned.input[0]
    else:
        old = lookup.input[0]
        rows, width, packed, scales = _packed(graph, old)
    if width % BLOCK:  # rows are padded to whole blocks, and a padded row is no embedding
        return
    _look_up(graph, lookup, packed, scales, [rows, width])
    graph.node.remove(lookup)
    if turned is not None:
        graph.node.remove(turned)
    for tensor in [each for each in graph.initializer if each.name == old]:
        graph.initializer.remove(tensor)


def _packed(graph: Any, name: str) -> tuple[int, int, str, str]:
    """Round the table `name`, which no layer shares; return its shape and the names of its numbers and scales."""
    from onnx import numpy_helper
    from onnxruntime.quantization.matmul_nbits_quantizer import DefaultWeightOnlyQuantConfig, DefaultWeightOnlyQuantizer

    table = numpy_helper.to_array(next(each for each in graph.initializer if each.name == name))
    quantizer = DefaultWeightOnlyQuantizer(DefaultWeightOnlyQuantConfig(block_size=BLOCK, is_symmetric=True, bits=8))
    numbers, scales, _middle = quantizer.qbits_block_quant(table.T.copy())
    found = f"{name}_Q8", f"{name}_scales"
    graph.initializer.extend(map(numpy_helper.from_array, (numbers, scales), found))
    return *table.shape, *found


def _look_up(graph: Any, lookup: Any, packed: str, scales: str, shape: list[int]) -> None:
    """Put a look-up of rounded rows before `lookup`, with its result under the same name."""
    import numpy
    from onnx import helper, numpy_helper

    graph.initializer.append(numpy_helper.from_array(numpy.array(shape, dtype=numpy.int64), "table_shape"))
    table = helper.make_node("Reshape", [packed, "table_shape"], ["table"], name="table")
    found = helper.make_node(
        "GatherBlockQuantized",
        ["table", lookup.input[1], scales],
        [lookup.output[0]],
        name="table_rows",
        domain="com.microsoft",
        bits=8,
        block_size=BLOCK,
        gather_axis=0,
        quantize_axis=1,
    )
    place = list(graph.node).index(lookup)
    graph.node.insert(place, table)
    graph.node.insert(place + 1, found)
