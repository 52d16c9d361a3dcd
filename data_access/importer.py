"""From a folder of exports and a study.toml to a cut, or to the findings that forbid it."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from data_access.checks import Context, Previous, run_checks
from data_access.checks.copies import compare_copies
from data_access.digest import canonical
from data_access.features import feature_tables, shared_samples, unlinked_samples
from data_access.findings import DataError, Finding, Rule, Severity, in_order
from data_access.frames import to_frame
from data_access.normalise import Normalised, normalise
from data_access.normalise.derived import derived_tables
from data_access.rawtable import RawTable
from data_access.readers.exports import Collection, collect
from data_access.schema import REQUIRED_DOMAINS
from data_access.store import Cut, CutStore, Staged
from data_access.study import load_study
from data_access.study.model import Study
from data_access.study.parse import check_against

NO_ADSL = Rule(
    "import-no-adsl",
    Severity.REJECT,
    "There is no subject-level dataset",
    "Export ADSL (one row per patient), or say in study.toml which file holds it: "
    '[files] adsl = "patients.csv".',
    answers=(12,),
)
CUT_DATE = Rule(
    "import-cut-date",
    Severity.WARNING,
    "No cut date was stated; the newest date in the data is used",
    "State it: --cut-date YYYY-MM-DD, or cut_date in study.toml.",
)
NO_DATES = Rule(
    "import-no-dates",
    Severity.WARNING,
    "No cut date was stated and the data hold no dates; the day of the import is used",
    "State it: --cut-date YYYY-MM-DD, or cut_date in study.toml.",
)
SAME = Rule(
    "import-same-cut",
    Severity.NOTE,
    "These exports are already stored as this cut; nothing was written again",
    "Nothing to do.",
    answers=(87,),
)
FUTURE_CUT = Rule(
    "import-cut-in-future",
    Severity.REJECT,
    "The cut date has not come yet",
    "Correct the cut date.",
)
PREVIOUS_DAMAGED = Rule(
    "import-previous-damaged",
    Severity.ERROR,
    "An earlier cut is damaged, so changes since then could not be looked for",
    "Import the exports of that cut again: the same files put it right.",
)
UNREADABLE = Rule(
    "import-unreadable",
    Severity.REJECT,
    "A file or folder cannot be read",
    "Give the importing user the right to read it, and check that it is a file.",
)
RULES = (UNREADABLE, PREVIOUS_DAMAGED, NO_ADSL, CUT_DATE, NO_DATES, SAME, FUTURE_CUT)

Progress = Callable[[str], None]


def _silent(_: str) -> None:
    return None


@dataclass(frozen=True, slots=True)
class ImportResult:
    """What became of an import. `cut` is None when it was refused, or only checked.

    `staged` is the cut that was or would be written; None when the exports were refused.
    """

    study: Study | None
    findings: tuple[Finding, ...]
    cut: Cut | None = None
    created: bool = False
    staged: Staged | None = None

    @property
    def refused(self) -> bool:
        return any(f.severity is Severity.REJECT for f in self.findings)


def import_exports(
    exports: Path,
    study: Path,
    *,
    store: CutStore,
    cut_date: date | None = None,
    progress: Progress = _silent,
    now: datetime | None = None,
    version: str = "",
) -> ImportResult:
    """Read, type, check and store. Refused input changes nothing in the store.

    `now` is the moment of the import (UTC) and bounds what can have happened yet.
    Raises nothing for bad input: refusals are findings of severity reject.
    """
    job = _Import(exports, study, cut_date, store, now or datetime.now(UTC), progress)
    staged = job.run()
    if staged is None:
        return ImportResult(job.study, in_order(job.findings))
    progress("Writing the cut")
    try:
        cut, created = store.write(staged, imported_at=job.now, version=version)
    except DataError as error:
        return ImportResult(job.study, in_order([*job.findings, *error.findings]))
    if not created:
        job.findings.append(SAME.finding(f"The exports give cut {cut.id[:12]}, imported before."))
    return ImportResult(job.study, in_order(job.findings), cut, created, staged)


def check_exports(
    exports: Path,
    study: Path,
    *,
    store: CutStore | None = None,
    cut_date: date | None = None,
    progress: Progress = _silent,
    now: datetime | None = None,
) -> ImportResult:
    """The findings `import_exports` would give; writes nothing."""
    job = _Import(exports, study, cut_date, store, now or datetime.now(UTC), progress)
    staged = job.run()
    return ImportResult(job.study, in_order(job.findings), staged=staged)


class _Import:
    """One import under way: what it has found so far, and the cut it would write."""

    def __init__(  # noqa: PLR0917 - private, called twice, above
        self,
        exports: Path,
        study: Path,
        stated: date | None,
        store: CutStore | None,
        now: datetime,
        progress: Progress,
    ) -> None:
        self.exports, self.path, self.stated = exports, study, stated
        self.store, self.now, self.progress = store, now, progress
        self.study: Study | None = None
        self.findings: list[Finding] = []

    def run(self) -> Staged | None:
        """The staged cut, or None when something in `findings` forbids it."""
        try:
            self.study = load_study(self.path)
            return self._prepare(self.study)
        except DataError as error:
            self.findings += [f for f in error.findings if f not in self.findings]
            return None
        except OSError as error:
            self._add([UNREADABLE.finding(f"{_file_of(error)}: {error.strerror}.")])
            return None

    def _prepare(self, study: Study) -> Staged:
        collection = collect(self.exports, study, progress=self.progress)
        self._add(collection.findings)
        made, said = derived_tables(study, collection.domains, collection.sheets)
        self._add(said)
        tables = {**collection.domains, **made}
        self._add(check_against(study, tables, collection.sheets))
        missing = [d for d in REQUIRED_DOMAINS if d not in tables]
        if missing and not self._refused():
            self._add([_no_adsl(collection)])
        self._stop_if_refused()
        self.progress("Typing the columns")
        normal = normalise(study, tables, collection.sheets)
        self._add(normal.findings)
        features, seen = feature_tables(study, collection.sheets)
        self._add(seen)
        self._add(unlinked_samples(features, normal.tables.get("ADMB")))
        self._add(shared_samples(features, normal.tables.get("ADMB")))
        self._stop_if_refused()
        day = self._cut_date(study, normal.tables)
        self.progress("Checking the records")
        previous = self._previous(study, day)
        self._add(
            self._checks(
                study, day, [*tables.values(), *collection.sheets.values()], normal, previous
            )
        )
        self._stop_if_refused()
        self.progress("Ordering and fingerprinting the records")
        return Staged.of(
            study,
            day,
            {d: canonical(t) for d, t in normal.tables.items()},
            features={k: canonical(t) for k, t in features.items()},
            sources=collection.sources,
            findings=in_order(self.findings),
            parent=previous.id if previous else None,
        )

    def _add(self, findings: Iterable[Finding]) -> None:
        self.findings += findings

    def _refused(self) -> bool:
        return any(f.severity is Severity.REJECT for f in self.findings)

    def _stop_if_refused(self) -> None:
        if self._refused():
            raise DataError(*self.findings)

    def _cut_date(self, study: Study, tables: Mapping[str, pa.Table]) -> date:
        today = self.now.date()
        stated = self.stated or study.cut_date
        if stated is not None:
            if stated > today:
                self._add([FUTURE_CUT.finding(f"The cut date {stated} is after today, {today}.")])
            self._stop_if_refused()
            return stated
        newest = [d for t in tables.values() for d in _newest(t, today)]
        if not newest:
            self._add([NO_DATES.finding(f"The cut date is taken to be {today}.")])
            return today
        day = max(newest)
        said = f"The cut date is taken to be {day}, the newest record."
        self._add([CUT_DATE.finding(said)])
        return day

    def _previous(self, study: Study, day: date) -> Cut | None:
        if self.store is None:
            return None
        for summary in self.store.cuts(study.id):
            if summary.damaged is None and summary.cut_date and summary.cut_date <= day:
                try:
                    return self.store.open(study.id, summary.id)
                except DataError as error:
                    # A damaged cut must not stand in the way of importing it again.
                    why = error.findings[0].sentence
                    self._add([PREVIOUS_DAMAGED.finding(f"Cut {summary.id[:12]}: {why}")])
        return None

    def _checks(
        self,
        study: Study,
        day: date,
        raw: Iterable[RawTable],
        normal: Normalised,
        previous: Cut | None,
    ) -> list[Finding]:
        frames = {d: to_frame(t, provenance=True) for d, t in normal.tables.items()}
        before = None
        if previous is not None:
            kept = {d: previous.frame(d) for d in previous.domains}
            before = Previous(previous.id, previous.cut_date, kept)
        line_based = {t.source.name: t.has_lines for t in raw}
        context = Context(
            study=study,
            cut_date=day,
            today=self.now.date(),
            frames=frames,
            line_based=line_based,
            previous=before,
        )
        findings = list(run_checks(context))
        for domain, table in normal.copies.items():
            copies = to_frame(table, provenance=True)
            findings += compare_copies(domain, copies, frames["ADSL"], line_based=line_based)
        return findings


def _file_of(error: OSError) -> str:
    """Name (never the full path) of the file an OSError is about, safe to print."""
    name = Path(os.fsdecode(error.filename)).name if error.filename else "A file"
    return name.encode("utf-8", "backslashreplace").decode()


def _no_adsl(collection: Collection) -> Finding:
    found = ", ".join(sorted(s.name for s in collection.sources)) or "no readable file"
    return NO_ADSL.finding(f"No ADSL among: {found}.", domain="ADSL")


def _newest(table: pa.Table, today: date) -> list[date]:
    found = []
    for column in table.columns:
        if pa.types.is_date32(column.type):
            latest = pc.max(column.filter(pc.less_equal(column, pa.scalar(today)))).as_py()
            if latest is not None:
                found.append(latest)
    return found
