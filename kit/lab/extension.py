"""How a Jupyter server takes Tunebook in. Light: what speaks HTTP is imported when a server asks for it."""

from __future__ import annotations

from typing import Any

LABEXTENSION = "tunebook"


def _jupyter_server_extension_points() -> list[dict[str, str]]:
    return [{"module": "kit.lab"}]


def _load_jupyter_server_extension(app: Any) -> None:
    from kit.lab.handler import BOOK
    from kit.lab.root import Root
    from kit.lab.routes import routes
    from kit.lab.runs import RunBook
    from kit.lab.watch import EndWatch

    web = app.web_app
    folder = getattr(app.contents_manager, "root_dir", "") or web.settings["server_root_dir"]
    web.settings[BOOK] = RunBook(Root(folder))
    web.add_handlers(".*$", routes(web.settings["base_url"]))
    app.io_loop.add_callback(EndWatch(web.settings[BOOK], app.event_logger, app.log).start)
    _keep_out_of_apps(app.config)


def _keep_out_of_apps(config: Any) -> None:
    """Let Voila, where it serves apps beside JupyterLab, leave our side panel out of them."""
    voila = config.VoilaConfiguration
    if isinstance(voila.get("extension_denylist", []), list):
        voila.extension_denylist = [*voila.get("extension_denylist", []), LABEXTENSION]
