"""``tunebook export``: write a model out for whoever runs it, proven to be what it was."""

from __future__ import annotations

import argparse
import os
from typing import Any

from kit.cli.start import add_watching, watch
from kit.data import DataSpec
from kit.engines import Variant
from kit.i18n import _
from kit.jobs import find_run, start
from kit.quantization.export import ExportSpec
from kit.quantization.export.formats import FORMATS
from kit.spec import needs_of


def add(commands: Any, common: argparse.ArgumentParser) -> None:
    """Add the command to the parser."""
    parser = commands.add_parser(
        "export", parents=[common], help=_("write a model as GGUF, ONNX, OpenVINO, safetensors, GPTQ or AWQ")
    )
    parser.add_argument("model", metavar=_("MODEL"), help=_("a model, or the run that tuned one (run:ID)"))
    parser.add_argument("--method", default="bf16", help=_("how weights are held, such as gguf-q4_k_m (bf16)"))
    parser.add_argument("--format", default="", choices=("", *FORMATS), help=_("follows from the method"))
    parser.add_argument("--folder", default="", help=_("where to; must be empty or not there yet (the run's own)"))
    parser.add_argument("--calibration", metavar=_("DATA"), help=_("rows by which some methods choose how to round"))
    parser.add_argument("--chats", metavar=_("DATA"), help=_("questions to compare answers on (some of ours)"))
    parser.add_argument("--results", metavar=_("ID"), help=_("the run that measured it, for the model card"))
    parser.add_argument("--no-modelfile", action="store_true", help=_("write no Modelfile for Ollama"))
    parser.add_argument("--no-card", action="store_true", help=_("write no README.md"))
    add_watching(parser)
    parser.set_defaults(do=_export)


def _export(options: argparse.Namespace) -> int:
    spec = ExportSpec(
        variant=Variant(model=options.model, method=options.method, calibration=_rows(options.calibration)),
        format=options.format,
        folder=os.path.abspath(options.folder) if options.folder else "",
        chats=_rows(options.chats),
        modelfile=not options.no_modelfile,
        card=not options.no_card,
        results=find_run(options.results).id if options.results else "",
    )
    spec.look_ahead()  # a folder that is taken, or a package that is missing, is told before there is a run
    if not options.now:
        spec.check_room(needs_of(spec))
    run = start(spec, now=options.now)
    code = watch(run, options.detach)
    if run.status.over and code == 0:
        print(run.result.facts["path"])
    return code


def _rows(source: str | None) -> DataSpec | None:
    return DataSpec(source=source) if source else None
