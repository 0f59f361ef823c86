"""What a person sees and can do at the data gate."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from kit._check import plain
from kit.data.spec import DataSpec
from kit.errors import KitError
from kit.gate.spec import GateSpec
from kit.i18n import _
from kit.widgets.gating.repair import RepairDesk
from kit.widgets.origin import panel_name


class DataDesk(RepairDesk):
    """Data, what is found in it, its rows, and what is repaired.

    Parameters
    ----------
    data, test : str, path, DataSpec, Dataset, DataFrame or None
    mapping : mapping of str to str
        Task and columns, where they are known.
    name : str, optional
        The panel's name; left out, made from the arguments.
    settings : mapping
        Fields of `GateSpec` beside data and test.
    """

    def __init__(
        self, data: Any, test: Any, mapping: Mapping[str, str], name: str | None, settings: dict[str, Any]
    ) -> None:
        settings = {key: plain(value) for key, value in settings.items()}
        any_data = DataSpec(source="?")
        given_test = None if test is None else any_data
        GateSpec.from_dict({"data": any_data, "test": given_test, **settings})  # what is wrong is refused here and now
        named = panel_name("DataPanel", name, {})
        super().__init__(named, data, test, mapping, settings)
        if name is None:
            given = {"data": self.source, "test": self.test_source, **settings}
            self.name = panel_name("DataPanel", None, given)
        self.title = _("Data")
        if not self.renew():
            self.remember()

    def data(self) -> DataSpec | None:
        """Return what the panel stands for: the cleaned data once it is used, else the data as it is mapped now."""
        if self.used is not None:
            return self.used
        try:
            return self.data_spec()
        except KitError:
            return None

    def hint(self) -> str:
        status = self.status
        return "" if status is None or status.over else _("waits for the data to be checked")

    def as_spec_value(self) -> DataSpec:
        """Return what the panel stands for.

        Raises
        ------
        KitError
            There is no data, or no column is named for what the task needs.
        """
        return self.used if self.used is not None else self.data_spec()
