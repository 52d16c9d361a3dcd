"""What a conformance rule is given: the typed frames of one export and what surrounds them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from data_access.findings import MAX_LISTED, Finding, Place, Rule, Severity
from data_access.schema import DOMAINS, Kind
from data_access.study.model import Study

#: Columns that say where a row comes from, and the person column of ADSL: no clinical content.
PROVENANCE = ("_file", "_row")
PERSON = "_person"


@dataclass(frozen=True, slots=True)
class Previous:
    """The cut this export follows: its frames as they were stored."""

    cut_id: str
    cut_date: date
    frames: Mapping[str, pd.DataFrame]


@dataclass(frozen=True, slots=True)
class Context:
    """One export as the rules see it.

    `frames` holds one typed frame per domain (text: string with NaN for missing; numbers: float64;
    dates: datetime64[s]) with the columns `_file` and `_row`. `line_based` says of each file
    whether `_row` counts lines (delimited text) or records. `today` is the day of import.
    """

    study: Study
    cut_date: date
    today: date
    frames: Mapping[str, pd.DataFrame]
    line_based: Mapping[str, bool]
    previous: Previous | None = None

    def frame(self, domain: str, *columns: str) -> pd.DataFrame | None:
        """The frame of a domain when it is there, has rows and has all of `columns`."""
        frame = self.frames.get(domain)
        if frame is None or frame.empty or not set(columns) <= set(frame.columns):
            return None
        return frame

    def with_columns(self, *columns: str) -> Iterable[tuple[str, pd.DataFrame]]:
        """Every domain that has rows and all of `columns`, in the order of the schema."""
        for domain in [*DOMAINS, *(d for d in self.frames if d not in DOMAINS)]:
            frame = self.frame(domain, *columns)
            if frame is not None:
                yield domain, frame

    def subjects(self, column: str) -> pd.Series | None:
        """A column of ADSL by USUBJID (the first row of a patient), or None when absent."""
        adsl = self.frame("ADSL", "USUBJID", column)
        if adsl is None:
            return None
        known = adsl[["USUBJID", column]].dropna(subset="USUBJID").drop_duplicates("USUBJID")
        return known.set_index("USUBJID")[column]

    def of_subject(self, domain: str, column: str) -> pd.Series | None:
        """A column of ADSL laid along the rows of `domain`, positionally aligned with its frame."""
        frame = self.frame(domain, "USUBJID")
        values = self.subjects(column)
        if frame is None or values is None:
            return None
        laid = values.reindex(frame["USUBJID"])
        laid.index = frame.index
        return laid


#: Above this many rows, the ones to list are picked before they are sorted.
_MANY = 5_000

Check = Callable[[Context], Iterable[Finding]]


def kind_of(context: Context, domain: str, column: str) -> Kind | None:
    """How a column is read: as study.toml states, else as the schema does, else by its type.

    Words that split patients into groups count as codes wherever they come from. None for the
    columns that are not of the export.
    """
    if column in PROVENANCE or column == PERSON:
        return None
    spec = context.study.domains.get(domain)
    if spec is not None and column in spec.kinds:
        return Kind(spec.kinds[column])
    known = DOMAINS[domain].column(column) if domain in DOMAINS else None
    kind = known.kind if known else _kind_of_type(context.frames.get(domain), column)
    if kind is Kind.TEXT and domain == "ADSL" and column in _grouping(context.study):
        return Kind.CODE
    return kind


def _kind_of_type(frame: pd.DataFrame | None, column: str) -> Kind:
    if frame is None or column not in frame:
        return Kind.TEXT
    if pd.api.types.is_datetime64_any_dtype(frame[column]):
        return Kind.DATE
    return Kind.NUMBER if pd.api.types.is_numeric_dtype(frame[column]) else Kind.TEXT


def _grouping(study: Study) -> set[str]:
    """Columns whose values split patients into groups."""
    columns = {f.column for f in study.filters if f.kind == "category"}
    columns |= {s.column for s in study.sets if s.column}
    if study.backbones:
        columns.add(study.backbones.column)
    return columns


def columns_of(context: Context, domain: str, *kinds: Kind) -> list[str]:
    """The columns of a domain that are read as one of `kinds`."""
    frame = context.frames[domain]
    return [c for c in frame.columns if kind_of(context, domain, str(c)) in kinds]


@dataclass(frozen=True, slots=True)
class Hits:
    """The rows of one domain that a rule points at."""

    context: Context
    domain: str
    frame: pd.DataFrame
    index: np.ndarray  # positions, ascending

    @property
    def rows(self) -> int:
        return len(self.index)

    def __bool__(self) -> bool:
        return self.rows > 0

    def patients(self) -> tuple[str, ...]:
        """The patients concerned, sorted."""
        if "USUBJID" not in self.frame:
            return ()
        ids = self.frame["USUBJID"].iloc[self.index].dropna().unique()
        return tuple(sorted(str(i) for i in ids))

    def places(self, column: str | None = None) -> tuple[Place, ...]:
        """Where the rows stand, by file and row; no more than a finding lists."""
        if not set(PROVENANCE) <= set(self.frame.columns):
            return ()
        where = self.frame[list(PROVENANCE)].iloc[self.index]
        if len(where) > _MANY:  # the first rows of the first file, without sorting all
            first = where[(where["_file"] == where["_file"].min()).to_numpy(dtype=bool)]
            where = first.nsmallest(MAX_LISTED, "_row") if len(first) >= MAX_LISTED else where
        listed = where.sort_values(list(PROVENANCE)).head(MAX_LISTED)
        return tuple(
            self._place(str(file), int(row), column) for file, row in listed.itertuples(index=False)
        )

    def _place(self, file: str, row: int, column: str | None) -> Place:
        if self.context.line_based.get(file, False):
            return Place(file, line=row, column=column)
        return Place(file, row=row, column=column)

    def told(self, noun: str, verb: str = "") -> str:
        """`65 adverse events of 38 patients start`; `verb` is "starts|start". A row of ADSL is a
        patient, who is not counted again."""
        patients = 0 if self.domain == "ADSL" else len(self.patients())
        of = f" of {counted(patients, 'patient')}" if patients else ""
        single, _, several = verb.partition("|")
        said = single if self.rows == 1 else (several or single)
        return f"{counted(self.rows, noun)}{of} {said}".strip()

    def finding(
        self,
        rule: Rule,
        sentence: str,
        *,
        column: str | None = None,
        severity: Severity | None = None,
        remedy: str | None = None,
    ) -> Finding:
        """A finding of `rule` at these rows, with their number as its count."""
        return rule.finding(
            sentence,
            severity=severity,
            remedy=remedy,
            domain=self.domain,
            column=column,
            patients=self.patients(),
            places=self.places(column),
            count=self.rows,
        )


def hits(context: Context, domain: str, mask: pd.Series | np.ndarray) -> Hits:
    """The rows of `domain` where the positionally aligned boolean `mask` holds (NaN: no)."""
    frame = context.frames[domain]
    if isinstance(mask, pd.Series):
        mask = mask.to_numpy(dtype=bool, na_value=False)
    return Hits(context, domain, frame, np.flatnonzero(mask))


def among(values: pd.Series[str], known: pd.Series[str]) -> pd.Series[bool]:
    """Which of `values` are among `known`; a missing one is not. `Series.isin` turns every one of
    many known texts into an object first."""
    inside = pc.is_in(pa.array(values, from_pandas=True), pa.array(known.dropna()))
    return pd.Series(inside.to_numpy(zero_copy_only=False), index=values.index, dtype=bool)


def counted(number: int, noun: str) -> str:
    """`1 record`, `2 records`, `1,200 records`; `patient|patients` names an odd plural."""
    single, _, several = noun.partition("|")
    return f"{number:,} {single if number == 1 else several or single + 's'}"


def listed(values: Iterable[str], limit: int = 5) -> str:
    """`"a", "b" and 3 more`: some values as a sentence shows them."""
    values = [f'"{v}"' for v in values]
    if len(values) > limit:
        return f"{', '.join(values[:limit])} and {len(values) - limit} more"
    return " and ".join(filter(None, [", ".join(values[:-1]), *values[-1:]]))


#: What one row of a domain is called in a sentence.
NOUNS = {
    "ADSL": "patient record",
    "ADRS": "response record",
    "ADTR": "tumour measurement",
    "ADTTE": "time-to-event record",
    "ADAE": "adverse event",
    "ADEX": "exposure record",
    "ADLB": "laboratory record",
    "ADIM": "immune cell record",
    "ADTB": "tumour tissue record",
    "ADMB": "microbiome record",
}


def noun(domain: str) -> str:
    return NOUNS.get(domain, f"{domain} record")
