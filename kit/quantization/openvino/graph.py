"""A model as an OpenVINO graph that remembers keys and values itself.

It is converted from torch and not from ONNX: only so does OpenVINO recognise attention, rotation and norms, and fuses
them with the memory of keys and values (measured with SmolLM2 on two cores: half as fast again as the same model read
from ONNX Runtime's graph). The look-up by ``beam_idx`` before that memory is part of the shape it recognises, as in the
graphs that Optimum writes; here it is always 0, since one text is read at a time.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

FILE, DATA = "openvino_model.xml", "openvino_model.bin"
INPUTS = ("input_ids", "attention_mask", "position_ids", "places")


def write_graph(source: str, into: str) -> None:
    """Write the model in `source`, its weights as 32-bit floats, to `into`."""
    import openvino
    import torch

    from kit.engines.hf.load import load_model

    model = load_model(Path(source), dtype=torch.float32, device=torch.device("cpu"))
    with torch.no_grad():
        graph = openvino.convert_model(_traced(model), example_input=_example(model.config))
    layers = model.config.num_hidden_layers
    past = [f"past.{layer}.{kind}" for layer in range(layers) for kind in ("key", "value")]
    _name(graph, past)
    heads, size = _shape(model.config)
    graph.reshape({name: openvino.PartialShape([-1, heads, -1, size]) for name in past})
    _remember(graph, past)
    openvino.save_model(graph, str(Path(into, FILE)), compress_to_fp16=False)


def write_half(source: str, into: str) -> None:
    """Write the graph in `source` to `into` with its weights as 16-bit floats."""
    import openvino

    openvino.save_model(openvino.Core().read_model(Path(source, FILE)), str(Path(into, FILE)), compress_to_fp16=True)


def _traced(model: Any) -> Any:
    """Return a module of tensors only: what stands in `INPUTS`, keys and values in; logits, keys and values out."""
    import torch
    from transformers.cache_utils import DynamicCache, DynamicLayer

    class Flat(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.model = model

        def forward(self, input_ids: Any, attention_mask: Any, position_ids: Any, places: Any, *past: Any) -> Any:
            cache: Any = DynamicCache()
            for keys, values in zip(past[::2], past[1::2], strict=True):
                layer = DynamicLayer()
                layer.keys, layer.values = keys, values
                layer.dtype, layer.device, layer.is_initialized = keys.dtype, keys.device, True
                cache.layers.append(layer)
            found = self.model(
                input_ids=input_ids,
                attention_mask=attention_mask,
                position_ids=position_ids,
                past_key_values=cache,
                use_cache=True,
                logits_to_keep=places,
            )
            held = [tensor for layer in cache.layers for tensor in (layer.keys, layer.values)]
            return (found.logits.float(), *held)

    return Flat()


def _example(config: Any) -> tuple[Any, ...]:
    """Return inputs of which no two lengths are the same, so that none is taken for another or for a constant."""
    import torch

    texts, new, read = 2, 3, 5
    heads, size = _shape(config)
    past = [torch.zeros(texts, heads, read, size) for _ in range(2 * config.num_hidden_layers)]
    positions = torch.arange(read, read + new)[None].expand(texts, new)
    ones = torch.ones(texts, read + new, dtype=torch.long)
    return ones[:, :new], ones, positions, torch.tensor([1, 2]), *past


def _shape(config: Any) -> tuple[int, int]:
    """Return how many heads keys have, and how many numbers each."""
    heads = getattr(config, "num_key_value_heads", None) or config.num_attention_heads
    return heads, getattr(config, "head_dim", None) or config.hidden_size // config.num_attention_heads


def _name(graph: Any, past: list[str]) -> None:
    for port, name in zip(graph.inputs, [*INPUTS, *past], strict=True):
        port.get_tensor().set_names({name})
    for port, name in zip(graph.outputs, ["logits", *map(_new, past)], strict=True):
        port.get_tensor().set_names({name})


def _remember(graph: Any, past: list[str]) -> None:
    """Turn keys and values into memory of the graph, at first of no token."""
    import numpy
    import openvino
    from openvino import opset13
    from openvino._offline_transformations import apply_make_stateful_transformation

    row = opset13.parameter(shape=openvino.PartialShape([-1]), dtype=openvino.Type.i32, name="beam_idx")
    row.output(0).get_tensor().add_names({"beam_idx"})
    graph.add_parameters([row])
    for name in past:
        port = graph.input(name)
        readers = port.get_target_inputs()
        chosen = opset13.gather(port, row, opset13.constant(0))
        for reader in readers:
            reader.replace_source_output(chosen.output(0))
    graph.validate_nodes_and_infer_types()
    apply_make_stateful_transformation(graph, {name: _new(name) for name in past})
    shape_of = opset13.shape_of(graph.input("input_ids"), output_type="i64")
    texts = opset13.gather(shape_of, opset13.constant([0]), opset13.constant(0))
    for node in graph.get_ops():
        if node.get_type_name() == "ReadValue":
            rest = [each.min_length for each in list(node.get_output_partial_shape(0))[1:]]
            shape = opset13.concat([texts, opset13.constant(numpy.array(rest, dtype=numpy.int64))], axis=0)
            nothing = opset13.constant(0.0, dtype=node.get_output_element_type(0))
            node.set_arguments([opset13.broadcast(nothing, shape)])
    graph.validate_nodes_and_infer_types()


def _new(name: str) -> str:
    return name.replace("past.", "present.")
