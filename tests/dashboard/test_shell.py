"""The shell's callbacks, asked as the browser asks them."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from dashboard.factory import create_app
from dashboard.pages import overview
from dashboard.panels import PANELS
from dashboard.selection import MAX_QUERY
from dashboard.settings import Settings
from data_access.store import CutStore
from tests.dashboard.conftest import BufferedClient
from tests.dashboard.written import ADRS, ADSL, import_written

RESOLVE = (
    "..selection.data...top-bar.children...filter-bar.children...controls.data"
    "...counts.data...notice.children...trouble.children...page.hidden.."
)
CALLBACK = "/_dash-update-component"


def split(output: str) -> list[dict[str, str]]:
    parts = output.strip(".").split("...")
    return [dict(zip(("id", "property"), p.rsplit(".", 1), strict=True)) for p in parts]


def ask(client: Any, output: str, inputs: list[Any], **more: Any) -> dict[str, Any]:
    outputs = split(output)
    body = {
        "output": output,
        "outputs": outputs if output.startswith("..") else outputs[0],
        "inputs": inputs,
        "changedPropIds": [],
        **more,
    }
    answer = client.post(CALLBACK, json=body)
    assert answer.status_code in (200, 204), answer.text
    return answer.get_json()["response"] if answer.status_code == 200 else {}


def resolve(client: Any, search: str) -> dict[str, Any]:
    inputs = [{"id": "address", "property": "search", "value": search}]
    return ask(client, RESOLVE, inputs, state=[{"id": "controls", "property": "data"}])


def words(part: Any) -> str:
    """Every visible word of a serialised component."""
    if isinstance(part, dict):
        return words(part.get("props", {}).get("children")) if "props" in part else ""
    if isinstance(part, list):
        return " ".join(filter(None, (words(p) for p in part)))
    return "" if part is None else str(part)


def links(part: Any) -> dict[str, str]:
    """Words of each link -> its address."""
    found: dict[str, str] = {}
    if isinstance(part, dict):
        props = part.get("props", {})
        if part.get("type") == "Link":
            found[words(part)] = props["href"]
        found |= links(props.get("children"))
    elif isinstance(part, list):
        for p in part:
            found |= links(p)
    return found


def cards_of(client: Any, extra: str) -> dict[str, str]:
    """The words of every card of the Overview for a selection."""
    parts = [f"slot-{c.name}.children" for c in overview.CARDS]
    inputs = [{"id": "selection", "property": "data", "value": f"study=written{extra}"}]
    answer = ask(client, "..{}..".format("...".join(parts)), inputs)
    return {slot.removeprefix("slot-"): words(a["children"]) for slot, a in answer.items()}


def test_no_address_is_the_newest_cut_and_is_pinned(client: Any) -> None:
    answer = resolve(client, "")
    query = answer["selection"]["data"]
    assert query.startswith("study=written&cut=")
    assert answer["page"]["hidden"] is False
    bar = words(answer["top-bar"]["children"])
    for said in ("A trial written out by hand", "1 Jul 2025", "9 of 9 patients", "Synthetic data"):
        assert said in bar
    assert resolve(client, f"?{query}")["selection"]["data"] == query


def test_filters_show_as_chips_that_take_them_away(client: Any) -> None:
    answer = resolve(client, "?backbone=taxane&backbone=platinum&f.LIVERFL=N&f.AGE=40..60")
    bar = answer["top-bar"]["children"]
    assert "2 of 9 patients" in words(bar)
    found = links(bar)
    chip = next(a for w, a in found.items() if "Backbone: Taxane" in w)
    without = resolve(client, chip)
    assert "Backbone: Platinum" in words(without["top-bar"]["children"])
    assert "Backbone: Taxane" not in words(without["top-bar"]["children"])
    assert any("Liver metastases: no" in w for w in found)
    assert any("Age (years): 40 to 60" in w for w in found)
    everyone = resolve(client, found["Show all patients"])
    assert "9 of 9 patients" in words(everyone["top-bar"]["children"])


def test_the_filter_bar_counts_patients_per_level(client: Any) -> None:
    told = json.dumps(resolve(client, "")["filter-bar"]["children"])
    assert '"column": "backbone"' in told
    assert '"kind": "bound"' in told
    counts = resolve(client, "")["counts"]["data"]
    assert counts["backbone"] == {"taxane": 3, "eribulin": 3, "carboplatin": 2, "platinum": 3}
    assert counts["SEX"] == {"F": 8, "M": 1}
    assert resolve(client, "?backbone=taxane")["counts"]["data"]["SEX"] == {"F": 3, "M": 0}


@pytest.mark.parametrize(
    ("search", "sentence"),
    [
        ("?study=nowhere", "The store has no study of that name."),
        ("?cut=ffffffffffff", "The study has no such data cut."),
        ("?cut=../../etc", "The study has no such data cut."),
        ("?backbone=<script>alert(1)</script>", "does not hold"),
        ("?f.USUBJID=P01", "does not filter by"),
        ("?page=1;DROP TABLE", "does not know"),
        ("?f.SEX=%ff", "cannot be read"),
        ("?" + "a" * (MAX_QUERY + 1), "longer than any view"),
    ],
)
def test_a_link_that_leads_nowhere_says_so_and_shows_a_way_back(
    client: Any, search: str, sentence: str
) -> None:
    answer = resolve(client, search)
    assert answer["selection"]["data"] is None
    assert answer["page"]["hidden"] is True
    told = words(answer["trouble"]["children"])
    assert sentence in told
    assert "Open the newest cut" in told
    assert "script" not in told
    assert "Traceback" not in json.dumps(answer)


def test_an_empty_store_says_how_to_import(tmp_path: Path) -> None:
    client = BufferedClient(create_app(Settings(home=tmp_path)).server)
    told = words(resolve(client, "")["trouble"]["children"])
    assert "No study yet" in told
    assert "python app.py import" in told


def test_an_unknown_page_is_explained_inside_the_app(client: Any) -> None:
    answer = ask(
        client, "page.children", [{"id": "address", "property": "pathname", "value": "/x"}]
    )
    assert "There is no such page" in words(answer["page"]["children"])


CHANGED = {
    "output": "address.search",
    "outputs": {"id": "address", "property": "search"},
}


def change(client: Any, levels: dict[str, list[str]], ends: dict[str, Any], touched: Any) -> Any:
    level_ids = [{"column": c, "kind": "levels"} for c in levels]
    body = {
        **CHANGED,
        "inputs": [
            [{"id": i, "property": "value", "value": levels[i["column"]]} for i in level_ids],
            [
                {
                    "id": {"column": "AGE", "end": end, "kind": "bound"},
                    "property": "value",
                    "value": value,
                }
                for end, value in ends.items()
            ],
        ],
        "state": [{"id": "selection", "property": "data", "value": "study=written"}],
        "changedPropIds": [json.dumps(touched, separators=(",", ":"), sort_keys=True) + ".value"],
    }
    answer = client.post(CALLBACK, json=body)
    assert answer.status_code in (200, 204), answer.text
    response = answer.get_json()["response"] if answer.data else {}
    return response.get("address", {}).get("search")


def test_a_control_writes_the_address(client: Any) -> None:
    touched = {"column": "backbone", "kind": "levels"}
    search = change(client, {"backbone": ["eribulin"], "SEX": []}, {}, touched)
    assert search.endswith("&backbone=eribulin")
    bounds = {"column": "AGE", "end": "upper", "kind": "bound"}
    assert change(client, {}, {"lower": 40, "upper": 60}, bounds).endswith("&f.AGE=40..60")


def test_a_control_that_changes_nothing_writes_nothing(client: Any) -> None:
    touched = {"column": "SEX", "kind": "levels"}
    assert change(client, {"SEX": []}, {}, touched) is None
    assert change(client, {"SEX": ["<script>"]}, {}, touched) is None


def test_a_newer_cut_is_offered_and_the_page_stays(tmp_path: Path) -> None:
    store = CutStore(tmp_path / "home")
    import_written(store, tmp_path / "one", cut_date=date(2025, 6, 30), adsl=ADSL, adrs=ADRS)
    app = create_app(Settings(home=tmp_path / "home"))
    client = BufferedClient(app.server)
    query = resolve(client, "")["selection"]["data"]

    beat = next(o for o in app.callback_map if o.startswith("notice.children@"))

    def notice() -> str:
        answer = ask(
            client,
            beat,
            [{"id": "heartbeat", "property": "n_intervals", "value": 1}],
            state=[{"id": "selection", "property": "data", "value": query}],
        )
        return words(answer["notice"]["children"])

    assert notice() == ""
    import_written(store, tmp_path / "two", adsl=ADSL, adrs=ADRS)
    assert "A newer cut of 1 Jul 2025 is available." in notice()
    assert "This page stays on the cut of 30 Jun 2025." in notice()
    assert resolve(client, f"?{query}")["selection"]["data"] == query


def test_a_card_that_fails_says_so_and_the_others_stay(
    written_home: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(view: Any) -> Any:
        raise ZeroDivisionError

    monkeypatch.setitem(PANELS, "overview-accrual", broken)
    client = BufferedClient(create_app(Settings(home=written_home)).server)

    cards = cards_of(client, "")
    told = cards["overview-accrual"]
    assert "Enrolment over time" in told
    assert "This card could not be made" in told
    assert "Traceback" not in told
    assert "overview-accrual" in caplog.text
    assert "2/9" in cards["overview-efficacy"]


SELECTIONS = ("", "&f.AGE=70..70", "&f.AGE=1..2", "&rules=ema", "&set=safety", "&group=backbone")


@pytest.mark.parametrize("extra", SELECTIONS)
def test_every_card_answers_for_every_selection(client: Any, extra: str) -> None:
    """No filter, one patient, nobody, the sensitivity rules, an analysis set, a grouping."""
    cards = cards_of(client, extra)
    assert set(cards) == {c.name for c in overview.CARDS}
    assert not [name for name, told in cards.items() if "could not be made" in told]


def test_downloads_take_the_same_road_as_the_page(client: Any) -> None:
    answer = client.get("/download/overview-efficacy.csv?backbone=eribulin")
    assert answer.status_code == 200
    assert answer.headers["Content-Disposition"] == (
        'attachment; filename="written-2025-07-01-overview-efficacy.csv"'
    )
    assert answer.headers["Cache-Control"] == "no-store"
    text = answer.data.decode("utf-8-sig")
    assert "# Filters,Backbone: Eribulin" in text
    assert "# Synthetic data: no real patient." in text
    assert "# Data cut,2025-07-01" in text
    assert ",1,3,33.3," in text
    assert client.get("/download/overview-efficacy.csv?backbone=gold").status_code == 400
    assert client.get("/download/overview-registry.csv").status_code == 404
    assert client.get("/download/..%2f..%2fetc.csv").status_code == 404


def test_every_downloadable_card_has_rows_as_wide_as_its_header(
    client: Any, said: Callable[[Any], str]
) -> None:
    import csv
    import io

    from dashboard.pages import PAGES

    names = [c.name for p in PAGES for c in p.cards if c.rows]
    assert len(names) >= 5
    for name in names:
        text = client.get(f"/download/{name}.csv").data.decode("utf-8-sig")
        rows = [r for r in csv.reader(io.StringIO(text, newline="")) if not r[0].startswith("#")]
        assert len({len(r) for r in rows}) == 1, name
