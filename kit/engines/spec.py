"""One thing to be compared: a model, perhaps an adapter, a quantization method, an engine."""

from __future__ import annotations

import copy
from dataclasses import dataclass

from kit.data import DataSpec
from kit.engines.combinations import combination
from kit.engines.homes import ENGINES, home
from kit.engines.openai.address import EXAMPLE, check_address, check_key_variable, is_address, place, suggestion
from kit.errors import ParameterError
from kit.i18n import N_, _
from kit.spec import Spec, param

REMOTE = "remote"  # stands for a method where a server holds the weights in its own way
_METHOD = "bf16"


@dataclass(frozen=True, kw_only=True)
class Variant(Spec):
    """A model as it would be deployed.

    Where `engine` is a URL, `model` is the name that the server gives it, and `method` is "remote": how the weights
    are held there is not ours to choose.
    """

    made_by = "kit.Variant(model='…', method='bf16')"

    model: str = param(
        label=N_("Model"),
        help=N_("Catalogue name, hub id, folder, GGUF file, package:NAME, run:ID or registry:NAME"),
        empty=False,
    )
    method: str = param(_METHOD, label=N_("Method"), help=N_("How the weights are held, such as bf16 or bnb-nf4"))
    engine: str = param(
        "",
        label=N_("Engine"),
        help=N_("What runs the model: follows from the method, or the URL of an OpenAI-compatible API"),
    )
    key_variable: str = param(
        "", label=N_("Key"), help=N_("Name of the environment variable that holds the key of the server, if it has one")
    )

    calibration: DataSpec | None = param(
        None,
        label=N_("Calibration data"),
        help=N_("Rows by which some methods choose how to round; never those that are measured"),
    )

    def __post_init__(self) -> None:
        if not self.engine:
            object.__setattr__(self, "engine", home(self.method))
        if is_address(self.engine) and self.method == _METHOD:  # the default for a server
            object.__setattr__(self, "method", REMOTE)
        super().__post_init__()

    def code(self, module: str = "kit") -> str:
        """Return Python that makes it; an engine that follows from the method is left out."""
        shown = copy.copy(self)
        if self.engine == home(self.method):
            object.__setattr__(shown, "engine", "")
        return super(Variant, shown).code(module)

    def check(self) -> None:
        if not self.remote:
            self._check_engine()
            if self.key_variable:
                raise ParameterError("key_variable", self.key_variable, allowed=_("left out where `engine` is no URL"))
            return
        check_address(self.engine)
        check_key_variable(self.key_variable)
        if self.method != REMOTE:
            fix = _("Leave `method` out; what the server does is chosen where it is started.")
            allowed = _("{remote!r} where `engine` is a URL").format(remote=REMOTE)
            raise ParameterError("method", self.method, allowed=allowed, fix=fix)

    def _check_engine(self) -> None:
        runs = home(self.method)
        if self.engine == runs:
            return
        if self.engine not in ENGINES:
            allowed = _("{engines}, or a URL such as {example!r}").format(engines=", ".join(ENGINES), example=EXAMPLE)
            raise ParameterError("engine", self.engine, allowed=allowed, fix=suggestion(self.engine))
        told = combination(self.method, self.engine)
        allowed = _("{engine!r}, which runs {method}").format(engine=runs, method=self.method)
        if told.reason:
            allowed += f" ({told.reason})"
        fix = _("Leave `engine` out, or choose another method: `tunebook doctor` lists what each engine runs.")
        if told.instead:
            fix = _("Leave `engine` out, or take {methods}, which {engine} runs.").format(
                methods=told.instead, engine=self.engine
            )
        raise ParameterError("engine", self.engine, allowed=allowed, fix=fix)

    @property
    def remote(self) -> bool:
        """Does a server run it, rather than this process?"""
        return is_address(self.engine)

    @property
    def name(self) -> str:
        """How tables and plots call it."""
        return f"{self.model} @ {place(self.engine)}" if self.remote else self.method
