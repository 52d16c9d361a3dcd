"""The sections of study.toml that describe the trial: what each may say, read into the model."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from data_access.findings import Rule, Severity
from data_access.study.fields import (
    MISSING,
    VALUE,
    Key,
    Keys,
    Refusal,
    Spot,
    cell,
    choice,
    complete,
    day,
    flag,
    no_repeats,
    number,
    one_or_more,
    table,
    text,
    whole,
    wrong_type,
)
from data_access.study.model import (
    AnalysisSet,
    BackboneGroup,
    Backbones,
    Design,
    Endpoint,
    Rules,
)
from data_access.study.suggest import nearest, or_list

NAME = Rule(
    "study-unknown-name",
    Severity.REJECT,
    "study.toml names a domain, analysis set, endpoint or group that does not exist",
    "Correct the spelling, or state it in its own section.",
)

RULES: tuple[Rule, ...] = (NAME,)

#: Reads one section into keyword arguments of Study.
Section = Callable[[Any, Spot], Mapping[str, Any]]

_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,39}")
_STUDY_ID = re.compile(r"[a-z0-9][a-z0-9-]{0,59}")
SHARE = number(0, 1, open_ends=True)


def slug(title: str) -> str:
    """A study id made from its title: [a-z0-9-], at most 60 characters, "" when nothing is left."""
    plain = unicodedata.normalize("NFKD", title).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:60].strip("-")


def study_id(value: Any, spot: Spot) -> str:
    words = text(value, spot)
    if not _STUDY_ID.fullmatch(words):
        raise Refusal(
            VALUE,
            f"{spot.name} is “{words}”; it may have a-z, 0-9 and -, at most 60 characters.",
            f'Write id = "{slug(words) or "my-study"}".',
        )
    return words


def named_tables(value: Any, spot: Spot, *, example: str) -> Iterator[tuple[str, Any, Spot]]:
    """(id, value, spot) of each [section.id]; ids are unique whatever their case."""
    if not isinstance(value, dict):
        raise wrong_type(value, spot, "a section", f"Write it as {example}.")
    no_repeats(((k, spot.at(k)) for k in value), f"[{spot.name}]")
    for id_, item in value.items():
        if _ID.fullmatch(id_):
            yield id_, item, spot.at(id_)
        else:
            spot.at(id_).complain(
                VALUE,
                f"“{id_}” cannot be an id in [{spot.name}].",
                "Use letters, digits, - and _, at most 40 characters; words go into label.",
            )


def read_tables(value: Any, spot: Spot, keys: Keys, *, example: str) -> dict[str, dict[str, Any]]:
    """{id: readable entries} of the complete tables [section.id]."""
    out = {}
    for id_, item, at in named_tables(value, spot, example=example):
        got = at.attempt(lambda v, s: table(v, s, keys), item)
        if got is not None and complete(got, keys):
            out[id_] = got
    return out


# --- [study], [cut] -----------------------------------------------------------------------------

STUDY: Keys = {
    "title": Key(text, required=True),
    "id": Key(study_id),
    "short_title": Key(text),
    "synthetic": Key(flag),
    "phase": Key(cell),
    "indication": Key(text),
    "registry": Key(text),
    "sponsor": Key(text),
    "treatment": Key(text),
    "notes": Key(one_or_more(text)),
    "cut_date": Key(day),
}
CUT: Keys = {"date": Key(day, required=True)}


def study(value: Any, spot: Spot) -> Mapping[str, Any]:
    out = table(value, spot, STUDY)
    if "title" in out and "id" not in value:
        out["id"] = slug(out["title"])
        if not out["id"]:
            spot.at("title").complain(
                MISSING,
                "No study id can be made from the title.",
                'Add id = "my-study" (a-z, 0-9 and -) to [study].',
            )
    return out


def cut(value: Any, spot: Spot) -> Mapping[str, Any]:
    out = table(value, spot, CUT)
    return {"cut_date": out["date"]} if out else {}


# --- [design] -----------------------------------------------------------------------------------

SIMON: Keys = {
    "p0": Key(SHARE),
    "p1": Key(SHARE),
    "alpha": Key(SHARE),
    "power": Key(SHARE),
    "kind": Key(choice("optimal", "minimax")),
    "r1": Key(whole(0)),
    "n1": Key(whole(1)),
    "r": Key(whole(0)),
    "n": Key(whole(1)),
}
ACCRUAL: Keys = {"date": Key(day, required=True), "patients": Key(whole(0), required=True)}


def accrual(value: Any, spot: Spot) -> tuple[Any, ...]:
    """[[day, patients], ...] or [[design.accrual]] tables: cumulative planned enrolment."""
    if not isinstance(value, list):
        raise wrong_type(value, spot, "a list", "Write accrual = [[2026-01-31, 4], ...].")
    points = [spot.at(i).attempt(_accrual_point, item) for i, item in enumerate(value)]
    return tuple(p for p in points if p is not None)


def _accrual_point(value: Any, spot: Spot) -> tuple[Any, Any] | None:
    if isinstance(value, dict):
        out = table(value, spot, ACCRUAL)
        return (out["date"], out["patients"]) if complete(out, ACCRUAL) else None
    if not isinstance(value, list) or len(value) != 2:
        raise wrong_type(
            value, spot, "a pair", "Write [2026-01-31, 4]: a day and the patients by then."
        )
    when = spot.at(0).attempt(day, value[0])
    patients = spot.at(1).attempt(whole(0), value[1])
    return None if when is None or patients is None else (when, patients)


def _simon(value: Any, spot: Spot) -> dict[str, Any]:
    return table(value, spot, SIMON)


DESIGN: Keys = {
    "arms": Key(whole(1, 100)),
    "randomised": Key(flag),
    "planned_patients": Key(whole(1, 10**6)),
    "accrual": Key(accrual),
    "simon": Key(_simon),
}


def design(value: Any, spot: Spot) -> Mapping[str, Any]:
    out = table(value, spot, DESIGN)
    if "accrual" in out:
        out["accrual_plan"] = out.pop("accrual")
    return {"design": Design(**out)}


# --- [endpoints], [origin], [rules], [sets] -----------------------------------------------------

ENDPOINT: Keys = {
    "label": Key(text, required=True),
    "role": Key(choice("primary", "secondary", "exploratory", "safety"), required=True),
    "wording": Key(text),
    "window_days": Key(number(1, 36525)),
}
ORIGIN: Keys = {"event": Key(choice("first_dose", "enrolment", "randomisation"), required=True)}
_DAYS = whole(0, 36525)
RULES_KEYS: Keys = {
    "confirm_days": Key(_DAYS),
    "sd_min_days": Key(_DAYS),
    "max_ne": Key(whole(0, 100)),
    "accept_sd_between": Key(flag),
    "assessment_interval": Key(whole(1, 36525)),
    "visit_window": Key(_DAYS),
    "orr_window_days": Key(whole(1, 36525)),
    "pfs_window_days": Key(number(1, 36525)),
    "ae_window_days": Key(whole(1, 36525)),
    "cb_days": Key(_DAYS),
    "teae_end_days": Key(_DAYS),
    "hys_law_days": Key(_DAYS),
    "conf_type": Key(choice("log-log", "log", "plain")),
    "level": Key(SHARE),
    "min_group": Key(whole(1, 10**6)),
    "ctcae_version": Key(choice("3.0", "4.0", "4.03", "5.0", "6.0")),
}
SET: Keys = {"label": Key(text), "column": Key(cell), "values": Key(one_or_more(cell))}
SET_LABELS = {
    "enrolled": "Enrolled",
    "safety": "Safety",
    "full": "Full analysis",
    "evaluable": "Response-evaluable",
}


def endpoints(value: Any, spot: Spot) -> Mapping[str, Any]:
    found = read_tables(value, spot, ENDPOINT, example="[endpoints.ORR]")
    return {"endpoints": tuple(Endpoint(id=id_, **out) for id_, out in found.items())}


def origin(value: Any, spot: Spot) -> Mapping[str, Any]:
    out = table(value, spot, ORIGIN)
    return {"origin": out["event"]} if "event" in out else {}


def rules(value: Any, spot: Spot) -> Mapping[str, Any]:
    return {"rules": Rules(**table(value, spot, RULES_KEYS))}


def sets(value: Any, spot: Spot) -> Mapping[str, Any]:
    out = []
    for id_, got in read_tables(value, spot, SET, example="[sets.safety]").items():
        if id_ not in SET_LABELS:
            meant = nearest(id_, SET_LABELS)
            spot.at(id_).complain(
                NAME,
                f"There is no analysis set “{id_}”.",
                f"Did you mean “{meant}”?" if meant else f"There are {or_list(SET_LABELS)}.",
            )
            continue
        if "values" in got and "column" not in got:
            spot.at(id_, "values").complain(
                MISSING, f"[{spot.name}.{id_}] has values but no column.", 'Add column = "...".'
            )
        out.append(AnalysisSet(id=id_, **{"label": SET_LABELS[id_], **got}))  # type: ignore[arg-type]
    return {"sets": tuple(out)}


# --- [backbones] --------------------------------------------------------------------------------

GROUP: Keys = {
    "label": Key(text),
    "values": Key(one_or_more(cell), required=True),
    "within": Key(one_or_more(text)),
}


def _groups(value: Any, spot: Spot) -> tuple[BackboneGroup, ...]:
    found = read_tables(value, spot, GROUP, example="[backbones.groups.taxane]")
    return tuple(BackboneGroup(id=i, **{"label": i, **out}) for i, out in found.items())


def _joint(value: Any, spot: Spot) -> str:
    """What stands between the drugs of a doublet; blanks around it do not matter."""
    return text(value, spot)


BACKBONES: Keys = {
    "column": Key(cell, required=True),
    "label": Key(text),
    "separator": Key(_joint),
    "priority": Key(one_or_more(text)),
    "groups": Key(_groups, required=True),
}


def backbones(value: Any, spot: Spot) -> Mapping[str, Any]:
    out = table(value, spot, BACKBONES)
    return {"backbones": Backbones(**out)} if complete(out, BACKBONES) else {}
