"""What an app's notebook runs: the plain way, with the model in the kernel, and ours, which asks the service."""

from __future__ import annotations

import textwrap

PLAIN = textwrap.dedent(
    """
    import ipywidgets, torch
    from transformers import AutoModelForCausalLM, AutoTokenizer
    tokenizer = AutoTokenizer.from_pretrained({folder!r})
    model = AutoModelForCausalLM.from_pretrained({folder!r}, dtype=torch.bfloat16)
    box = ipywidgets.Textarea()
    def ask(text, new_tokens):
        asked = [{{"role": "user", "content": text}}]
        ids = tokenizer.apply_chat_template(asked, add_generation_prompt=True, return_tensors="pt", return_dict=True)
        with torch.inference_mode():
            out = model.generate(**ids, do_sample=False, min_new_tokens=new_tokens, max_new_tokens=new_tokens)
        print(out.shape[1] - ids["input_ids"].shape[1])
    """
)
OURS = textwrap.dedent(
    """
    import kit
    panel = kit.Playground({model!r})
    page = panel.widget  # as it is shown
    from kit.widgets.asking.question import Question
    def ask(text, new_tokens):
        body = {{"model": {model!r}, "messages": [{{"role": "user", "content": text}}], "max_tokens": new_tokens,
                "temperature": 0, "ignore_eos": True, "stream_options": {{"include_usage": True}}}}
        told = Question(body).start().wait()
        assert told.state == "done", told
        print(told.tokens)
    """
)


def plain(folder: str) -> str:
    """Return the notebook of the plain way, with the model in `folder`."""
    return PLAIN.format(folder=folder)


def ours(model: str) -> str:
    """Return the notebook of our way: the panel, and the way in which it asks."""
    return OURS.format(model=model)


def question(visitor: int, turn: int, new_tokens: int) -> str:
    """Return the code that asks a question nobody has asked before."""
    text = f"{visitor}.{turn}: tell what a bank does in town number {visitor * 100 + turn}."
    return f"ask({text!r}, {new_tokens})"
