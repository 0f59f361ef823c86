"""Routes by which JupyterLab's side panel, launcher and toolbar reach Tunebook, in the Jupyter server itself."""

from kit.lab.extension import _jupyter_server_extension_points as _jupyter_server_extension_points
from kit.lab.extension import _load_jupyter_server_extension as _load_jupyter_server_extension

__all__: list[str] = []
