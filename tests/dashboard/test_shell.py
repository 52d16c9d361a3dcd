"""The shell's callbacks, asked as the browser asks them."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from dashboard.factory import create_app
from dashboard.pages import overview
from dashboard.panels import PANELS
from dashboard.selection import MAX_QUERY
from dashboard.settings import Settings
from dashboard.shelf import Shelf
from dashboard.words import said
from data_access.importer import import_exports
from data_access.store import CutStore
from tests.dashboard.conftest import BufferedClient
from tests.dashboard.written import (
    ADRS,
    ADSL,
    CUT_DATE,
    NOW,
    import_written,
    write_study,
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


def view(client: Any, search: str = "", path: str = "/", **more: Any) -> list[dict[str, Any]]:
    """The lines of one round trip."""
    answer = client.post("/view", json={"path": path, "query": search, **more})
    assert answer.status_code == 200, answer.text
    assert answer.mimetype == "application/x-ndjson"
    return [json.loads(line) for line in answer.text.splitlines()]


def resolve(client: Any, search: str, path: str = "/", **more: Any) -> dict[str, Any]:
    """What the browser is told to put where: id -> properties."""
    found: dict[str, Any] = {}
    for line in view(client, search, path, **more):
        for id_, props in line["set"]:
            found.setdefault(id_ if isinstance(id_, str) else json.dumps(id_), {}).update(props)
    return found


def words(part: Any) -> str:
    """Every visible word of a serialised component."""
    if isinstance(part, dict):
        props = part.get("props", {})
        if "data-parts" in props:
            return " ".join(filter(None, map(in_tree, json.loads(props["data-parts"]))))
        return words(props.get("children"))
    if isinstance(part, list):
        return " ".join(filter(None, (words(p) for p in part)))
    return "" if part is None else str(part)


def in_tree(tree: Any) -> str:
    """What trees.js writes out of a tree: [tag, {attribute: value}, children...]."""
    return tree if isinstance(tree, str) else " ".join(filter(None, map(in_tree, tree[2:])))


def links(part: Any) -> dict[str, str]:
    """Words of each link -> its address."""
    found: dict[str, str] = {}
    if isinstance(part, dict):
        props = part.get("props", {})
        if "data-view" in props:
            found[words(part)] = props["href"]
        found |= links(props.get("children"))
    elif isinstance(part, list):
        for p in part:
            found |= links(p)
    return found


def cards_of(client: Any, extra: str) -> dict[str, str]:
    """The words of every card of the Overview for a selection."""
    answer = resolve(client, f"study=written{extra}")
    return {
        slot.removeprefix("slot-"): words(props["children"])
        for slot, props in answer.items()
        if slot.startswith("slot-")
    }


def test_no_address_is_the_newest_cut_and_is_pinned(client: Any) -> None:
    answer = resolve(client, "")
    query = answer["selection"]["data"]
    assert query.startswith("study=written&cut=")
    assert answer["page"]["hidden"] is False
    bar = words(answer["top-bar"]["children"])
    for part in ("A trial written out by hand", "1 Jul 2025", "9 of 9 patients", "Synthetic data"):
        assert part in bar
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
    first = view(client)[0]
    told = json.dumps(dict(first["set"][:-2])["filter-bar"]["children"])
    assert '"column": "backbone"' in told
    assert '"kind": "bound"' in told
    counts = first["counts"]
    assert counts["backbone"] == {"taxane": 3, "eribulin": 3, "carboplatin": 2, "platinum": 3}
    assert counts["SEX"] == {"F": 8, "M": 1}
    assert view(client, "?backbone=taxane")[0]["counts"]["SEX"] == {"F": 3, "M": 0}


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
    answer = resolve(client, "", "/x")
    assert "There is no such page" in words(answer["page"]["children"])


def change(client: Any, changes: dict[str, Any], search: str = "study=written") -> Any:
    return view(client, search, changes=changes)[0]


def test_a_control_changes_the_address_and_all_that_follows_from_it(client: Any) -> None:
    told = change(client, {"backbone": ["eribulin"]})
    assert told["query"].endswith("&backbone=eribulin")
    again = resolve(client, "study=written", changes={"backbone": ["eribulin"]})
    assert "3 of 9 patients" in words(again["top-bar"]["children"])
    assert again["selection"]["data"] == told["query"]
    assert change(client, {"AGE": [40, 60]})["query"].endswith("&f.AGE=40..60")


def test_changes_made_before_an_answer_came_are_all_in_the_next_view(client: Any) -> None:
    told = change(client, {"SEX": ["F"], "backbone": ["taxane"]}, "study=written&set=safety")
    assert told["query"].endswith("&set=safety&backbone=taxane&f.SEX=F")
    held = {json.dumps(id_): value for id_, value in told["controls"]}
    assert held['{"kind": "levels", "column": "SEX"}'] == ["F"]
    assert held['{"kind": "bound", "column": "AGE", "end": "lower"}'] is None


@pytest.mark.parametrize(
    "changes",
    [
        {"SEX": ["<script>"]},
        {"SEX": "F"},
        {"AGE": [60, 40]},
        {"AGE": [True, 1]},
        {"USUBJID": ["P01"]},
    ],
)
def test_a_change_that_cannot_be_leaves_view_and_control_alone(client: Any, changes: Any) -> None:
    told = change(client, changes)
    assert told["query"] == change(client, {})["query"]
    (column,) = changes
    assert column not in {id_["column"] for id_, _ in told["controls"]}


def test_chosen_patients_become_the_filter_and_strangers_are_said(
    client: Any, shelf: Shelf
) -> None:
    _, opened = shelf.resolve("study=written")
    keys = sorted(opened.keys.key(p) for p in ("P01", "P02"))
    told = change(client, {"patients": [*keys, "aaaaaaaaaa"]})
    assert told["query"].endswith("&p=" + "".join(keys))
    assert told["said"] == "1 patient of the link is not in this cut."
    assert change(client, {"patients": ["aaaaaaaaaa"]})["query"] == change(client, {})["query"]


def test_what_the_browser_holds_is_not_sent_again(client: Any) -> None:
    lines = view(client, "study=written")
    held = {name: digest for line in lines for name, digest in line["held"].items()}
    page = lines[0]["page"]
    again = view(client, "study=written", page=page, held=held)
    assert len(again) == 1
    assert [id_ for id_, _ in again[0]["set"]] == ["address", "where", "selection"]
    # another view: what does not depend on it stays
    other = resolve(client, "study=written&backbone=taxane", page=page, held=held)
    assert {"top-bar", "slot-overview-status", "slot-overview-efficacy"} <= set(other)
    assert not {"filter-bar", "notice", "trouble"} & set(other)
    assert "children" not in other.get("page", {})
    # another page is sent whole, whatever is held
    moved = resolve(client, "study=written", "/survival", page=page, held=held)
    assert "page" in moved


def test_choices_on_a_card_ride_along(client: Any) -> None:
    first = view(client, "study=written", "/swimmer")[0]
    assert set(first["stores"]) == {"lane-choice", "row-choice"}
    slot = "slot-swimmer-table"
    plain = resolve(client, "study=written", "/swimmer")[slot]
    wanted = {"row-choice": {"column": "patient", "order": "descending", "page": 1}}
    turned = resolve(client, "study=written", "/swimmer", stores=wanted)[slot]
    assert turned != plain
    odd = {"row-choice": {"column": ["x"], "page": "<script>"}, "lane-choice": 7}
    cards = resolve(client, "study=written", "/swimmer", stores=odd)
    assert "could not be made" not in json.dumps(cards)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b"{",
        b'{"path": "/"}',
        b'{"path": "/", "query": 3}',
        b'{"path": "/", "query": "", "changes": [1]}',
        b'{"path": "/", "query": "", "held": "x"}',
        b'{"path": "/", "query": "", "stores": {"a": ' + b"[" * 50 + b"]" * 50 + b"}}",
        b"[" * 100_000,
        b'{"path": "/\\ud800", "query": ""}',  # half a surrogate pair: no text
        b'{"path": "/", "query": "?study=\\ud800"}',
        b'{"path": "/", "query": "", "changes": {"\\udfff": ["x"]}}',
    ],
)
def test_a_question_no_page_asks_is_refused(client: Any, body: bytes) -> None:
    answer = client.post("/view", data=body, content_type="application/json")
    assert answer.status_code == 400
    assert "does not come from an Interim page" in answer.text
    assert client.post("/view", data="path=/", content_type="text/plain").status_code == 415
    assert client.get("/view").status_code in (200, 404, 405)


def test_the_answer_is_compressed_and_never_stored(written_home: Path) -> None:
    import brotli

    client = create_app(Settings(home=written_home)).server.test_client()
    body = {"path": "/", "query": ""}
    answer = client.post("/view", json=body, headers={"Accept-Encoding": "br"})
    plain = client.post("/view", json=body)
    assert answer.headers["Content-Encoding"] == "br"
    assert brotli.decompress(answer.data) == plain.data
    assert "Content-Encoding" not in plain.headers
    assert plain.headers["Cache-Control"] == "no-store"
    assert len(answer.data) < len(plain.data) / 3


def test_a_newer_cut_is_offered_and_the_page_stays(tmp_path: Path) -> None:
    store = CutStore(tmp_path / "home")
    import_written(store, tmp_path / "one", cut_date=date(2025, 6, 30), adsl=ADSL, adrs=ADRS)
    app = create_app(Settings(home=tmp_path / "home"))
    client = BufferedClient(app.server)
    query = resolve(client, "")["selection"]["data"]

    def notice() -> str:
        answer = ask(
            client,
            "notice.children",
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


def test_a_file_leads_back_to_the_page_its_card_stands_on(client: Any) -> None:
    from dashboard.pages import PAGES

    for page in PAGES:
        for card in (c for c in page.cards if c.rows and page.below is None):
            text = client.get(f"/download/{card.name}.csv?backbone=eribulin").data.decode()
            (line,) = [t for t in text.splitlines() if t.startswith("# View,")]
            address = line.partition(",")[2].strip('"')
            assert address.startswith(f"http://localhost{page.path}?study=written"), card.name
            assert client.get(address.removeprefix("http://localhost")).status_code == 200


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


def test_without_a_study_in_the_address_the_one_imported_last_opens(tmp_path: Path) -> None:
    """Whatever the studies are called."""
    store = CutStore(tmp_path / "home")
    for hour, name in enumerate(("beta", "alpha", "gamma")):
        study = f'[study]\nid = "{name}"\ntitle = "T"\n'
        path = write_study(tmp_path / name, study=study, adsl=ADSL)
        now = NOW + timedelta(hours=hour)
        import_exports(path.parent / "exports", path, store=store, cut_date=CUT_DATE, now=now)
        assert Shelf(store).resolve("")[0].study == name


@pytest.mark.parametrize(
    ("column", "value", "words"),
    [
        ("PDL1", "POSITIVE", "Positive"),
        ("TRT01A", "UTD1", "UTD1"),
        ("SITEID", "CHN-11", "CHN-11"),  # a code is no sentence
        ("VISCFL", "Y", "yes"),
    ],
)
def test_a_level_is_said_alike_wherever_it_stands(
    shelf: Shelf, column: str, value: str, words: str
) -> None:
    study = shelf.resolve("")[1].cut.study
    assert said(study, column, value) == words
