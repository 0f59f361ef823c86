"""How Voila is set up for apps, as its command line says it. Pure: nothing is started here.

The token is not among the arguments, since every user of the machine can read the arguments of a process.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

from kit.apps.gallery.entry import check_notebook
from kit.errors import ParameterError
from kit.i18n import _

THEMES = ("light", "dark")
_OUR_LABEXTENSION = "tunebook"  # a side panel of JupyterLab has no place in an app; Voila would load it


def voila_arguments(
    notebooks: Path | Sequence[Path],
    *,
    ip: str,
    port: int,
    theme: str = "light",
    cull_after_s: int = 600,
    cull_every_s: int = 60,
    preheat: int = 0,
) -> list[str]:
    """Return the command line for Voila to serve `notebooks`.

    Parameters
    ----------
    notebooks : Path or sequence of Path
        The notebooks; the folder of each becomes the working folder of its kernels.
    ip : str
        The address to listen at.
    port : int
        The port to listen at, 1 to 65535; when it is taken, Voila ends.
    theme : {"light", "dark"}, default "light"
        The look of the page.
    cull_after_s : int, default 600
        A kernel whose page is closed ends when it was idle for so many seconds. The request by which a closing page
        ends its kernel is refused by Voila (it carries no XSRF token), so without this every visit would leave a
        kernel behind. A kernel with an open page is kept: its panels would go dead under the visitor's eyes.
    cull_every_s : int, default 60
        How often idle kernels are looked for, in seconds.
    preheat : int, default 0
        How many kernels of each notebook wait, all cells run, for the next visitors. What cells print is of the time
        when they ran; panels look anew.

    Raises
    ------
    ParameterError
        A value is outside its range.
    KitError
        There is no such notebook.
    """
    paths = [notebooks] if isinstance(notebooks, Path) else list(notebooks)
    for path in paths:
        check_notebook(path)
    if theme not in THEMES:
        raise ParameterError("theme", theme, allowed=_("one of ") + ", ".join(map(repr, THEMES)))
    if not 1 <= port <= 65535:
        raise ParameterError("port", port, allowed=_("a whole number from 1 to 65535"))
    for name, seconds in (("cull_after_s", cull_after_s), ("cull_every_s", cull_every_s)):
        if seconds < 1:
            raise ParameterError(name, seconds, allowed=_("a whole number, at least 1"))
    if not 0 <= preheat <= 100:
        raise ParameterError("preheat", preheat, allowed=_("a whole number from 0 to 100"))
    return [
        *_served(paths),
        "--no-browser",  # Voila would open its address without the token
        f"--Voila.ip={ip}",
        f"--Voila.port={port}",
        "--Voila.port_retries=0",
        "--Voila.log_level=WARN",
        "--VoilaConfiguration.strip_sources=True",
        "--VoilaConfiguration.show_tracebacks=False",
        "--VoilaConfiguration.allow_template_override=NOTEBOOK",  # visitors would name any that is installed
        f"--VoilaConfiguration.theme={theme}",
        f"--VoilaConfiguration.extension_denylist={_OUR_LABEXTENSION}",
        f"--MappingKernelManager.cull_idle_timeout={cull_after_s}",
        f"--MappingKernelManager.cull_interval={cull_every_s}",
        "--MappingKernelManager.cull_connected=False",
        *([f"--VoilaConfiguration.preheat_kernel={bool(preheat)}", f"--pool_size={preheat}"] if preheat else []),
        *_encryption(),
    ]


def _served(paths: list[Path]) -> list[str]:
    """Return what Voila serves: a notebook, or the folder that holds all of them, of which it shows no list."""
    if len(paths) == 1:
        return [str(paths[0].resolve())]
    root = os.path.commonpath([path.resolve().parent for path in paths])
    return [f"--Voila.root_dir={root}", "--ContentsManager.allow_hidden=True"]  # an environment may lie in .venv


def _encryption() -> list[str]:
    """Return what keeps the traffic between server and kernels secret, where Jupyter is new enough to do so.

    Without it, everybody on the machine who can listen to its sockets could read along, and each kernel says so.
    """
    import zmq
    from jupyter_client.manager import KernelManager

    able = zmq.has("curve") and hasattr(KernelManager, "transport_encryption")
    return ["--KernelManager.transport_encryption=auto"] if able else []
