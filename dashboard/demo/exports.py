"""Write the synthetic study as the exports of its three cuts (CSV, UTF-8, ISO dates)."""

from __future__ import annotations

import csv
import shutil
from collections.abc import Callable, Sequence
from functools import cache
from io import StringIO
from pathlib import Path

from dashboard.demo.cohort import cohort
from dashboard.demo.dosing import exposure
from dashboard.demo.events import events, modification_events
from dashboard.demo.known import Known, Record, known
from dashboard.demo.labs import laboratory_events, labs
from dashboard.demo.life import Life, lives
from dashboard.demo.measurements import adim, adlb, admb, adtb, features, taxonomy
from dashboard.demo.samples import samples
from dashboard.demo.subjects import adae, adex, adsl
from dashboard.demo.tables import Row, adrs, adtr, adtte
from dashboard.demo.truth import CUTS, STUDY_ID

STUDY_TOML = Path(__file__).with_name("study.toml")
README = f"""SYNTHETIC DATA

Every record in this folder was made by a random number generator for the demonstration of
Interim ({STUDY_ID}). No patient, site, sponsor or result behind it is real, and no number in it
says anything about inosine or any other drug.
"""
_TABLES: dict[str, Callable[[Known], Sequence[Row]]] = {
    "adrs": adrs,
    "adtr": adtr,
    "adtte": adtte,
    "adae": adae,
    "adex": adex,
    "adlb": adlb,
    "adim": adim,
    "adtb": adtb,
    "admb": admb,
}


def _record(life: Life) -> Record:
    doses = exposure(life)
    values = labs(life, doses, modification_events(life, doses))
    found = events(life, doses, laboratory_events(life, values))
    return Record(life.person, life, doses, tuple(found), tuple(values), tuple(samples(life)))


@cache
def records() -> tuple[Record, ...]:
    """The whole simulated trial, made once per process."""
    people = cohort()
    by_id = {life.person.usubjid: life for life in lives(people)}
    out = []
    for person in people:
        life = by_id.get(person.usubjid)
        if life is None:
            out.append(Record(person))
            continue
        out.append(_record(life))
    return tuple(out)


def _csv(rows: Sequence[Row]) -> str:
    """Columns in order of first appearance over all rows; missing is empty."""
    columns = list(dict.fromkeys(name for row in rows for name in row))
    out = StringIO()
    writer = csv.DictWriter(out, columns, restval="", lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()


@cache
def export(cut: int) -> dict[str, str]:
    """Name and text of every file of cut 1, 2 or 3."""
    if cut not in range(1, len(CUTS) + 1):
        raise ValueError(f"the demo has cuts 1 to {len(CUTS)}, not {cut}")
    people = known(list(records()), cut - 1)
    files = {"adsl.csv": _csv([adsl(p) for p in people])}
    for name, rows in _TABLES.items():
        files[f"{name}.csv"] = _csv([row for p in people for row in rows(p)])
    files["features.csv"] = _csv(features(people))
    files["taxonomy.csv"] = _csv(taxonomy())
    return files


def write_exports(folder: Path, *, cut: int | None = None) -> None:
    """Write `folder`/cut-1 .. cut-3 (or only `cut`) and study.toml, with a README in each."""
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    for number in range(1, len(CUTS) + 1) if cut is None else (cut,):
        place = folder / f"cut-{number}"
        place.mkdir(exist_ok=True)
        for name, text in export(number).items():
            (place / name).write_text(text, encoding="utf-8", newline="")
        (place / "README.txt").write_text(README, encoding="utf-8", newline="")
    (folder / "README.txt").write_text(README, encoding="utf-8", newline="")
    shutil.copyfile(STUDY_TOML, folder / "study.toml")
