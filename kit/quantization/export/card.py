"""The README.md beside an export: what it is, how it was proven, what was measured. No number is made up."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

from kit.i18n import _
from kit.models import ModelCard
from kit.quantization.export.measured import Measured
from kit.version import version

_USES = {
    "safetensors": "```python\nfrom transformers import AutoModelForCausalLM, AutoTokenizer\n\n"
    'tokenizer = AutoTokenizer.from_pretrained("{name}")\n'
    'model = AutoModelForCausalLM.from_pretrained("{name}")\n```',
    "gguf": "```sh\nllama-server -m {file} --jinja\n```",
}
_USES["gptq"] = _USES["awq"] = _USES["safetensors"]


def write_card(folder: Path, note: dict[str, Any], base: ModelCard | None, measured: Measured | None) -> None:
    """Write README.md into `folder`.

    Parameters
    ----------
    note : dict
        What stands in ``tunebook-export.json``.
    base : ModelCard, optional
        Of the model before the method; None where it is not known.
    measured : Measured, optional
        What a run measured of the same variant.
    """
    parts = [
        _head(note, base),
        f"# {note['title']}",
        _what(note, base),
        _files(note),
        _use(folder, note),
        _proof(note["proof"]),
        _numbers(measured),
        _limits(note, measured),
    ]
    (folder / "README.md").write_text("\n\n".join(part for part in parts if part) + "\n", encoding="utf-8")


def _head(note: dict[str, Any], base: ModelCard | None) -> str:
    values: dict[str, Any] = {}
    if base is not None and base.licence != "unknown":
        values["license"] = base.licence.lower()
    if base is not None and base.hub_id:
        values["base_model"] = base.hub_id
        if note["bits"] < 16 or note["adapter"]:
            values["base_model_relation"] = "quantized" if note["bits"] < 16 else "finetune"
    if base is not None and base.languages:
        values["language"] = list(base.languages)
    values["tags"] = ["tunebook", note["format"], note["method"]]
    return f"---\n{yaml.safe_dump(values, sort_keys=False)}---"


def _what(note: dict[str, Any], base: ModelCard | None) -> str:
    told = _("{title} as {format}, held as `{method}` ({bits:g} bits for each weight of a linear layer).").format(
        title=base.title if base else note["model"],
        format=note["format"],
        method=note["method"],
        bits=note["bits"],
    )
    licence = base.licence if base and base.licence != "unknown" else _("not known; ask whoever published the base")
    rows = [
        (_("Base model"), (base.hub_id or base.name) if base else note["model"]),
        (_("Licence of the base"), licence),
        (_("Method"), note["method"]),
        (_("Size"), f"{note['bytes'] / 2**20:.1f} MiB"),
    ]
    if note["adapter"]:
        rows.insert(1, (_("Tuned by"), note["model"]))
    if note["calibration"]:
        rows.append((_("Calibrated on"), note["calibration"]))
    return told + "\n\n" + _table((_("Fact"), _("Value")), rows)


def _files(note: dict[str, Any]) -> str:
    rows = [(f"`{name}`", f"{file['bytes']:,}", f"`{file['sha256'][:16]}…`") for name, file in note["files"].items()]
    return f"## {_('Files')}\n\n" + _table((_("File"), _("Bytes"), "SHA-256"), rows)


def _use(folder: Path, note: dict[str, Any]) -> str:
    use = _USES.get(note["format"], "")
    if not use:
        return ""
    file = next((name for name in note["files"] if name.endswith(".gguf")), "")
    told = use.replace("{name}", note["name"]).replace("{file}", file)
    if (folder / "Modelfile").exists():
        told += f"\n\n```sh\nollama create {note['name'].lower()} -f Modelfile\n```"
    return f"## {_('Use')}\n\n{told}"


def _proof(proof: dict[str, Any]) -> str:
    reading, answers = proof["reading"], proof["answers"]
    lines = [
        _(
            "These files were opened again in {engine} and compared with the original before they got their name:"
        ).format(engine=proof["engine"]),
        "",
        "- " + _("{chats} chats are written with the same text.").format(**reading),
        "- " + _("{texts} texts become the same {tokens} tokens; special tokens are the same.").format(**reading),
        "- "
        + _(
            "At {places} places of the original's answers the likeliest token is the original's in {same_top:.1%}, and "
            "one that the original gives within {near_nats:g} nats of its best in {near_top:.1%}. Mean KL divergence "
            "there: {kld_mean:.4f} nats. (Below {floor:.0%} it would have been refused.)"
        ).format(**answers),
    ]
    return f"## {_('How it was proven')}\n\n" + "\n".join(lines)


def _numbers(measured: Measured | None) -> str:
    if measured is None:
        return ""
    on = _("{rows} rows of {data}").format(rows=measured.rows, data=Path(measured.data).name) if measured.data else ""
    machine = measured.machine
    where = ", ".join(
        str(each)
        for each in (
            machine.get("cpu"),
            _("{n} cores").format(n=machine["cores"]) if "cores" in machine else "",
            *(gpu.get("name", "") for gpu in machine.get("gpus") or ()),
        )
        if each
    )
    told = _("Measured in run {run}").format(run=measured.run)
    told += "".join(f", {each}" for each in (on, where) if each) + "."
    told += " " + _("± is an interval of 95%.")
    if measured.reference:
        told += " " + _("The reference is {reference}.").format(reference=measured.reference)
    return f"## {_('Measured')}\n\n{told}\n\n" + _table((_("What"), _("Value")), measured.table())


def _limits(note: dict[str, Any], measured: Measured | None) -> str:
    lines = []
    if note["origin_note"]:
        lines.append(note["origin_note"])
    if note["bits"] < 16:
        lines.append(_("Fewer bits lose something: compare it on your own task before you rely on it."))
    if measured is None:
        lines.append(_("Quality and speed of this export were not measured when it was made."))
    else:
        lines.append(_("Speed is that of the machine named above; another one differs."))
    lines += note["notes"]
    lines.append(_("Written by Tunebook {version}.").format(version=version()))
    return f"## {_('Limits')}\n\n" + "\n".join(f"- {line}" for line in lines)


def _table(head: tuple[str, ...], rows: list[Any]) -> str:
    lines = [" | ".join(head), " | ".join("---" for _each in head), *(" | ".join(map(str, row)) for row in rows)]
    return "\n".join(f"| {line} |" for line in lines)
