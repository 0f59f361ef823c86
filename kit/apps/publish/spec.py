"""What to publish, and where to."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from kit.errors import ParameterError
from kit.i18n import N_, _
from kit.spec import Spec, param


@dataclass(frozen=True, kw_only=True)
class PublishSpec(Spec):
    """Check a notebook and write it as a bundle that runs elsewhere."""

    carried_out_by = "kit.apps.publish.publish:publish"

    notebook: str = param(label=N_("Notebook"), help=N_("A file that ends with .ipynb"), empty=False)
    folder: str = param(".", label=N_("Folder"), help=N_("Where the folder of the bundle goes"), empty=False)
    name: str = param("", label=N_("Name"), help=N_("Of the bundle's folder; left empty, made from the notebook's"))
    timeout_s: float = param(
        600.0, label=N_("Patience"), help=N_("The longest that one cell may take"), unit="s", above=0, high=86_400
    )

    def check(self) -> None:
        if self.name and (self.name != Path(self.name).name or self.name.startswith(".") or "\0" in self.name):
            raise ParameterError("name", self.name, allowed=_("a plain name for a folder"))

    def look_ahead(self) -> None:
        if not self.notebook.endswith(".ipynb") or not os.path.isfile(self.notebook):
            raise ParameterError("notebook", self.notebook, allowed=_("a file that exists and ends with .ipynb"))
        if not os.path.isdir(self.folder):
            raise ParameterError("folder", self.folder, allowed=_("a folder that exists"))
        if not os.access(self.folder, os.W_OK):
            raise ParameterError("folder", self.folder, allowed=_("a folder that may be written to"))
