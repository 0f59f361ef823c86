"""Who judges written answers, by what, on which scale."""

from __future__ import annotations

from dataclasses import dataclass

from kit.engines.openai.address import check_address, check_key_variable, is_address
from kit.errors import ParameterError
from kit.i18n import N_, _
from kit.spec import Spec, param

# Not translated: a judgement must not depend on the language of whoever started the run.
_CRITERIA = "How correct, complete and helpful is the answer? The right answer tells what it should say."


@dataclass(frozen=True, kw_only=True)
class JudgeSpec(Spec):
    """A model behind an OpenAI-compatible URL that gives each written answer a number."""

    made_by = "kit.JudgeSpec(url='http://127.0.0.1:8000/v1', model='…')"

    url: str = param(label=N_("URL"), help=N_("Of an OpenAI-compatible API, up to and including its /v1"), empty=False)
    model: str = param(label=N_("Model"), help=N_("Its name on that server"), empty=False)
    criteria: str = param(_CRITERIA, label=N_("Criteria"), help=N_("What a good answer is"), empty=False)
    lowest: int = param(1, label=N_("Lowest"), help=N_("The number for the worst answer"), low=0, high=1000)
    highest: int = param(10, label=N_("Highest"), help=N_("The number for the best answer"), low=1, high=1000)
    key_variable: str = param(
        "", label=N_("Key"), help=N_("Name of the environment variable that holds the key of the server, if it has one")
    )
    max_new_tokens: int = param(
        512, label=N_("New tokens"), help=N_("At most, for the reasons and the number"), low=1, high=32768
    )
    timeout_s: float = param(
        120.0, label=N_("Patience"), help=N_("How long the server may say nothing"), unit="s", above=0, high=3600
    )
    parallel: int = param(4, label=N_("At once"), help=N_("Answers judged at the same time"), low=1, high=256)

    def check(self) -> None:
        if not is_address(self.url):
            allowed = _("a URL, such as 'http://127.0.0.1:8000/v1'")
            raise ParameterError("url", self.url, allowed=allowed)
        check_address(self.url, parameter="url")
        check_key_variable(self.key_variable)
        if self.highest <= self.lowest:
            allowed = _("above lowest ({lowest})").format(lowest=self.lowest)
            raise ParameterError("highest", self.highest, allowed=allowed)
