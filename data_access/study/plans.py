"""The sections of study.toml that say what results are compared with, watched for and cut by."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from data_access.study.fields import (
    DUPLICATE,
    VALUE,
    Key,
    Keys,
    Read,
    Refusal,
    Spot,
    cell,
    choice,
    complete,
    mapping,
    number,
    one_or_more,
    table,
    text,
    whole,
    wrong_type,
)
from data_access.study.model import Aesi, Benchmark, External, FilterColumn, Labs, MonitoringRule
from data_access.study.sections import SHARE, SIMON, named_tables, read_tables

# --- [benchmarks], [aesi], [monitoring] ---------------------------------------------------------

_RESULT = number(0, 1200)
BENCHMARK: Keys = {
    "endpoint": Key(text, required=True),
    "label": Key(text, required=True),
    "population": Key(text, required=True),
    "source": Key(text, required=True),
    "backbone": Key(text),
    "x": Key(whole(0)),
    "n": Key(whole(1)),
    "estimate": Key(_RESULT),
    "lower": Key(_RESULT),
    "upper": Key(_RESULT),
}
EXTERNAL: Keys = {
    "label": Key(text, required=True),
    "source": Key(text, required=True),
    "population": Key(text),
    "line": Key(text),
    "words": Key(text),
    "x": Key(whole(0)),
    "n": Key(whole(1)),
    "estimate": Key(number(0, 1)),
    "lower": Key(number(0, 1)),
    "upper": Key(number(0, 1)),
}


def _external(value: Any, spot: Spot) -> tuple[External, ...]:
    found = read_tables(value, spot, EXTERNAL, example="[aesi.gout.external.sure_pd]")
    return tuple(External(id=i, **out) for i, out in found.items())


AESI: Keys = {
    "label": Key(text, required=True),
    "drug": Key(text, required=True),
    "terms": Key(one_or_more(text), required=True),
    "expected": Key(text),
    "source": Key(text),
    "external": Key(_external),
}


_URATE = number(1, 5000)
MAX_BANDS = 6


def _bands(value: Any, spot: Spot) -> tuple[float, ...]:
    """Rising upper edges of the bands of urate."""
    edges = one_or_more(_URATE)(value, spot)
    if list(edges) != sorted(set(edges)) or len(edges) > MAX_BANDS:
        raise Refusal(
            VALUE,
            f"{spot.name} must rise from edge to edge, and have at most {MAX_BANDS} of them.",
            "Write urate_bands = [360, 420, 480, 540].",
        )
    return tuple(float(e) for e in edges)


LABS: Keys = {
    "urate_bands": Key(_bands),
    "urate_women": Key(_URATE),
    "urate_men": Key(_URATE),
    "source": Key(text),
}


def labs(value: Any, spot: Spot) -> Mapping[str, Any]:
    return {"labs": Labs(**table(value, spot, LABS))}


def benchmarks(value: Any, spot: Spot) -> Mapping[str, Any]:
    found = read_tables(value, spot, BENCHMARK, example="[benchmarks.ascent]")
    return {"benchmarks": tuple(Benchmark(id=i, **out) for i, out in found.items())}


def aesi(value: Any, spot: Spot) -> Mapping[str, Any]:
    found = read_tables(value, spot, AESI, example="[aesi.gout]")
    return {"aesi": tuple(Aesi(id=i, **out) for i, out in found.items())}


def _share(value: Any, spot: Spot) -> float:
    """A probability, as a number or as a fraction in text ("1/3")."""
    fraction = re.fullmatch(r"(\d{1,6})/(\d{1,6})", value) if isinstance(value, str) else None
    if fraction and int(fraction[2]):
        value = int(fraction[1]) / int(fraction[2])
    return float(SHARE(value, spot))


def _prior(value: Any, spot: Spot) -> tuple[float, float]:
    """The two parameters of a Beta prior."""
    if not isinstance(value, list) or len(value) != 2:
        raise wrong_type(value, spot, "a pair of numbers", "Write prior = [0.2, 0.8].")
    read = [spot.at(i).attempt(number(0, 10**4, open_ends=True), v) for i, v in enumerate(value)]
    if None in read:
        raise Refusal(VALUE, f"{spot.name} is no Beta prior.", "Write prior = [0.2, 0.8].")
    return read[0], read[1]


_BAYES: Keys = {"prior": Key(_prior), "looks": Key(one_or_more(whole(1))), "n": Key(whole(1))}
#: what each kind of rule is made of; the numbers are the protocol's
MONITORING: Mapping[str, Keys] = {
    "simon": SIMON,
    "posterior": {
        **_BAYES,
        "p0": Key(_share, required=True),
        "cutoff": Key(_share, required=True),
        "direction": Key(choice("efficacy", "futility")),
    },
    "predictive": {
        **_BAYES,
        "n": Key(whole(1), required=True),
        "p0": Key(_share, required=True),
        "theta_t": Key(_share, required=True),
        "theta_l": Key(_share),
        "theta_u": Key(_share),
    },
    "toxicity": {
        **_BAYES,
        "p": Key(_share, required=True),
        "cutoff": Key(_share, required=True),
        "term": Key(one_or_more(text)),
        "window_days": Key(whole(1, 36525)),
    },
}
MONITORING_COMMON: Keys = {
    "kind": Key(choice(*MONITORING), required=True),
    "label": Key(text, required=True),
    "endpoint": Key(text, required=True),
}


def monitoring(value: Any, spot: Spot) -> Mapping[str, Any]:
    out = []
    for id_, item, at in named_tables(value, spot, example="[monitoring.futility]"):
        got = at.attempt(_monitoring_rule(id_), item)
        if got is not None:
            out.append(got)
    return {"monitoring": tuple(out)}


def _monitoring_rule(id_: str) -> Read:
    def read(value: Any, spot: Spot) -> MonitoringRule | None:
        kind = value.get("kind") if isinstance(value, dict) else None
        own = MONITORING.get(kind.casefold(), {}) if isinstance(kind, str) else {}
        # without a valid kind only the kind is worth a complaint
        keys = {**MONITORING_COMMON, **own} if own else dict.fromkeys(value, Key(lambda v, _: v))
        got = table(value, spot, {**keys, **MONITORING_COMMON})
        if not own or not complete(got, keys):
            return None
        common = {k: got.pop(k) for k in MONITORING_COMMON}
        return MonitoringRule(id=id_, parameters=got, **common)

    return read


# --- [filters], [labels], [roles] ---------------------------------------------------------------

_KIND = choice("category", "number", "several")
FILTER: Keys = {
    "column": Key(cell, required=True),
    "label": Key(text),
    "kind": Key(_KIND),
    "separator": Key(text),
}


def filters(value: Any, spot: Spot) -> Mapping[str, Any]:
    """{COLUMN = "label"}, {COLUMN = {label, kind, separator}} or [[filters]] tables."""
    if isinstance(value, dict):
        pairs = [(spot.at(k), {"column": k, **_filter_value(v)}) for k, v in value.items()]
    elif isinstance(value, list):
        pairs = [(spot.at(i), v) for i, v in enumerate(value)]
    else:
        raise wrong_type(value, spot, "a section", 'Write it as [filters] with SEX = "Sex".')
    out: list[FilterColumn] = []
    for at, item in pairs:
        got = at.attempt(lambda v, s: table(v, s, FILTER), item)
        if got is None or not complete(got, FILTER):
            continue
        if any(f.column.casefold() == got["column"].casefold() for f in out):
            at.complain(DUPLICATE, f"[filters] has {got['column']} twice.")
        if "separator" in got and got.get("kind") != "several":
            at.at("separator").complain(
                VALUE,
                f"[filters] {got['column']} has a separator and is not of kind several.",
                'Write kind = "several" beside it, or leave the separator out.',
            )
        out.append(FilterColumn(**{"label": got["column"], **got}))
    return {"filters": tuple(out)}


def _filter_value(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {"label": value}


def labels(value: Any, spot: Spot) -> Mapping[str, Any]:
    return {"labels": mapping(text, example='[labels] with TRT01A = "Treatment"')(value, spot)}


def roles(value: Any, spot: Spot) -> Mapping[str, Any]:
    """Kept as stated: what each role may see is read by the accounts, not here."""
    read = mapping(lambda v, _: v, example='[roles] with steering = ["safety"]')
    return {"roles": read(value, spot)}
