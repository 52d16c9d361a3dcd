"""Show code: every card's Python runs by itself and prints what the card's panel says."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest
from dash.development.base_component import Component
from flask import Flask

from components.numbers import fixed, follow_up, months, percent, proportion
from dashboard.metrics.time_to_event import FollowUp
from dashboard.metrics.types import Proportion
from dashboard.pages import PAGES
from dashboard.panels import COMPARING, FRESH, PANELS, SLOW
from dashboard.panels.patient import NotShownError, profile
from dashboard.panels.safety_story import story
from dashboard.passports import comparing_code
from dashboard.patient_keys import LENGTH
from dashboard.results import Audience, Results, View
from dashboard.selection import Selection
from dashboard.shelf import Shelf
from dashboard.snippets import BELOW, SNIPPETS, code_panels, patient_code
from data_access.store import CutStore
from tests.dashboard import expected_labs, printed_microbiome, said_events
from tests.dashboard.numbered import names_of, said
from tests.dashboard.written import import_written
from tests.stores import demo_store

ROOT = Path(__file__).resolve().parents[2]
Json = dict[str, Any]

VIEWS = (
    "study=synth-ino-tnbc",
    "study=synth-ino-tnbc&set=evaluable&backbone=eribulin&backbone=taxane&f.AGE=45..",
    "study=synth-ino-tnbc&set=safety&rules=ema&endpoint=OS",
    "study=synth-ino-tnbc&rules=ema&endpoint=DOR&f.SEX=F",
    "study=synth-ino-tnbc&f.AGE=..1",
    "study=synth-ino-tnbc&group=backbone",
    "study=synth-ino-tnbc&ae=related%3Ainosine,high&ae.find=neut&ae.by=term&ae.sort=name",
    "study=synth-ino-tnbc&lab=NEUT&backbone=taxane",
    "study=synth-ino-tnbc&event=aesi%3Anephrolithiasis&ae.least=5&ae.top=10&ae=related",
    "study=written",
    "study=bare",
)
#: an export that says neither who was dosed nor who could be evaluated
BARE = '[study]\nid = "bare"\ntitle = "Bare"\n'
MARK = "\x1e"  # between the outputs of two snippets


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("stores") / "home"
    shutil.copytree(demo_store(tmp_path_factory).home, folder)
    store = CutStore(folder)
    import_written(store, tmp_path_factory.mktemp("written"))
    import_written(
        store, tmp_path_factory.mktemp("bare"), study=BARE, adsl="USUBJID,SEX\nA1,F\nA2,M\n"
    )
    return folder


@pytest.fixture(scope="module")
def results(home: Path) -> Results:
    return Results(
        Shelf(CutStore(home)),
        {**PANELS, **code_panels()},
        Flask(__name__),
        comparing=COMPARING | comparing_code(COMPARING),
        fresh=FRESH,
        slow=SLOW,
    )


def run(home: Path, folder: Path, code: str) -> str:
    """What a script prints, started as its head says."""
    script = folder / "snippet.py"
    script.write_text(code, encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-W", "error", str(script)],
        cwd=ROOT,
        env={**os.environ, "INTERIM_HOME": str(home), "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return done.stdout


# --- what each card's code must print, from the JSON of its panel ---------------------------------


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
#: cards whose code prints every number that stands on them, whatever the words beside it
ON_SCREEN = (
    "overview-maturity",
    "overview-disposition",
    "overview-baseline",
    "overview-changes",
    "response-forest",
    "swimmer-lanes",
    "swimmer-table",
    "cuts-ledger",
    "cuts-checks",
)
PANEL_OF = {c.name: c.panel or c.name for p in PAGES for c in p.cards}
#: ordered and cut into pages by its reader: its code prints the lanes of everybody
ARRANGED = "patients-listing"
#: their order is that of a set of severities; the card has its own
UNORDERED = {"overview-quality", "cuts-findings", *expected_labs.UNORDERED}


NUMBER = re.compile(r"\d+(?:,\d{3})*(?:\.\d+)?")
KEYS = re.compile(rf"\b[a-z2-7]{{{LENGTH}}}\b")
#: where a card counts its own pages, and what a menu offers
ASIDE = ("pager", "menu-panel", "menu-label", "lane-key")


def on_screen(card: str, answer: Json, view: View) -> set[str]:
    """Every number that a reader of the card sees, in its words, its table and its figure."""
    drawn = next(c for p in PAGES for c in p.cards if c.name == card).draw(answer)
    words = [s.text for s in said(drawn) if not any(a in s.where for a in ASIDE)]
    return numbers_in([w for w in words if not w.startswith("a figure draws")], view) | {
        n for figure in figures_in(drawn) for n in numbers_in(figure_words(figure), view)
    }


def numbers_in(words: Iterable[str], view: View) -> set[str]:
    """Numbers as they are printed, without those of names."""
    told = KEYS.sub("", "\n".join(words))
    for name in names_of(view):
        told = told.replace(name, "")
    return set(NUMBER.findall(told))


def figures_in(part: Any) -> Iterator[Json]:
    if isinstance(part, list | tuple):
        for p in part:
            yield from figures_in(p)
    elif isinstance(part, Component):
        if getattr(part, "figure", None):
            yield part.figure
        yield from figures_in(getattr(part, "children", None))


def figure_words(figure: Json) -> list[str]:
    """Numbers written into a figure beside its axes."""
    notes = [a.get("text", "") for a in figure["layout"].get("annotations", ())]
    texts = [t.get("text", ()) for t in figure["data"] if "text" in t.get("mode", "")]
    return [*notes, *(str(w) for each in texts for w in each if w)]


def code_of(results: Results, card: str, selection: Selection) -> str:
    answer = results.panel(f"code:{card}", selection, Audience.FULL)
    return str(answer["code"])


def test_every_card_has_code_and_every_code_is_expected() -> None:
    cards = {c.name for p in PAGES if p.below is None for c in p.cards if c.metrics}
    assert cards == set(SNIPPETS) == {*EXPECTED, *ON_SCREEN, ARRANGED}
    assert SNIPPETS[ARRANGED] is SNIPPETS["swimmer-lanes"]


@pytest.mark.parametrize("query", VIEWS)
def test_every_snippet_prints_what_its_panel_says(
    results: Results, home: Path, tmp_path: Path, query: str
) -> None:
    """All cards of a view in one process, each in a namespace of its own."""
    selection, _ = results.shelf.resolve(query)
    codes = {card: code_of(results, card, selection) for card in SNIPPETS}
    runner = "\n".join(
        f"exec(compile({code!r}, {card!r}, 'exec'), {{}})\nprint({MARK!r}, end='')"
        for card, code in codes.items()
    )
    printed = run(home, tmp_path, runner).split(MARK)
    view = results.view(selection, Audience.FULL)
    unprinted: dict[str, set[str]] = {}
    for card, out in zip(SNIPPETS, printed, strict=False):
        if card == ARRANGED:
            continue
        answer = results.panel(PANEL_OF[card], selection, Audience.FULL)
        if card in ON_SCREEN:
            if missing := on_screen(card, answer, view) - numbers_in([out], view):
                unprinted[card] = missing
            continue
        wanted = EXPECTED[card](answer)
        said = out.splitlines()
        if card in UNORDERED:
            said, wanted = sorted(said), sorted(wanted)
        assert said == wanted, card
    assert not unprinted, unprinted


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


@pytest.mark.parametrize("query", ["study=synth-ino-tnbc&rules=ema", "study=written"])
def test_the_code_of_a_patients_page_prints_what_the_page_says(
    results: Results, home: Path, tmp_path: Path, query: str
) -> None:
    """The first patients of the view, each card's code in a namespace of its own."""
    assert set(OF_ONE) == set(BELOW)
    selection, _ = results.shelf.resolve(query)
    view = results.view(selection, Audience.FULL)
    wanted, codes = [], []
    for usubjid in view.members.patients[:4]:
        told = json.loads(json.dumps(profile(view, usubjid)))
        key, n = view.keys.key(usubjid), len(told["events"]["records"])
        told["stories"] = [story(view, f"{key}-{i}") for i in range(1, n + 1)]
        for card, expected in OF_ONE.items():
            codes.append(str(patient_code(view, f"{card}:{view.keys.key(usubjid)}")["code"]))
            wanted.append([line.casefold() for line in expected(told)])
    assert any(len(lines) > 1 for lines in wanted)
    runner = "\n".join(
        f"exec(compile({code!r}, 'code', 'exec'), {{}})\nprint({MARK!r}, end='')" for code in codes
    )
    printed = run(home, tmp_path, runner).split(MARK)
    assert [out.casefold().splitlines() for out in printed[:-1]] == wanted


def test_the_code_of_a_patient_is_told_in_the_view_alone(client: Any, results: Results) -> None:
    selection, opened = results.shelf.resolve("study=written")
    key = client.get("/code/patient-facts/aaaaaaaaaa.json?study=written")
    assert key.status_code == 404  # nobody has this key
    assert client.get("/code/patient-facts/P01.json?study=written").status_code == 404
    assert client.get("/code/response-rates/aaaaaaaaaa.json?study=written").status_code == 404
    view = results.view(selection, Audience.FULL)
    taxane = opened.keys.key("P01")
    assert f'patient("{taxane}")' in patient_code(view, f"patient-facts:{taxane}")["code"]
    other = results.view(results.shelf.resolve("study=written&backbone=eribulin")[0], Audience.FULL)
    with pytest.raises(NotShownError):
        patient_code(other, f"patient-facts:{taxane}")


def test_a_snippet_runs_alone_as_a_file(results: Results, home: Path, tmp_path: Path) -> None:
    selection, _ = results.shelf.resolve("study=written")
    said = run(home, tmp_path, code_of(results, "response-rates", selection))
    assert "ORR, enrolled: 2/9 (22.2%; 95% CI 2.8 to 60.0, Clopper-Pearson)" in said
    assert "pending: 3" in said


def test_the_numbers_depend_on_the_view(results: Results, home: Path, tmp_path: Path) -> None:
    selection, _ = results.shelf.resolve("study=written&f.SEX=M")
    code = code_of(results, "response-rates", selection)
    assert "f.SEX=M" in code
    assert "ORR, enrolled: 0/1" in run(home, tmp_path, code)


def test_the_head_says_study_cut_view_and_audience(results: Results) -> None:
    selection, opened = results.shelf.resolve("study=written&set=evaluable")
    code = code_of(results, "survival-curve", selection)
    assert f"hash {opened.cut.id[:16]}" in code
    assert "1 Jul 2025" in code
    assert "n = 6; All patients" in code
    assert 'audience="full"' in code


def test_words_of_a_study_cannot_leave_their_comment(tmp_path: Path) -> None:
    """A title with a line end is one line of a comment, whatever it says."""
    store = CutStore(tmp_path / "home")
    study = '[study]\nid = "evil"\ntitle = "x\\nraise SystemExit(3)\\u2028import os"\n'
    import_written(store, tmp_path / "evil", study=study, adsl="USUBJID,SEX\nA1,F\n")
    shelf = Shelf(store)
    results = Results(shelf, {**PANELS, **code_panels()}, Flask(__name__), slow=SLOW)
    code = code_of(results, "overview-status", shelf.resolve("")[0])
    lines = code.splitlines()
    assert [x[:9] for x in lines if "SystemExit" in x] == ["# x raise"]
    compile(code, "evil", "exec")


def test_code_is_short_and_readable(results: Results) -> None:
    selection, _ = results.shelf.resolve("study=written")
    for card in SNIPPETS:
        code = code_of(results, card, selection)
        assert max(map(len, code.splitlines())) < 140, card
        assert len(code.splitlines()) < 60, card
        assert re.search(r"^v = view\(", code, re.M)


def test_the_address_answers_and_refuses(client: Any) -> None:
    found = client.get("/code/response-rates.json?study=written")
    assert found.status_code == 200
    assert found.headers["Cache-Control"] == "no-store"
    assert 'view("study=written&cut=' in found.get_json()["code"]
    assert client.get("/code/no-such-card.json?study=written").status_code == 404
    assert client.get("/code/response-rates.json?study=nope").status_code == 400


def test_rounding_is_that_of_the_pages() -> None:
    assert fixed(2.25) == "2.3"
