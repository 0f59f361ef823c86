"""A graph of ours as OpenVINO GenAI wants it: with logits of every token, and with a tokenizer beside it.

Reads one JSON object from its standard input (graph: a folder of ours, into: the folder to make) and prints {}.
"""

from __future__ import annotations

import json
import shutil
import sys
from pathlib import Path
from typing import Any

sys.modules["openvino_telemetry"] = None  # type: ignore[assignment]  # it would tell its makers

_FILE = "openvino_model.xml"
_ALONG = (".json", ".jinja", ".txt", ".model")


def main() -> None:
    """Make the folder."""
    import openvino
    from openvino_tokenizers import convert_tokenizer
    from transformers import AutoTokenizer

    asked = json.loads(sys.stdin.readline())
    graph, into = Path(asked["graph"]), Path(asked["into"])
    making = into.with_name(f".{into.name}")
    making.mkdir()
    for path in graph.iterdir():
        if path.suffix in _ALONG:
            shutil.copy2(path, making / path.name)
    model = openvino.Core().read_model(graph / _FILE)
    look_everywhere(model)
    openvino.save_model(model, making / _FILE, compress_to_fp16=False)
    tokenizer, back = convert_tokenizer(AutoTokenizer.from_pretrained(graph), with_detokenizer=True)
    openvino.save_model(tokenizer, making / "openvino_tokenizer.xml")
    openvino.save_model(back, making / "openvino_detokenizer.xml")
    making.rename(into)
    print("{}")


def look_everywhere(model: Any) -> None:
    """Take out the choice of places, so that there are logits of every token; GenAI chooses among them itself."""
    places = next(each for each in model.get_parameters() if "places" in each.output(0).get_names())
    seen, edge = set(), [places.output(0)]
    while edge:
        for reader in edge.pop().get_target_inputs():
            node = reader.get_node()
            if node.get_type_name() == "Gather":
                node.output(0).replace(node.input_value(0))
            elif node.get_name() not in seen:
                seen.add(node.get_name())
                edge += node.outputs()
    model.remove_parameter(places)
    model.validate_nodes_and_infer_types()


if __name__ == "__main__":
    main()
