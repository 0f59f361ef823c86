"""The page that asks for the token or the password."""

from __future__ import annotations

import htpy as h
from markupsafe import Markup

from kit.apps.gallery.frame import framed
from kit.i18n import _


def login_page(*, password: bool, guard: str, action: str, problem: str = "", theme: str = "light") -> str:
    """Return the page.

    Parameters
    ----------
    password : bool
        Is a password asked for, or a token?
    guard : str
        The hidden field that shows that the form is ours, as HTML.
    action : str
        Where the form goes.
    problem : str, default ""
        What was wrong with what was typed before.
    theme : {"light", "dark"}
        The look of the page.
    """
    asked = _("Password") if password else _("Token")
    about = _("The password is known to whoever serves the apps.")
    if not password:
        about = _("The token stands at the end of the address that whoever serves the apps was told.")
    return framed(
        _("Sign in"),
        h.main[
            h.section(".one")[
                h.h1[_("Sign in")],
                h.p(".mute")[about],
                h.p(".bad", role="alert")[problem] if problem else None,
                h.form(action=action, method="post")[
                    Markup(guard),
                    h.label(for_="password")[asked],
                    h.input(
                        "#password", type="password", name="password", autocomplete="current-password", autofocus=True
                    ),
                    h.button(type="submit")[_("Sign in")],
                ],
            ]
        ],
        theme=theme,
    )
