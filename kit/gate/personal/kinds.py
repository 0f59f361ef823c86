"""The kinds of personal data that are looked for, as data: what a person calls them, and what stands in their place."""

from __future__ import annotations

import re
from dataclasses import dataclass

from kit.errors import UnknownNameError
from kit.i18n import N_, ngettext

ALL = "all"


@dataclass(frozen=True)
class Kind:
    """One kind of personal data.

    Parameters
    ----------
    one, many : str
        How it is counted, marked for translation: "{n} e-mail address".
    a : str
        One of it in a sentence, marked for translation: "an e-mail address".
    fixed : bool, default True
        Has it a form that can be told for sure? Names have none.
    """

    one: str
    many: str
    a: str
    fixed: bool = True


# Where two overlap, the one that stands first here is what it is.
KINDS: dict[str, Kind] = {
    "email": Kind(N_("{n} e-mail address"), N_("{n} e-mail addresses"), N_("an e-mail address")),
    "zh_id": Kind(N_("{n} Chinese identity number"), N_("{n} Chinese identity numbers"), N_("an identity number")),
    "iban": Kind(N_("{n} IBAN"), N_("{n} IBANs"), N_("an IBAN")),
    "mrn": Kind(N_("{n} medical record number"), N_("{n} medical record numbers"), N_("a medical record number")),
    "us_ssn": Kind(N_("{n} US social security number"), N_("{n} US social security numbers"), N_("a US SSN")),
    "uk_nhs": Kind(N_("{n} NHS number"), N_("{n} NHS numbers"), N_("an NHS number")),
    "national_id": Kind(N_("{n} national identity number"), N_("{n} national identity numbers"), N_("a national id")),
    "card": Kind(N_("{n} card number"), N_("{n} card numbers"), N_("a card number")),
    "birth_date": Kind(N_("{n} date of birth"), N_("{n} dates of birth"), N_("a date of birth")),
    "phone": Kind(N_("{n} phone number"), N_("{n} phone numbers"), N_("a phone number")),
    "ip": Kind(N_("{n} IP address"), N_("{n} IP addresses"), N_("an IP address")),
    "person": Kind(N_("{n} name"), N_("{n} names"), N_("a name"), fixed=False),
}

PLACEHOLDER = re.compile(r"<(?:" + "|".join(kind.upper() for kind in KINDS) + r")(?:_[0-9a-f]{10})?>")


def kinds_of(names: tuple[str, ...]) -> tuple[str, ...]:
    """Return the kinds that `names` ask for, in the order of the list; "all" asks for every one.

    Raises
    ------
    UnknownNameError
        There is no such kind.
    """
    for name in names:
        if name != ALL and name not in KINDS:
            raise UnknownNameError("personal", name, (ALL, *KINDS))
    return tuple(kind for kind in KINDS if ALL in names or kind in names)


def counted(kind: str, n: int) -> str:
    """Return "3 e-mail addresses"."""
    return ngettext(KINDS[kind].one, KINDS[kind].many, n).format(n=f"{n:,}")
