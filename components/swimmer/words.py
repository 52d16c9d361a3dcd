"""The words of a lane: on hover, at its end, in the table."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape
from typing import Any

from components.numbers import fixed
from components.overview.parts import lower, patients
from dashboard.metrics.lane_phases import Marker, Segment
from dashboard.metrics.lanes import COMPLETED, ENDED, NOT_DOSED, NOT_STATED, Lane
from dashboard.text import day, text

DAYS_PER_MONTH = 30.4375
#: a label at the end of a lane is cut after so many characters; hover has it whole
LABEL = 30

Answer = Mapping[str, Any]
Patient = Mapping[str, Any]


def months(days: float) -> str:
    return fixed(days / DAYS_PER_MONTH, 1)


def days_words(n: int) -> str:
    return text("swimmer.days.one" if abs(n) == 1 else "swimmer.days.other", n=n)


def sort_words(sort: str) -> str:
    return text(f"swimmer.by.{sort}")


def group_label(answer: Answer, group: str, key: str) -> str:
    """The heading of a group, without its count."""
    if group == "backbone":
        names = {b["id"]: b["label"] for b in answer["backbones"]}
        return names.get(key) or text("swimmer.unknown.backbone")
    if group == "site":
        return text("swimmer.site", site=key) if key else text("swimmer.unknown.site")
    words = text(f"swimmer.best.{key}")
    return words[:1].upper() + words[1:]


def heading(answer: Answer, group: str, key: str, n: int, *, more: bool) -> str:
    name = "swimmer.heading.more" if more else "swimmer.heading"
    return text(name, label=group_label(answer, group, key), n=patients(n))


def end_label(lane: Mapping[str, Any], patient: Patient) -> str:
    """What stands at the end of a lane (as JSON); nothing on treatment, where an arrow is."""
    state = lane["state"]
    if lane["death_undated"]:
        return text("swimmer.label.died")
    if state == NOT_DOSED:
        return text("swimmer.label.not_dosed")
    if state == NOT_STATED:
        return "" if lane["start"] is not None else text("swimmer.label.not_stated")
    words = ""
    if state == ENDED:
        if patient["reason"]:
            words = patient["reason"]
        elif patient["study_reason"]:
            words = left_study(lane, patient, "swimmer.label")
        elif lane["end"] is None:
            words = text("swimmer.label.no_end")
    return words if len(words) <= LABEL else f"{words[: LABEL - 1].rstrip()}…"


def left_study(lane: Mapping[str, Any], patient: Patient, where: str) -> str:
    """Why the patient left the study, where no reason for the end of treatment is stated."""
    if lane["study_reason"] == COMPLETED:
        return text(f"{where}.completed")
    return text(f"{where}.left", reason=lower(patient["study_reason"]))


def time_words(days: int) -> str:
    """A time as a reader says it: days up to a month, months beyond."""
    if days <= DAYS_PER_MONTH:
        return days_words(days)
    return text("number.months", value=months(days))


def who(lane: Lane, patient: Patient) -> str:
    """The first line of every hover: patient and drug. Values of the export are escaped."""
    drug = "" if not patient["drug"] else f", {escape(patient['drug'])}"
    return text("swimmer.hover.who", id=escape(lane.usubjid), drug=drug)


def lane_hover(answer: Answer, lane: Lane, patient: Patient) -> str:
    """The record of a lane in words, a line each."""
    lines = [who(lane, patient), *_treatment_lines(lane)]
    if patient["reason"]:
        lines.append(text("swimmer.hover.why", reason=escape(lower(patient["reason"]))))
    if patient["study_reason"]:
        said = {"study_reason": lane.study_reason}
        lines.append(escape(left_study(said, patient, "swimmer.hover")))
    if answer["responses_known"]:
        key = "swimmer.hover.best.confirmed" if lane.best_confirmed else "swimmer.hover.best"
        lines.append(text(key, best=text(f"swimmer.best.{lane.best}")))
    if lane.prior is not None:
        name = f"swimmer.hover.{answer['prior_column']}"
        lines.append(text(name, prior=escape(lane.prior)))
    return "<br>".join(lines)


def _treatment_lines(lane: Lane) -> list[str]:
    if lane.state == NOT_DOSED:
        return [text("swimmer.label.not_dosed")]
    if lane.days is None or lane.start_date is None:
        known = lane.start_date is not None
        first = [text("swimmer.hover.started", start=day(lane.start_date))] if known else []
        no_end = "swimmer.label.no_end" if lane.state == ENDED else "swimmer.label.not_stated"
        return [*first, text(no_end)]
    key = "swimmer.hover.treating" if lane.ongoing else "swimmer.hover.treated"
    return [
        text(
            key,
            months=months(lane.days),
            days=days_words(lane.days),
            start=day(lane.start_date),
            end=day(lane.end_date),
        )
    ]


def marker_hover(answer: Answer, lane: Lane, patient: Patient, marker: Marker) -> str:
    name = f"swimmer.hover.event.{marker.event}"
    treated_again = lane.day_of("NEW_THERAPY")
    if marker.event == "PD" and treated_again is not None and treated_again < marker.day:
        name += ".after"
    event = text(name)
    if marker.confirmed is not None and lane.best_confirmed:
        word = "confirmed" if marker.confirmed else "unconfirmed"
        event = text(f"swimmer.hover.{word}", event=event)
    when = text(
        "swimmer.hover.when",
        months=months(marker.day),
        days=days_words(marker.day),
        origin=text(f"origin.{answer['origin']}"),
        date=day(marker.when),
    )
    return "<br>".join([who(lane, patient), text("swimmer.hover.event", event=event, when=when)])


def segment_hover(lane: Lane, patient: Patient, segment: Segment) -> str:
    name = text(f"swimmer.hover.segment.{segment.term}")
    if lane.best_confirmed:
        word = "confirmed" if segment.confirmed else "unconfirmed"
        name = text(f"swimmer.hover.{word}", event=name)
    words = text(
        "swimmer.hover.segment",
        response=name,
        first=months(segment.first),
        last=months(segment.last),
        first_day=segment.first,
        last_day=segment.last,
        ended=text(f"swimmer.ended.{segment.ended}"),
    )
    return "<br>".join([who(lane, patient), words])
