"""Routes by which JupyterLab's side panel, launcher and toolbar reach Tunebook, in the Jupyter server itself."""

from kit.lab.extension import _jupyter_server_extension_points, _load_jupyter_server_extension

__all__ = ["_jupyter_server_extension_points", "_load_jupyter_server_extension"]
