"""Are the packages that Tunebook needs, and those that it can do more with, installed in versions that fit?"""

from __future__ import annotations

from dataclasses import dataclass
from importlib import metadata

from kit.i18n import N_, _
from kit.lack import Lack, installed, range_words, requirements

# What people get from each extra.
GIVES = {
    "dask": N_("searches and sweeps on several machines"),
    "data": N_("personal data, duplicates by meaning, languages, Excel files and SQL queries in the data gate"),
    "dev": N_("what testing and building Tunebook takes"),
    "engines": N_("llama.cpp, ONNX Runtime and OpenVINO beside Transformers, and more ways of holding weights"),
    "harness": N_("tasks of lm-evaluation-harness, as other work reports them"),
    "mlflow": N_("runs and versions of models shared in MLflow"),
    "search": N_("the automatic search for model, method and settings"),
    "torchao": N_("methods of torchao, and tuning that knows them beforehand"),
    "verticals": N_("baselines, graphs and rules for the notebooks on finance, medicine and manufacturing"),
}


@dataclass(frozen=True)
class Need:
    """One package that Tunebook needs: the versions that fit, and the one installed (None: missing)."""

    name: str
    wanted: str
    found: str | None
    fits: bool


@dataclass(frozen=True)
class Extra:
    """What can be added to Tunebook: what it gives, what it takes, and the lack of it, if any."""

    name: str
    gives: str
    needs: tuple[Need, ...]

    @property
    def lack(self) -> Lack | None:
        """What is missing or does not fit, as one; None when all is there."""
        wrong = [need for need in self.needs if not need.fits]
        if not wrong:
            return None
        names = ", ".join(f"{need.name} {need.found}" if need.found else need.name for need in wrong)
        reason = _("missing or in other versions: {names}").format(names=names)
        return Lack(reason, f"pip install 'tunebook[{self.name}]'", wrong[0].name)


def needs(extra: str = "") -> list[Need]:
    """Return every package that Tunebook, or one of its extras, needs on this machine."""
    found = []
    for wanted in requirements(extra):
        here = installed(wanted.name)
        fits = here is not None and wanted.specifier.contains(here, prereleases=True)
        found.append(Need(wanted.name, range_words(wanted), here, fits))
    return found


def extras() -> list[Extra]:
    """Return what can be added to Tunebook, by name."""
    try:
        names = metadata.metadata("tunebook").get_all("Provides-Extra") or []
    except metadata.PackageNotFoundError:
        return []
    return [Extra(name, _(GIVES[name]) if name in GIVES else "", tuple(needs(name))) for name in sorted(names)]
