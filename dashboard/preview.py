"""A cut that is not stored: the tables of an import, for derivations before anything is written."""

from __future__ import annotations

from datetime import date

import pandas as pd

from data_access.frames import to_frame
from data_access.store import Staged
from data_access.study.model import Study


class Preview:
    """The staged cut as `Analysis` reads it. Values are shared and must not be changed."""

    def __init__(self, staged: Staged) -> None:
        self._staged = staged
        self._frames: dict[str, pd.DataFrame] = {}

    @property
    def study(self) -> Study:
        return self._staged.study

    @property
    def cut_date(self) -> date:
        return self._staged.cut_date

    @property
    def domains(self) -> tuple[str, ...]:
        return tuple(self._staged.tables)

    def frame(self, domain: str) -> pd.DataFrame:
        """A domain. KeyError when absent."""
        if domain not in self._frames:
            self._frames[domain] = to_frame(self._staged.tables[domain])
        return self._frames[domain].copy(deep=False)

    @property
    def feature_tables(self) -> tuple[str, ...]:
        return tuple(self._staged.features)

    def features(self, id_: str) -> pd.DataFrame:
        """A feature table or its taxonomy. KeyError when absent."""
        return to_frame(self._staged.features[id_])
