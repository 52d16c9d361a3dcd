"""What stands on hover over a mark of a patient's figure. Values of the export are escaped."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape
from typing import Any

from components.patients.words import (
    action_words,
    amount_words,
    change_words,
    grade_words,
    limits_words,
    lower,
    number_words,
    percent_words,
    plan_words,
    related_words,
    sample_words,
    state_words,
    unit_words,
    visit_why,
)
from dashboard.text import day, text

Answer = Mapping[str, Any]


def _lines(*lines: str | None) -> str:
    return "<br>".join(escape(line, quote=False) for line in lines if line)


def _head(words: str, rest: str) -> str:
    return f"<b>{escape(words, quote=False)}</b><br>{rest}"


def dose(record: Answer, label: str) -> str:
    plan = plan_words(record)
    amount = amount_words(record)
    of_plan = amount if plan is None else text("patient.dose.of", dose=amount, plan=plan)
    changed = None
    if record["change"]:
        changed = record["words"] or change_words(record["change"])
        if record["reason"]:
            changed = text("patient.because", what=changed, reason=lower(record["reason"]))
    return _head(
        label,
        _lines(
            of_plan,
            _span(record["first"], record["last"], record["start"], record["end"]),
            None if record["cycle"] is None else text("patient.cycle", cycle=record["cycle"]),
            changed,
        ),
    )


def _span(first: int, last: int, start: str, end: str) -> str:
    if first == last:
        return text("patient.on", day=first, date=day(start))
    return text("patient.from", first=first, last=last, start=day(start), end=day(end))


def treatment(lane: Answer) -> str:
    key = "patient.treating" if lane["ongoing"] else "patient.treated"
    return _lines(
        text(key, start=day(lane["start_date"]), end=day(lane["end_date"]), days=lane["days"])
    )


def baseline(tumour: Answer) -> str:
    return _head(
        text("patient.baseline"),
        _lines(
            text("patient.sum.mm", sum=number_words(tumour["baseline"])),
            None
            if tumour["baseline_day"] is None
            else text("patient.day", day=tumour["baseline_day"]),
        ),
    )


def visit(answer: Answer, record: Answer) -> str:
    head = record["visit"] or text("patient.visit")
    if record["overall"]:
        best = text(f"swimmer.best.{record['overall']}")
        head = text("patient.visit.response", visit=head, response=best)
    why = visit_why(answer, record)
    total = record["total"]
    return _head(
        head,
        _lines(
            text("patient.on", day=record["day"], date=day(record["when"])),
            None
            if total is None
            else text(
                "patient.sum.change",
                sum=number_words(total),
                percent=percent_words(record["percent"]),
            ),
            why[:1].upper() + why[1:] if why else None,
            text("patient.key.new_lesion") if record["new_lesion"] else None,
        ),
    )


def event(answer: Answer, record: Answer) -> str:
    start = text("number.ns") if record["start"] is None else day(record["start"])
    return _head(
        record["term"],
        _lines(
            grade_words(answer, record["grade"]).capitalize(),
            text("patient.event.start", start=start, day=record["first"])
            if record["first"] is not None
            else text("patient.event.no_start"),
            state_words(record),
            text("patient.event.serious").capitalize() if record["serious"] else None,
            related_words(answer, record),
            *(action_words(answer, a) for a in record["actions"]),
            None if record["emergent"] else text("patient.event.not_emergent"),
        ),
    )


def lab(series: Answer, point: Answer) -> str:
    unit = unit_words(series["unit"] or "")
    value = " ".join(w for w in (number_words(point["value"]), unit) if w)
    side = point["side"]
    return _head(
        unit_words(series["label"]),
        _lines(
            text(f"patient.lab.{side}", value=value) if side else value,
            text("patient.lab.range", range=limits_words(point)),
            text("patient.on", day=point["day"], date=day(point["when"])),
            point["visit"],
            None if point["grade"] is None else text("patient.lab.grade", grade=point["grade"]),
        ),
    )


def sample(record: Answer) -> str:
    return _head(
        text(f"patient.kind.{record['kind']}"),
        _lines(
            sample_words(record),
            record["visit"],
            text("patient.on", day=record["day"], date=day(record["when"])),
            record["site"],
        ),
    )
