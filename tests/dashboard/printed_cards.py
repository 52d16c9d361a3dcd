"""What the code of each card must print, written anew from the JSON of its panel."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Any

from components.numbers import follow_up, months, percent, proportion
from dashboard.metrics.time_to_event import FollowUp
from dashboard.metrics.types import Proportion
from tests.dashboard import expected_labs, printed_microbiome, said_events

Json = dict[str, Any]


def _p(data: Json, small: int) -> str:
    return proportion(Proportion.from_json(data.get("headline", data)), small=small)


def status(a: Json) -> list[str]:
    names = ("enrolled", "treated", "evaluable", "on_treatment", "ended")
    heads = {n: a["counts"][n]["headline"] for n in names}
    unknown = set() if a["evaluable_known"] else {"evaluable"}
    unknown |= set() if a["doses_known"] else {"treated", "on_treatment", "ended"}
    said = [
        f"{n}: {'not stated' if n in unknown else '{} of {}'.format(h['x'], h['n'])}"
        for n, h in heads.items()
    ]
    if a["follow_up"]:
        said.append(f"follow-up: {follow_up(FollowUp.from_json(a['follow_up']), a['level'])}")
    return said


def efficacy(a: Json) -> list[str]:
    orr = a["window"]["interim"] if a["window"] else a["orr"]
    pairs = (("ORR", orr), ("DCR", a["dcr"]), ("deaths", a["deaths"]))
    said = [f"{n}: {_p(d, a['min_group'])}" for n, d in pairs if d]
    if a["pfs"]:
        said.append(f"PFS at day {a['pfs_rate']['time']:g}: {_rate(a['pfs_rate'], a['pfs'])}")
    return said


def _rate(rate: Json, result: Json) -> str:
    curve = result["curve"]
    ends = [percent(rate[k]) for k in ("lower", "upper")]
    nothing = rate["lower"] is None and rate["upper"] is None
    inside = "not estimable" if nothing else " to ".join(ends)
    ci = f"{100 * curve['level']:g}% CI {inside}"
    return f"{percent(rate['survival'])} ({ci}, {curve['method']})"


def harm(a: Json) -> list[str]:
    flags = {f["id"]: f for f in (a["overview"] or {"flags": []})["flags"]}
    return [
        f"{n}: {_p(flags[n]['proportion'], a['min_group'])}, {flags[n]['n_events']} events"
        for n in ("related_grade3plus", "serious")
        if n in flags and flags[n]["proportion"]
    ]


def accrual(a: Json) -> list[str]:
    found = a["accrual"]
    steps = zip(found["dates"], found["cumulative"], strict=True)
    return [*(f"{d}: {n}" for d, n in steps), f"enrolled with a date: {found['n']}"]


def quality(a: Json) -> list[str]:
    return [f"{g['severity']}: {g['n']}" for g in a["groups"]]


def registry(a: Json) -> list[str]:
    return [f"{e['id']}: {e['wording']}; window {e['window_days']}" for e in a["endpoints"]]


def rates(a: Json) -> list[str]:
    names = (
        ("ORR", "orr"), ("DCR", "dcr"), ("CBR", "cbr"), ("ORR unconfirmed", "orr_unconfirmed"),
    )  # fmt: skip
    said = [
        f"{name}, {s['id']}: {_p(s[key], a['min_group'])}"
        for s in a["sets"]
        if s["known"]
        for name, key in names
        if s[key]
    ]
    if a["window"]:
        for n in ("interim", "all_respond", "mature"):
            said.append(f"window, {n}: {_p(a['window'][n], a['min_group'])}")
        said.append(f"pending: {_count(a['window']['pending'])}")
    return said


def _count(value: Any) -> int:
    return value if isinstance(value, int) else len(value)


def best(a: Json) -> list[str]:
    return [
        f"{row['term']}, {reading}: {_p(row[reading], a['min_group'])}"
        for row in a["rows"]
        for reading in ("confirmed", "unconfirmed")
        if row[reading]
    ]


def waterfall(a: Json) -> list[str]:
    return [f"{b['usubjid']}: {b['percent']:.4f}% on day {b['day']}" for b in a["bars"]]


def spider(a: Json) -> list[str]:
    said = []
    for line in a["lines"]:
        pairs = zip(line["day"], line["percent"], strict=True)
        said.append(f"{line['usubjid']} day {', '.join(f'{d}: {p:.4f}%' for d, p in pairs)}")
    return said


def curve(a: Json) -> list[str]:
    if a["result"] is None:
        return []
    said = [
        f"{s['label']}: {s['events']} of {s['n']} with an event, counts only"
        for s in a["strata"]
        if s["why"]
    ]
    said += _curve(a["endpoint"]["id"], a)
    for s in a["strata"]:
        if not s["why"]:
            said += _curve(s["label"], s)
    return said


def _curve(label: str, a: Json) -> list[str]:
    found = a["result"]["curve"]
    said = [
        f"{label}: {found['events']} of {found['n']} with an event",
        f"median: {_median(a['readout']['median'], ' months')}",
    ]
    for r in a["readout"]["rates"]:
        said.append(f"day {r['time']:g}: {_rate(r, a['result'])}, {r['n_at_risk']} at risk")
    return said


def _median(median: Json, unit: str = "") -> str:
    ends = f"{months(median['lower'])} to {months(median['upper'])}"
    return f"{months(median['estimate'])}{unit} ({ends})"


def censoring(a: Json) -> list[str]:
    return [
        f"{r['id']}: {r['events']}/{r['n']}, "
        f"{_rate(r['rate'], {'curve': {'level': a['level'], 'method': r['method']}})}, "
        f"median {_median(r['median'])}"
        for r in a["readings"]
    ]


def reasons(a: Json) -> list[str]:
    return [
        f"{'event' if c['event'] else 'censored'}, {c['reason']}: {c['n']}" for c in a["counts"]
    ]


def follow(a: Json) -> list[str]:
    said = []
    if a["response"] and not a["response"]["days"]:
        said.append("time to response: no dated response")
    elif a["response"]:
        f = a["response"]
        ends = f"{months(f['minimum'])} to {months(f['maximum'])}"
        said.append(
            f"time to response: {months(f['median'])} months ({ends}), n = {len(f['days'])}"
        )
    if a["follow_up"]:
        said.append(f"follow-up: {follow_up(FollowUp.from_json(a['follow_up']), a['level'])}")
    return said


def records(a: Json) -> list[str]:
    return [f"{d['domain']}: {d['rows']} rows" for d in a["domains"]]


def findings(a: Json) -> list[str]:
    counts = Counter(f["severity"] for f in a["findings"])
    return [f"{s}: {n}" for s, n in counts.items()]


def listing(a: Json) -> list[str]:
    return [f"{c['date']}: {c['id']}" for c in a["cuts"]]


def grave(a: Json) -> list[str]:
    said = []
    for d in a["deaths"]["lines"]:
        fatal = ", ".join(e["term"] for e in d["events"]) or "no fatal event"
        said.append(f"{d['usubjid']}: died {d['when']}, {d['days_after']} days, {fatal}")
    return said + [
        f"{s['usubjid']}, day {s['first']}: {s['term']}, {s['state']}"
        for s in a["serious"]["lines"]
    ]


def list_events(a: Json) -> list[str]:
    return [f"{e['usubjid']}, day {e['first']}: {e['term']}, {e['state']}" for e in a["lines"]]


def list_deaths(a: Json) -> list[str]:
    return [
        f"{d['usubjid']}: died {d['when']}, {d['days_after']} days" for d in a["deaths"]["lines"]
    ]


def list_labs(a: Json) -> list[str]:
    return [
        f"{v['usubjid']}, day {v['day']}: {v['label']} {v['value']} ({v['low']} to {v['high']})"
        for v in a["lines"]
    ]


def kinds(a: Json) -> list[str]:
    said = []
    for flag in a["flags"]:
        if flag["cells"] is None:
            said.append(f"{flag['id']}: not stated")
        for column, cell in zip(a["columns"], flag["cells"] or (), strict=False):
            rate = _p(cell["proportion"], a["min_group"])
            said.append(f"{flag['id']}, {column['label']}: {rate}, {cell['n_events']} events")
    return said


def terms(a: Json) -> list[str]:
    return [
        f"{r['soc']}, {r['pt'] or 'any term'}: {_p(r['any'], a['min_group'])}; by grade "
        + ", ".join(f"{grade}: {n}" for grade, n in r["by_grade"].items())
        for r in a["rows"]
    ]


def samples(a: Json) -> list[str]:
    if "stages" not in a:
        return []
    small, told = a["min_group"], a["visits"]
    said = [f"{told['before']} to {told['after']}: {told['rule']}"]
    counts = {(s["visit"], s["stage"]): s["cells"][0]["proportion"]["x"] for s in a["stages"]}
    for visit in (told["before"], told["after"]):
        due = counts.get((visit, "due"), "not stated")
        taken, usable = counts[visit, "taken"], counts[visit, "passed"]
        said.append(f"{visit}: due {due}, taken {taken}, usable {usable}")
    paired = {k: v for k, v in a["paired"].items() if k != "who"}
    said.append(f"paired: {_p(paired, small)}")
    said += [f"{g['group']}: {_p(g['paired'], small)}" for g in a["by_response"]]
    return said + [f"{g['visit']}, {g['reason']}: {', '.join(g['patients'])}" for g in a["gaps"]]


def shifts(a: Json) -> list[str]:
    return [
        f"{m['marker']['paramcd']}: {m['n']} pairs, shift {m['estimate']} "
        f"({m['lower']} to {m['upper']}), p {m['p']}, "
        f"smallest {m['smallest_p']}, q {m['q']} of m = {m['m']}"
        for m in a["markers"]
    ]


def heat(a: Json) -> list[str]:
    return [
        f"{row['marker']['paramcd']}, {person['usubjid']}: {z} SD"
        for row in a["rows"]
        for person, z in zip(a["people"], row["z"], strict=True)
        if z is not None
    ]


def contrasts(a: Json) -> list[str]:
    said = []
    for part in a["parts"]:
        gone = sum(len(e["patients"]) for e in part["excluded"])
        said.append(f"{part['what']}: {part['rule']}; left out {gone}")
        for row in part["rows"]:
            rank, name = row["rank"], row["marker"]["paramcd"]
            said.append(
                f"{name}: {rank['n_a']} and {rank['n_b']}, shift {row['shift']}, "
                f"AUC {rank['auc']}, p {rank['p']}, q {row['q']} of m = {row['m']}"
            )
    return said


def outcomes(a: Json) -> list[str]:
    said = []
    for h in a["hazards"]:
        cox = h["cox"]
        hr = [cox[k][0] if cox else None for k in ("hr", "lower", "upper")]
        told = f"{hr[0]} ({hr[1]} to {hr[2]}), {h['events']} of {h['n']}"
        said.append(f"{h['marker']['paramcd']}, {h['what']}, from day {h['start']}: {told}")
    groups = a["curves"]["groups"] if a["curves"] else ()
    return said + [f"{g['id']}: {g['events']} of {g['n']} with an event" for g in groups]


def composed(a: Json) -> list[str]:
    said = []
    for c in a["compositions"]:
        said.append(f"{c['parent']}: {c['n']} pairs")
        for p in c["parts"]:
            said.append(
                f"{p['marker']['paramcd']}: {p['estimate']} ({p['lower']} to {p['upper']}), "
                f"p {p['rank']['p']}, q {p['q']} of m = {p['m']}"
            )
    return said


def normal(a: Json) -> list[str]:
    said = []
    for row in a["rows"]:
        said.append(f"{row['marker']['paramcd']}: {row['low']} to {row['high']}")
        for counts in (row["before"], row["after"]):
            if counts:
                sizes = (f"{k} {counts[k]['n']}" for k in ("below", "within", "above"))
                said.append(", ".join(sizes))
    return said


def both(a: Json) -> list[str]:
    return [f"{p['usubjid']}: {p['x']}, {p['y']}, best {p['best']}" for p in a["points"]]


EXPECTED: dict[str, Callable[[Json], list[str]]] = {
    **expected_labs.EXPECTED,
    "overview-status": status,
    "overview-efficacy": efficacy,
    "overview-safety": harm,
    "overview-accrual": accrual,
    "overview-quality": quality,
    "overview-registry": registry,
    "response-rates": rates,
    "response-best": best,
    "response-waterfall": waterfall,
    "response-spider": spider,
    "survival-curve": curve,
    "survival-rules": censoring,
    "survival-reasons": reasons,
    "survival-follow": follow,
    "safety-grave": grave,
    "safety-list-events": list_events,
    "safety-list-deaths": list_deaths,
    "safety-list-labs": list_labs,
    "safety-overview": kinds,
    "safety-terms": terms,
    "immune-samples": samples,
    "immune-paired": shifts,
    "immune-heat": heat,
    "immune-response": contrasts,
    "immune-outcome": outcomes,
    "immune-composition": composed,
    "immune-ranges": normal,
    "tissue-joint": both,
    "tissue-heat": heat,
    "tissue-response": contrasts,
    "tissue-outcome": outcomes,
    "tissue-samples": samples,
    "tissue-paired": shifts,
    **said_events.EXPECTED,
    "cuts-records": records,
    "cuts-findings": findings,
    "cuts-list": listing,
    "microbiome-samples": samples,
    **printed_microbiome.EXPECTED,
}


def patient_facts(a: Json) -> list[str]:
    lane = a["lane"]
    said = [f"{lane['state']}, {lane['days']} days, best {lane['best']}, origin {lane['origin']}"]
    for t in a["times"]:
        ended = "event" if t["event"] else "censored"
        said.append(f"{t['id']}: {t['days']} days, {ended} ({t['reason']})")
    return said


def patient_course(a: Json) -> list[str]:
    said = [
        f"day {x['day']}: {x['overall']}, sum {x['total']} mm, {x['percent']}%"
        for x in a["tumour"]["visits"]
    ]
    if a["tumour"]["best"]:
        said.append(f"best response: {a['tumour']['best']['best']}")
    return said + [
        f"{d['drug']}, day {d['first']} to {d['last']}: {d['given']} of {d['planned']} {d['unit']}"
        for d in a["doses"]["records"]
    ]


def patient_records(a: Json) -> list[str]:
    said = [
        f"{e['term']}: grade {e['grade']}, day {e['first']} to {e['last']}, {e['state']}"
        for e in a["events"]["records"]
    ]
    said += [
        f"{s['kind']} {s['id']}: day {s['day']}, {s['state']}" for s in a["samples"]["records"]
    ]
    return said + [
        f"{s['paramcd']}, day {p['day']}: {p['value']}"
        for s in a["labs"]["series"]
        for p in s["points"]
    ]


def patient_events(a: Json) -> list[str]:
    return [
        f"{e['term']}: grade {e['grade']}, day {e['first']} to {e['last']}, {e['state']}"
        for e in a["events"]["records"]
    ]


def stories(a: Json) -> list[str]:
    said = []
    for told in a["stories"]:
        found = told["story"]
        if found is not None:
            kinds = ", ".join(f"{k} {len(found[k])}" for k in ("doses", "labs", "open", "later"))
            said.append(f"{told['line']['term']}, day {told['line']['first']}: {kinds}")
    return said


OF_ONE = {
    "patient-facts": patient_facts,
    "patient-course": patient_course,
    "patient-records": patient_records,
    "safety-event": patient_events,
    "safety-event-around": stories,
}
