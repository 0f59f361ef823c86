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
    import kit, json
    panel = kit.RunsPanel()
    from kit.service import ensure
    service = ensure(load=({model!r},))
    import http.client, urllib.parse
    place = urllib.parse.urlsplit(service.url)
    def ask(text, new_tokens):
        door = http.client.HTTPConnection(place.hostname, place.port)
        body = {{"model": {model!r}, "messages": [{{"role": "user", "content": text}}], "max_tokens": new_tokens,
                "temperature": 0, "ignore_eos": True}}
        headers = {{**service.headers, "Content-Type": "application/json", "X-Tunebook-Visitor": {visitor!r}}}
        door.request("POST", "/v1/chat/completions", json.dumps(body), headers)
        print(json.loads(door.getresponse().read())["usage"]["completion_tokens"])
    """
)


def plain(folder: str) -> str:
    """Return the notebook of the plain way, with the model in `folder`."""
    return PLAIN.format(folder=folder)


def ours(model: str, visitor: int) -> str:
    """Return the notebook of our way, for one visitor."""
    return OURS.format(model=model, visitor=f"visitor-{visitor}")


def question(visitor: int, turn: int, new_tokens: int) -> str:
    """Return the code that asks a question nobody has asked before."""
    text = f"{visitor}.{turn}: tell what a bank does in town number {visitor * 100 + turn}."
    return f"ask({text!r}, {new_tokens})"
