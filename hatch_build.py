"""Put the JupyterLab extension, built, and the template notebooks into the packages that people install.

A wheel holds the extension under ``share/jupyter/labextensions``, so that installing needs no Node and no build of
JupyterLab; a source distribution holds the output, so that a wheel made from it needs no build either. A development
install goes without: there ``make labextension`` builds it and links it to where it is built, and the templates are
those of the working tree.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

_OUTPUT = "kit/labextension"
_SHARED = "share/jupyter/labextensions/tunebook"


class PackingHook(BuildHookInterface):
    """Builds the extension if need be and adds it, and the templates, to what is packed."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Build the extension before files are gathered; `version` is "editable" for a development install."""
        if version == "editable":
            return
        root = Path(self.root)
        subprocess.run([sys.executable, str(root / "labextension" / "build.py")], check=True)
        if self.target_name == "wheel":
            build_data["shared_data"][_OUTPUT] = _SHARED
            build_data["shared_data"]["labextension/install.json"] = f"{_SHARED}/install.json"
            # One by one, since a folder that is named goes in whole, checkpoints of open notebooks included.
            for path in sorted((root / "notebooks").glob("*.ipynb")):
                build_data["force_include"][f"notebooks/{path.name}"] = f"kit/notebooks/{path.name}"
        else:
            build_data["artifacts"].append(f"/{_OUTPUT}/")
