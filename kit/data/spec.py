"""Which rows, what is done with them, and which columns count."""

from __future__ import annotations

from dataclasses import dataclass

from kit.data.origin.address import check_address
from kit.data.template import columns_in
from kit.errors import ParameterError
from kit.i18n import N_, _
from kit.spec import Spec, param

TASKS = ("classify", "choose", "answer", "chat", "continue")
WRITTEN = ("answer", "chat")  # the tasks whose answers are written, not chosen


@dataclass(frozen=True, kw_only=True)
class DataSpec(Spec):
    """Rows of a task: where they are and which columns count."""

    made_by = "kit.load_data('file.csv')"

    source: str = param(
        label=N_("Data"),
        help=N_("A bundled dataset, a file, a saved Hugging Face folder, hf://owner/name, or a database's address"),
        empty=False,
    )
    task: str = param(
        "classify",
        label=N_("Task"),
        help=N_(
            "Give a label, choose among the row's own choices, write an answer, go on in a conversation, or continue "
            "plain text"
        ),
        choices=TASKS,
    )
    text: str = param(
        "text",
        label=N_("Text column"),
        help=N_("The column with the text or question, or with the turns of a conversation"),
        empty=False,
    )
    template: str = param(
        "",
        label=N_("Template"),
        help=N_("Text made of several columns, such as Age: {age}; job: {job}; the text column is then not read"),
    )
    label: str = param(
        "label",
        label=N_("Label column"),
        help=N_("The column with the right answer; not used where a conversation or plain text goes on"),
        empty=False,
    )
    choices: str = param(
        "choices", label=N_("Choices column"), help=N_("A list of texts in each row, to choose from"), empty=False
    )
    context: str = param(
        "",
        label=N_("Context column"),
        help=N_("What to read before the question, or what a conversation's system says; left empty, there is none"),
    )
    columns: tuple[str, ...] = param(
        (), label=N_("Further columns"), help=N_("Kept with each row, to look at groups of rows later")
    )
    instruction: str = param(
        "", label=N_("Instruction"), help=N_("What the model is told to do; left empty, it names the labels")
    )
    labels: tuple[str, ...] = param(
        (), label=N_("Labels"), help=N_("All allowed answers, in order; left empty, those found in the data")
    )
    split: str = param("all", label=N_("Part"), help=N_("Which part of the rows"), choices=("all", "train", "test"))
    test_share: float = param(
        0.2, label=N_("Share of test rows"), help=N_("Used when part is train or test"), above=0, high=0.9
    )
    limit: int | None = param(
        None, label=N_("Rows at most"), help=N_("A seeded sample with the same share of each label"), low=1
    )
    seed: int = param(0, label=N_("Seed"), help=N_("Of the split and the sample"), low=0, high=2**31 - 1)
    encoding: str = param(
        "auto", label=N_("Encoding"), help=N_("Of a text file; auto finds it out and says so"), empty=False
    )
    query: str = param(
        "", label=N_("Query"), help=N_("Of a database: one SELECT that returns the rows, in a fixed order")
    )
    password_variable: str = param(
        "", label=N_("Password variable"), help=N_("Environment variable that holds the password of the database")
    )

    @property
    def roles(self) -> dict[str, str]:
        """The columns that make a question and its answer, by the parameter that names them."""
        names = {} if self.template else {"text": self.text}
        if self.task not in ("chat", "continue"):
            names["label"] = self.label
        if self.task == "choose":
            names["choices"] = self.choices
        if self.context:
            names["context"] = self.context
        return names

    @property
    def wanted(self) -> tuple[str, ...]:
        """Every column that is read, each once."""
        return tuple(dict.fromkeys((*self.templated, *self.roles.values(), *self.columns)))

    @property
    def templated(self) -> tuple[str, ...]:
        """The columns that the template names, each once."""
        return columns_in(self.template) if self.template else ()

    def check(self) -> None:
        check_address(self.source, query=self.query, password_variable=self.password_variable)
        self._check_template()
        taken: dict[str, str] = {}
        for role, column in self.roles.items():
            if column in taken:
                raise ParameterError(role, column, allowed=_("another column than {role}").format(role=taken[column]))
            taken[column] = role
        self._check_labels()
        if self.task == "continue":
            for name in ("context", "instruction"):
                if getattr(self, name):
                    raise ParameterError(name, getattr(self, name), allowed=_("left out: plain text is read as it is"))
        if any(not column.strip() for column in self.columns) or len(set(self.columns)) < len(self.columns):
            raise ParameterError("columns", self.columns, allowed=_("a list that names each column once"))

    def _check_template(self) -> None:
        if self.template and self.task == "chat":
            raise ParameterError("template", self.template, allowed=_("left out: a conversation holds its own turns"))
        for role, column in self.roles.items():
            if column in self.templated and role != "context":
                allowed = _("one without {{{column}}}, which {role} names: the answer must not stand in the question")
                raise ParameterError("template", self.template, allowed=allowed.format(column=column, role=role))

    def _check_labels(self) -> None:
        if self.labels and self.task != "classify":
            allowed = _("left out for the task {task}: only classify has labels").format(task=self.task)
            raise ParameterError("labels", self.labels, allowed=allowed)
        if any(not label.strip() or label != label.strip() for label in self.labels):
            raise ParameterError("labels", self.labels, allowed=_("words without blanks around them"))
        if len(self.labels) == 1 or len(set(self.labels)) < len(self.labels):
            raise ParameterError("labels", self.labels, allowed=_("at least two different labels"))
