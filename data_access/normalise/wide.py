"""ADTTE and ADRS from a sheet with one row per patient, as study.toml maps it."""

from __future__ import annotations

from collections.abc import Mapping

import pyarrow as pa
import pyarrow.compute as pc

from data_access.findings import Finding, Rule, Severity
from data_access.normalise.naming import fold, spec_of
from data_access.rawtable import RawColumn, RawTable
from data_access.study.model import Study, WideResponse, WideTte

NO_COLUMN = Rule(
    "type-wide-column",
    Severity.REJECT,
    "study.toml takes an endpoint from a column that the sheet does not have",
    "Correct the column name in study.toml, or export the column.",
)
NO_CODE = Rule(
    "type-wide-code",
    Severity.REJECT,
    "An event column holds a value that study.toml calls neither event nor censored",
    "List the value under events or censored in study.toml.",
)
INCOMPLETE = Rule(
    "type-wide-incomplete",
    Severity.WARNING,
    "Patients without a time or without a status have no record of the endpoint",
    "Complete the sheet; these patients are counted in no estimate of this endpoint.",
)
RULES = (NO_COLUMN, NO_CODE, INCOMPLETE)

_TEXT = pa.large_string()


def wide_tables(
    study: Study, sheets: Mapping[str, RawTable]
) -> tuple[dict[str, list[RawTable]], list[Finding]]:
    """One raw table per mapped endpoint, keyed by ADTTE and ADRS.

    The tables carry standard column names (USUBJID, PARAMCD, PARAM, AVAL, AVALU, CNSR or AVALC) and
    the rows and lines of the sheet they came from.
    """
    made: dict[str, list[RawTable]] = {}
    findings: list[Finding] = []
    items: tuple[WideTte | WideResponse, ...] = (*study.wide_tte, *study.wide_response)
    for item in items:
        sheet = sheets.get(item.file)
        if sheet is None:
            continue  # a missing file is the exports reader's finding
        build = _Wide(study, sheet, findings)
        if isinstance(item, WideTte):
            table, domain = build.time_to_event(item), "ADTTE"
        else:
            table, domain = build.response(item), "ADRS"
        if table is not None:
            made.setdefault(domain, []).append(table)
    return made, findings


class _Wide:
    def __init__(self, study: Study, sheet: RawTable, findings: list[Finding]) -> None:
        self.study, self.sheet, self.findings = study, sheet, findings

    def _column(self, name: str, domain: str, key: str) -> pa.Array | None:
        for i, column in enumerate(self.sheet.columns):
            if fold(column.name) == fold(name):
                values = self.sheet.data.column(i).combine_chunks()
                return self._without_missing(values, name)
        line = self.study.text.line(key)
        self.findings.append(
            NO_COLUMN.finding(
                f"{self.sheet.source.name} has no column '{name}'"
                + (f", which {self.study.text.name} line {line} asks for." if line else "."),
                domain=domain,
                column=name,
            )
        )
        return None

    def _without_missing(self, values: pa.Array, name: str) -> pa.Array:
        if values.type != _TEXT:
            return values
        trimmed = pc.utf8_trim_whitespace(values)
        words = {"", *self.study.terms.missing, *self.study.terms.missing_by_column.get(name, ())}
        hit = pc.is_in(trimmed, pa.array(sorted(words), _TEXT))
        return pc.if_else(hit, pa.scalar(None, _TEXT), trimmed)

    def _subject(self, domain: str) -> tuple[RawColumn, pa.Array] | None:
        names = spec_of(self.study, "ADSL").columns.get("USUBJID", ("USUBJID",))
        for name in names:
            for i, column in enumerate(self.sheet.columns):
                if fold(column.name) == fold(name):
                    return column, self.sheet.data.column(i).combine_chunks()
        self._column(names[0], domain, "domains.adsl.columns.USUBJID")
        return None

    def _text(self, values: pa.Array) -> pa.Array:
        if values.type == _TEXT:
            return values
        listed = values.to_pylist()
        return pa.array([None if v is None else f"{v:.15g}" for v in listed], _TEXT)

    def time_to_event(self, item: WideTte) -> RawTable | None:
        key = f"tte.{item.paramcd}"
        subject = self._subject("ADTTE")
        time = self._column(item.time, "ADTTE", f"{key}.time")
        event = self._column(item.event, "ADTTE", f"{key}.event")
        if subject is None or time is None or event is None:
            return None
        status = self._text(event)
        is_event = pc.is_in(status, pa.array(item.event_values, _TEXT))
        is_censored = pc.is_in(status, pa.array(item.censored_values, _TEXT))
        known = pc.or_(is_event, is_censored)
        unknown = pc.and_(pc.is_valid(status), pc.invert(known))
        self._refuse_codes(item, status, unknown)
        whole = pc.and_(pc.is_valid(time), known)
        self._say_incomplete(item, pc.indices_nonzero(pc.invert(whole)))
        cnsr = pc.if_else(is_event, pa.scalar("0", _TEXT), pa.scalar("1", _TEXT))
        time_column = RawColumn("AVAL", "text" if time.type == _TEXT else "number")
        return self._table(
            item.paramcd,
            item.label,
            subject,
            [
                (time_column, time),
                (RawColumn("CNSR", "text"), cnsr),
                (RawColumn("AVALU", "text"), self._constant(item.unit)),
            ],
            pc.indices_nonzero(whole),
        )

    def _refuse_codes(self, item: WideTte, status: pa.Array, unknown: pa.Array) -> None:
        rows = pc.indices_nonzero(unknown.fill_null(False))
        if len(rows):
            shown = ", ".join(f"'{v[:30]}'" for v in pc.unique(status.take(rows)).to_pylist()[:4])
            self.findings.append(
                NO_CODE.finding(
                    f"{item.paramcd}: column '{item.event}' also holds {shown}.",
                    domain="ADTTE",
                    column=item.event,
                    places=[self.sheet.place(i.as_py(), item.event) for i in rows[:50]],
                    count=len(rows),
                )
            )

    def _say_incomplete(self, item: WideTte, rows: pa.Array) -> None:
        if len(rows):
            self.findings.append(
                INCOMPLETE.finding(
                    f"{item.paramcd}: {len(rows):,} of {self.sheet.rows:,} rows have no "
                    f"'{item.time}' or no '{item.event}' and give no record.",
                    domain="ADTTE",
                    places=[self.sheet.place(i.as_py()) for i in rows[:50]],
                    count=len(rows),
                )
            )

    def response(self, item: WideResponse) -> RawTable | None:
        subject = self._subject("ADRS")
        value = self._column(item.column, "ADRS", f"best_response.{item.paramcd}.column")
        if subject is None or value is None:
            return None
        columns = [(RawColumn("AVALC", "text"), self._text(value))]
        return self._table(
            item.paramcd, item.label, subject, columns, pc.indices_nonzero(pc.is_valid(value))
        )

    def _constant(self, value: str) -> pa.Array:
        return pa.array([value] * self.sheet.rows, _TEXT)

    def _table(
        self,
        paramcd: str,
        label: str,
        subject: tuple[RawColumn, pa.Array],
        values: list[tuple[RawColumn, pa.Array]],
        rows: pa.Array,
    ) -> RawTable:
        columns = [
            (RawColumn("USUBJID", subject[0].declared), subject[1]),
            (RawColumn("PARAMCD", "text"), self._constant(paramcd)),
            (RawColumn("PARAM", "text"), self._constant(label)),
            *values,
        ]
        arrays = [a.take(rows) for _, a in columns]
        return RawTable(
            dataset=paramcd,
            source=self.sheet.source,
            columns=tuple(c for c, _ in columns),
            data=pa.table(arrays, names=[c.name for c, _ in columns]),
            lines=self.sheet.lines.take(rows),
            has_lines=self.sheet.has_lines,
        )
