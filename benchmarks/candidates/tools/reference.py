"""The next tokens that Transformers expects after some texts, all of the vocabulary.

Reads one JSON object from its standard input (model, dtype, into, and positions, or texts, new_tokens and every), and
prints one: "positions" (token ids of each text), "texts" (the same as text), "words" (the likeliest tokens of each as
text). The log-probabilities, a row for each position, are written to the file `into`.

Without positions, each text is a question: the model answers it greedily, and a position is what had been said after
each `every` tokens. A position whose text is not read back as the same tokens is left out, since some servers take text
only.
"""

from __future__ import annotations

import json
import sys
from typing import Any

LIKELIEST = 20


def main() -> None:
    """Answer what is asked."""
    import numpy
    import torch
    from transformers import AutoModelForCausalLM, AutoTokenizer

    asked = json.loads(sys.stdin.readline())
    tokenizer = AutoTokenizer.from_pretrained(asked["model"])
    model = AutoModelForCausalLM.from_pretrained(asked["model"], dtype=getattr(torch, asked["dtype"])).eval()
    positions = asked.get("positions") or found(model, tokenizer, asked)
    with torch.inference_mode():
        last = [model(torch.tensor([ids]), logits_to_keep=1).logits[0, -1] for ids in positions]
        rows = [torch.log_softmax(each.double(), -1) for each in last]
    table = torch.stack(rows)
    numpy.save(asked["into"], table.float().numpy())
    words = [
        {str(token): tokenizer.decode([token], skip_special_tokens=True) for token in row}
        for row in table.topk(LIKELIEST).indices.tolist()
    ]
    texts = [tokenizer.decode(ids) for ids in positions]
    print(json.dumps({"positions": positions, "texts": texts, "words": words}))


def found(model: Any, tokenizer: Any, asked: dict[str, Any]) -> list[list[int]]:
    """Return what stands before each token that is compared."""
    import torch

    positions = []
    for text in asked["texts"]:
        chat = [{"role": "user", "content": text}]
        ids = tokenizer.apply_chat_template(chat, add_generation_prompt=True, return_dict=True)["input_ids"]
        limits = {"max_new_tokens": asked["new_tokens"], "do_sample": False}
        with torch.inference_mode():
            whole = model.generate(torch.tensor([ids]), **limits)[0].tolist()
        reached = range(len(ids), len(whole), asked["every"])
        positions += [whole[:length] for length in reached if same(tokenizer, whole[:length])]
    return positions


def same(tokenizer: Any, ids: list[int]) -> bool:
    """Are these tokens what their text is read as?"""
    return bool(tokenizer(tokenizer.decode(ids))["input_ids"] == ids)


if __name__ == "__main__":
    main()
