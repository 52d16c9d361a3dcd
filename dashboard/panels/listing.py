"""The listing of patients: one line each, sorted and searched on the server, a page at a time."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from dashboard.analysis import Analysis
from dashboard.listing import COLUMNS, EVERYBODY, ROWS, SHOWN, Arranged, page_of
from dashboard.metrics.cohort import Cohort, in_order
from dashboard.metrics.columns import floats, strings
from dashboard.metrics.lanes import ENDED, ON_TREATMENT, Lane
from dashboard.metrics.patient_listing import Ints, sorted_rows, times_of
from dashboard.metrics.response import BEST_ORDER, RESPONSE
from dashboard.metrics.types import number
from dashboard.panels.common import common
from dashboard.panels.swimmer import UNKNOWN
from dashboard.patient_keys import PatientKeys
from dashboard.patient_names import shared_prefix
from dashboard.people import lanes_of, once, table_of, time_of
from dashboard.results import View
from dashboard.words import backbone_labels, said
from data_access.study.model import Study

Json = Mapping[str, Any]
#: worst grade from which an event is severe on either scale
SEVERE = 3


def listing(view: View, about: str = "") -> Json:
    """One page of the patients of the selection; every patient in order of id without `about`.

    `about` is an `Arranged` as JSON.
    """
    people = people_of(view)
    members = members_of(view)
    whole = not about
    asked = Arranged() if whole else Arranged(**json.loads(about))
    facets = {name: people.shown(name, members) for name in people.facets}
    found = people.search(asked.find, facets.get(asked.shown, members))
    order = people.order(asked, found)
    walked = people.search(asked.find, facets.get(asked.shown, members), ids=False)
    page, pages = page_of(asked.page, order.size)
    rows = order if whole else order[(page - 1) * ROWS : page * ROWS]
    return {
        **common(view),
        "rows": [people.line(r, view.keys) for r in rows.tolist()],
        "columns": people.columns,
        "asked": asdict(asked),
        "matching": int(order.size),
        # then the search stays out of the address: it would say who is meant
        "by_id": walked.size < found.size,
        "page": page,
        "pages": pages,
        "everyone": "" if pages == 1 else people.keys(order, view.keys),
        "shown": {name: int(rows.size) for name, rows in facets.items()},
        "offered": people.facets,
        **people.known,
    }


def neighbours(view: View, asked: Arranged, usubjid: str) -> Json:
    """Who stands before and after a patient in the listing as it is searched and narrowed, and
    where it stands; in that of the whole selection, for a patient outside the narrowed one."""
    people = people_of(view)
    members = members_of(view)
    facet = people.shown(asked.shown, members) if asked.shown in people.facets else members
    at = int(np.searchsorted(people.cohort.usubjid, usubjid))
    narrowed = people.search(asked.find, facet, ids=False)
    inside = at in narrowed
    ordered = people.order(asked, narrowed if inside else members).tolist()
    said = {
        "order": asked.order,
        "shown": asked.shown if inside else EVERYBODY,
        "find": asked.find if inside else "",
        "n": len(ordered),
    }
    if at not in ordered:
        return {**said, "at": None, "before": None, "after": None}
    place = ordered.index(at)

    def named(k: int) -> dict[str, str] | None:
        if not 0 <= k < len(ordered):
            return None
        return people.name(ordered[k], view.keys)

    return {
        **said,
        "at": place + 1,
        "before": named(place - 1),
        "after": named(place + 1),
    }


def members_of(view: View) -> Ints:
    """Rows of the patients of the selection, by USUBJID."""
    return np.flatnonzero(view.analysis.cohort.mask(view.members.patients)).astype(np.int64)


def people_of(view: View) -> People:
    """Everybody of the cut under the view's rules, made once: no filter changes a patient."""
    analysis, rules = view.analysis, view.selection.rules
    return once(analysis, f"people {rules}", lambda: People(analysis, rules))


class People:
    """The patients of a cut with their words; rows are those of the cohort."""

    def __init__(self, analysis: Analysis, rules: str) -> None:
        self.analysis = analysis
        self.rules = rules
        self.cohort: Cohort = analysis.cohort
        self.study: Study = analysis.cut.study
        self.table = table_of(analysis)
        self.lanes = lanes_of(analysis, rules)
        self.pfs, self.pfs_event = times_of(self.cohort, time_of(analysis, "PFS", rules))
        self.os, self.os_event = times_of(self.cohort, time_of(analysis, "OS", rules))
        self._rows = in_order(analysis.adsl, self.cohort)
        self._prefix = len(shared_prefix(self.cohort.patients))

    # --- what the export offers ------------------------------------------------------------------

    @cached_property
    def columns(self) -> list[str]:
        """Columns the export can fill, in reading order."""
        adsl, lanes, table = self.analysis.adsl.columns, self.lanes, self.table
        backbones = self.study.backbones
        known = {
            "backbone": backbones is not None and backbones.column in adsl,
            "line": lanes.prior_column is not None,
            "age": "AGE" in adsl,
            "sex": "SEX" in adsl,
            "ecog": "ECOGBL" in adsl,
            "site": "SITEID" in adsl,
            "best": lanes.responses_known,
            "change": table.change is not None,
            "start": lanes.doses_known,
            "days": lanes.doses_known and lanes.end_known,
            "status": lanes.end_known,
            "pfs": bool(np.isfinite(self.pfs).any()),
            "os": bool(np.isfinite(self.os).any()),
            "death": bool({"DTHDT", "DTHFL"} & set(adsl)),
            "grade": table.harm is not None and table.harm.scale is not None,
            "serious": table.harm is not None and table.harm.serious is not None,
            "samples": bool(table.samples),
        }
        return [c for c in COLUMNS if known.get(c, True)]

    @cached_property
    def facets(self) -> list[str]:
        """Ways to narrow the list that the export can tell apart."""
        has = set(self.columns)
        needs = {
            "on": "status",
            "off": "status",
            "responders": "best",
            "severe": "grade",
            "serious": "serious",
            "died": "death",
        }
        known = {"progressed": self.analysis.assessments.paramcd is not None}
        return [s for s in SHOWN if known.get(s, s not in needs or needs[s] in has)]

    @cached_property
    def known(self) -> dict[str, Any]:
        """What headings and words need to know about the export."""
        harm = self.table.harm
        return {
            "prior_column": self.lanes.prior_column,
            "confirmed": self.analysis.responses.source_confirmed is not None,
            "scale": None if harm is None else harm.scale,
            "backbone_label": self.study.backbones.label if self.study.backbones else None,
            "backbones": [{"id": i, "label": w} for i, w in backbone_labels(self.study).items()],
            "kinds": list(self.table.samples),
            "due_known": {k: c.due is not None for k, c in self.table.samples.items()},
            "rules": self.rules,
        }

    # --- who -------------------------------------------------------------------------------------

    def shown(self, name: str, rows: Ints) -> Ints:
        """The rows of one facet."""
        test = self._tests.get(name)
        return rows if test is None else rows[test[rows]]

    @cached_property
    def _tests(self) -> dict[str, Any]:
        lanes, harm, n = self.lanes.lanes, self.table.harm, self.cohort.n

        def every(test: Callable[[Lane], bool]) -> Any:
            return np.fromiter((test(lane) for lane in lanes), np.bool_, n)

        found: dict[str, Any] = {
            "on": every(lambda lane: lane.state == ON_TREATMENT),
            "off": every(lambda lane: lane.state == ENDED),
            "responders": every(lambda lane: lane.best in RESPONSE),
            "progressed": every(lambda lane: lane.day_of("PD") is not None),
            "died": ~np.isnat(self.cohort.died_on) | every(lambda lane: lane.death_undated),
        }
        if harm is not None:
            found["severe"] = harm.worst >= SEVERE
            if harm.serious is not None:
                found["serious"] = harm.serious > 0
        return found

    def search(self, words: str, rows: Ints, *, ids: bool = True) -> Ints:
        """Rows whose patient, drug, group, site or reason holds every word; `ids` False leaves
        the patient's id out."""
        wanted = words.casefold().split()
        if not wanted:
            return rows
        names, held = self._ids, self._searched
        keep = [
            r for r in rows.tolist() if all(w in held[r] or (ids and w in names[r]) for w in wanted)
        ]
        return np.array(keep, dtype=np.int64)

    @cached_property
    def _ids(self) -> list[str]:
        return [u.casefold() for u in self.cohort.patients]

    @cached_property
    def _searched(self) -> list[str]:
        """What a search looks at beside the ids, by row of the cohort."""
        labels, sites = backbone_labels(self.study), self.stated("SITEID")
        groups = [labels.get(g) if g else None for g in self._groups]
        reasons = [self.reason(row) for row in range(self.cohort.n)]
        held = zip(self._drugs, groups, sites, reasons, strict=True)
        return [" ".join(h for h in each if h).casefold() for each in held]

    # --- values ----------------------------------------------------------------------------------

    def stated(self, column: str) -> list[str | None]:
        """A column of ADSL as text, by row of the cohort."""
        if column not in self._stated:
            if column not in self._rows.columns:
                self._stated[column] = [None] * self.cohort.n
            elif pd.api.types.is_numeric_dtype(self.analysis.adsl[column]):
                values = floats(self._rows, column).tolist()
                self._stated[column] = [None if np.isnan(v) else f"{v:g}" for v in values]
            else:
                values = strings(self._rows, column).tolist()
                self._stated[column] = [None if pd.isna(v) else str(v) for v in values]
        return self._stated[column]

    @cached_property
    def _stated(self) -> dict[str, list[str | None]]:
        return {}

    @cached_property
    def _drugs(self) -> list[str | None]:
        backbones = self.study.backbones
        return [None] * self.cohort.n if backbones is None else self.stated(backbones.column)

    @cached_property
    def _groups(self) -> list[str | None]:
        backbones = self.study.backbones
        return [None if backbones is None else backbones.primary(v) or None for v in self._drugs]

    def reason(self, row: int) -> str | None:
        """Why treatment ended, in words."""
        value = self.lanes.lanes[row].reason
        return None if value is None else said(self.study, "DCTREAS", value)

    def study_reason(self, row: int) -> str | None:
        value = self.lanes.lanes[row].study_reason
        return None if value is None else said(self.study, "DCSREAS", value)

    def keys(self, rows: Ints, keys: PatientKeys) -> str:
        """The keys of some patients with a space between."""
        return " ".join(keys.key(str(u)) for u in self.cohort.usubjid[rows])

    def name(self, row: int, keys: PatientKeys) -> dict[str, str]:
        """The key of a patient, and the id as people say it."""
        usubjid = str(self.cohort.usubjid[row])
        return {"key": keys.key(usubjid), "id": usubjid[self._prefix :]}

    def line(self, row: int, keys: PatientKeys) -> dict[str, Any]:
        """One patient as JSON values."""
        lane, table = self.lanes.lanes[row], self.table
        backbones = self.study.backbones
        drug = self._drugs[row]
        harm = table.harm
        grade = None if harm is None else int(harm.worst[row])
        return {
            **self.name(row, keys),
            "usubjid": lane.usubjid,
            "backbone": self._groups[row] or UNKNOWN,
            "drug": said(self.study, backbones.column, drug) if backbones and drug else None,
            "line": lane.prior,
            "age": self.stated("AGE")[row],
            "sex": self._said("SEX", row),
            "ecog": self._said("ECOGBL", row),
            "site": self.stated("SITEID")[row],
            "best": lane.best,
            "change": None if table.change is None else number(table.change[row]),
            "start": None if lane.start_date is None else lane.start_date.isoformat(),
            "days": lane.days,
            "state": lane.state,
            "reason": self.reason(row),
            "study_reason": self.study_reason(row),
            "study_reason_code": lane.study_reason,
            "pfs": number(self.pfs[row]),
            "pfs_event": bool(self.pfs_event[row]),
            "os": number(self.os[row]),
            "os_event": bool(self.os_event[row]),
            "death": lane.day_of("DEATH"),
            "death_undated": lane.death_undated,
            "grade": grade,
            "events": None if harm is None else int(harm.events[row]),
            "serious": None if harm is None or harm.serious is None else int(harm.serious[row]),
            "samples": {
                kind: [int(c.usable[row]), None if c.due is None else int(c.due[row])]
                for kind, c in table.samples.items()
            },
        }

    def _said(self, column: str, row: int) -> str | None:
        value = self.stated(column)[row]
        return None if value is None else said(self.study, column, value)

    # --- order -----------------------------------------------------------------------------------

    def order(self, asked: Arranged, rows: Ints) -> Ints:
        """`rows` in the order asked for; a column the export lacks leaves them by patient."""
        column = asked.column if asked.column in self.columns else "patient"
        return sorted_rows(self._keys(column), rows, descending=asked.descending)

    def _keys(self, column: str) -> Sequence[object]:
        return getattr(self, f"_by_{column}")()  # type: ignore[no-any-return]

    def _by_patient(self) -> Sequence[object]:
        return self.cohort.patients

    def _by_backbone(self) -> Sequence[object]:
        place = {g: i for i, g in enumerate(backbone_labels(self.study))}
        pairs = zip(self._groups, self._drugs, strict=True)
        return [None if g not in place else (place[g], d or "") for g, d in pairs]

    def _by_line(self) -> Sequence[object]:
        return [_natural(lane.prior) for lane in self.lanes.lanes]

    def _by_age(self) -> Sequence[object]:
        return [number(v) for v in floats(self._rows, "AGE").tolist()]

    def _by_sex(self) -> Sequence[object]:
        return self.stated("SEX")

    def _by_ecog(self) -> Sequence[object]:
        return [_natural(v) for v in self.stated("ECOGBL")]

    def _by_site(self) -> Sequence[object]:
        return [_natural(v) for v in self.stated("SITEID")]

    def _by_best(self) -> Sequence[object]:
        ranks = {term: i for i, term in enumerate(BEST_ORDER)}
        return [ranks.get(lane.best) for lane in self.lanes.lanes]

    def _by_change(self) -> Sequence[object]:
        change = self.table.change
        return [None] * self.cohort.n if change is None else [number(v) for v in change.tolist()]

    def _by_start(self) -> Sequence[object]:
        return [lane.start_date for lane in self.lanes.lanes]

    def _by_days(self) -> Sequence[object]:
        return [lane.days for lane in self.lanes.lanes]

    def _by_status(self) -> Sequence[object]:
        states = ("on treatment", "ended", "not stated", "not dosed")
        reasons = (self.reason(r) or self.study_reason(r) or "" for r in range(self.cohort.n))
        pairs = zip(self.lanes.lanes, reasons, strict=True)
        return [(states.index(lane.state), reason) for lane, reason in pairs]

    def _by_pfs(self) -> Sequence[object]:
        return [number(v) for v in self.pfs.tolist()]

    def _by_os(self) -> Sequence[object]:
        return [number(v) for v in self.os.tolist()]

    def _by_death(self) -> Sequence[object]:
        return [lane.day_of("DEATH") for lane in self.lanes.lanes]

    def _by_grade(self) -> Sequence[object]:
        harm = self.table.harm
        if harm is None:
            return [None] * self.cohort.n
        return [None if w < -1 else w for w in harm.worst.tolist()]

    def _by_serious(self) -> Sequence[object]:
        harm = self.table.harm
        if harm is None or harm.serious is None:
            return [None] * self.cohort.n
        inside = (harm.worst >= -1).tolist()
        pairs = zip(harm.serious.tolist(), inside, strict=True)
        return [n if known else None for n, known in pairs]

    def _by_samples(self) -> Sequence[object]:
        total = sum((c.usable for c in self.table.samples.values()), np.zeros(self.cohort.n, int))
        return [int(v) for v in total.tolist()]


def _natural(value: str | None) -> object:
    """Text that starts with a number sorts by it: 2L before 10L."""
    if value is None:
        return None
    digits = ""
    for c in value.lstrip(">= "):
        if not c.isdecimal():
            break
        digits += c
    return (int(digits) if digits else 10**6, value)
