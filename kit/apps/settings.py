"""How Voila is set up for an app, as its command line says it. Pure: nothing is started here.

The token is not among the arguments, since every user of the machine can read the arguments of a process.
"""

from __future__ import annotations

from pathlib import Path

from kit.errors import KitError, ParameterError
from kit.i18n import _

THEMES = ("light", "dark")
_OUR_LABEXTENSION = "tunebook"  # a side panel of JupyterLab has no place in an app; Voila would load it


def voila_arguments(
    notebook: Path, *, ip: str, port: int, theme: str = "light", cull_after_s: int = 600, cull_every_s: int = 60
) -> list[str]:
    """Return the command line for Voila to serve `notebook`.

    Parameters
    ----------
    notebook : Path
        The notebook; its folder becomes the working folder of the kernels.
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

    Raises
    ------
    ParameterError
        A value is outside its range.
    KitError
        There is no such notebook.
    """
    _check_notebook(notebook)
    if theme not in THEMES:
        raise ParameterError("theme", theme, allowed=_("one of ") + ", ".join(map(repr, THEMES)))
    if not 1 <= port <= 65535:
        raise ParameterError("port", port, allowed=_("a whole number from 1 to 65535"))
    for name, seconds in (("cull_after_s", cull_after_s), ("cull_every_s", cull_every_s)):
        if seconds < 1:
            raise ParameterError(name, seconds, allowed=_("a whole number, at least 1"))
    return [
        str(notebook.resolve()),
        "--no-browser",  # Voila would open its address without the token
        f"--Voila.ip={ip}",
        f"--Voila.port={port}",
        "--Voila.port_retries=0",
        "--Voila.log_level=WARN",
        "--VoilaConfiguration.strip_sources=True",
        "--VoilaConfiguration.show_tracebacks=False",
        f"--VoilaConfiguration.theme={theme}",
        f"--VoilaConfiguration.extension_denylist={_OUR_LABEXTENSION}",
        f"--MappingKernelManager.cull_idle_timeout={cull_after_s}",
        f"--MappingKernelManager.cull_interval={cull_every_s}",
        "--MappingKernelManager.cull_connected=False",
        *_encryption(),
    ]


def _encryption() -> list[str]:
    """Return what keeps the traffic between server and kernels secret, where Jupyter is new enough to do so.

    Without it, everybody on the machine who can listen to its sockets could read along, and each kernel says so.
    """
    import zmq
    from jupyter_client.manager import KernelManager

    able = zmq.has("curve") and hasattr(KernelManager, "transport_encryption")
    return ["--KernelManager.transport_encryption=auto"] if able else []


def _check_notebook(notebook: Path) -> None:
    if notebook.is_file() and notebook.suffix == ".ipynb":
        return
    folder = notebook if notebook.is_dir() else notebook.parent
    there = sorted(path.name for path in folder.glob("*.ipynb")) if folder.is_dir() else []
    if notebook.is_dir():
        problem = _("{notebook} is a folder; an app is one notebook.")
    elif notebook.exists():
        problem = _("{notebook} is no notebook: its name must end with .ipynb.")
    else:
        problem = _("There is no notebook {notebook}.")
    fix = _("In {folder} there are: {names}.").format(folder=folder, names=", ".join(there)) if there else ""
    raise KitError(problem.format(notebook=notebook), fix=fix or _("Give the path of a file that ends with .ipynb."))
