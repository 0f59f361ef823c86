"""A model as an ONNX graph, by the model builder of onnxruntime-genai, told which places are looked at.

The builder's graph computes logits at every place of what it reads, for which a long prompt has no use: 49,152 numbers
for each token of SmolLM2. Ours has one more input, ``places``, and computes logits there only.
"""

from __future__ import annotations

from pathlib import Path

FILE, DATA = "model.onnx", "model.onnx.data"
PLACES = "places"
_LEFT_OVER = ("genai_config.json",)


def write_graph(source: str, into: str) -> None:
    """Write the graph of the model in `source` and its weights, as 32-bit floats, to `into`."""
    import tempfile

    from onnxruntime_genai.models.builder import create_model, parse_extra_options

    # The whole of every layer's keys and values is kept, so that a text can be read again from any place.
    asked = ["windowed_kv_cache=false", "hf_token=false"]
    with tempfile.TemporaryDirectory(dir=into) as work:
        options = parse_extra_options(None, source, work, "fp32", "cpu", f"{work}/cache", asked)
        create_model(None, source, work, "fp32", "cpu", f"{work}/cache", **options)
        for name in (FILE, DATA):
            Path(work, name).rename(Path(into, name))
    look_at_places(Path(into, FILE))


def look_at_places(path: Path) -> None:
    """Give the graph in `path` the input ``places``, int64 [n], and let it compute logits there only."""
    import onnx

    model = onnx.load(str(path), load_external_data=False)
    graph = model.graph
    output = next(node for node in graph.node if node.name == "/lm_head/MatMul")
    gather = onnx.helper.make_node("Gather", [output.input[0], PLACES], ["looked_at"], name="looked_at", axis=1)
    output.input[0] = "looked_at"
    graph.node.insert(list(graph.node).index(output), gather)
    graph.input.append(onnx.helper.make_tensor_value_info(PLACES, onnx.TensorProto.INT64, ["places"]))
    _forget_shapes(graph)
    onnx.save(model, str(path))


def _forget_shapes(graph: object) -> None:
    """Say anew how many places the logits have; what is told of the numbers in between is worked out again."""
    del graph.value_info[:]  # type: ignore[attr-defined]
    for output in graph.output:  # type: ignore[attr-defined]
        if output.name == "logits":
            output.type.tensor_type.shape.dim[1].dim_param = "places"
