"""The words of one patient: doses, events, laboratory values, best response and what made it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from components.figures.waterfall import signed
from components.numbers import DAYS_PER_MONTH, fixed
from dashboard.text import day, listed, text

Answer = Mapping[str, Any]

#: states in which a sample can be, in the order they are told
STATES = ("usable", "failed", "not taken")


def number_words(value: float) -> str:
    """A measured value as it was reported: no more than four figures, no trailing zeros."""
    return f"{value:.4g}" if abs(value) < 10_000 else f"{value:,.0f}"


def when_words(days: int | None) -> str:
    """Day 61 (week 8.7)."""
    if days is None:
        return text("number.ns")
    return text("patient.day", day=days)


def months_words(days: float) -> str:
    return fixed(days / DAYS_PER_MONTH, 1)


def change_words(kind: str) -> str:
    return text(f"patient.change.{kind}")


def percent_words(value: float | None) -> str:
    """A change of one patient's sum, with the decimal that tells it from a limit: −29.7%."""
    return text("number.ne") if value is None else f"{signed(value, 1)}%"


def amount_words(dose: Answer) -> str:
    """What was given, per administration where the export says so: 600 mg, three times a day."""
    amount, unit = dose["dose"], dose["dose_unit"]
    if amount is None:
        amount, unit = dose["given"], dose["unit"]
    if amount is None:
        return text("patient.dose.unknown")
    return " ".join(w for w in (number_words(amount), unit) if w)


def plan_words(dose: Answer) -> str | None:
    """The planned dose in the same terms; None where the export has none."""
    same = dose["dose"] is not None
    plan, unit = (dose["planned_dose"], dose["dose_unit"]) if same else (
        dose["planned"], dose["unit"]
    )  # fmt: skip
    return None if plan is None else " ".join(w for w in (number_words(plan), unit) if w)


def dose_title(answer: Answer, drug: Answer) -> str:
    """The drug of a row, with its plan where there is one and it does not change."""
    mine = [d for d in answer["doses"]["records"] if d["drug"] == drug["name"]]
    plans = {plan_words(d) for d in mine}
    plan = next(iter(plans)) if len(plans) == 1 else None
    if plan is None:
        return str(drug["label"])
    return text("patient.dose.title", drug=drug["label"], plan=plan)


def panel_note(answer: Answer, panel: str) -> str:
    """What a panel says where the patient has nothing in it; "" where there is something."""
    visits = answer["tumour"]["visits"]
    lacks = {
        "tumour": not any(v["total"] is not None for v in visits),
        "response": not any(v["overall"] for v in visits),
        "events": not answer["events"]["records"],
        "samples": not answer["samples"]["records"],
    }
    if panel == "doses" and not answer["doses"]["drugs"]:
        if answer["lane"]["state"] == "not dosed":
            return text("patient.none.dosed")
        return text(f"patient.none.doses.{'records' if answer['doses']['known'] else 'domain'}")
    return text(f"patient.none.{panel}") if lacks.get(panel) else ""


def grade_words(answer: Answer, grade: int) -> str:
    """grade 3, or severe where the export has severity in place of grades."""
    scale = answer["events"]["scale"] if "events" in answer else answer["scale"]
    if not grade:
        return text("patient.severity.missing" if scale == "severity" else "patient.grade.missing")
    if scale == "severity":
        return text(f"patient.severity.{grade}")
    return text("patient.grade", grade=grade)


def event_words(answer: Answer, event: Answer) -> str:
    """Neutrophil count decreased, grade 3, serious, related to chemotherapy."""
    parts = [event["term"], grade_words(answer, event["grade"])]
    if event["state"] == "fatal":
        parts.append(text("patient.event.fatal"))
    if event["serious"]:
        parts.append(text("patient.event.serious"))
    if event["related"]:
        parts.append(text("patient.event.related"))
    return ", ".join(parts)


def related_words(answer: Answer, event: Answer) -> str:
    """To which drugs, where the export names them."""
    if event["related"] is None:
        return text("number.ns")
    if not event["related"]:
        return text("patient.related.no")
    if event["drugs"]:
        names = [drug_label(answer, d) for d in event["drugs"]]
        return text("patient.related.to", drugs=listed(names))
    return text("patient.related.yes")


def drug_label(answer: Answer, drug: str) -> str:
    return str(answer["labels"].get(drug, drug))


def action_words(answer: Answer, action: str) -> str:
    """dose of inosine reduced."""
    kind, _, drug = action.partition(":")
    if drug:
        return text(f"patient.action.{kind}.of", drug=drug_label(answer, drug))
    return text(f"patient.action.{kind}")


def state_words(event: Answer) -> str:
    """How an event stands: resolved, with its end where that is dated."""
    if event["state"] == "resolved" and event["end"] is not None:
        return text("patient.event.until", end=day(event["end"]))
    if event["state"] == "ended":
        return text("patient.event.ended", end=day(event["end"]))
    return text(f"patient.event.{event['state']}")


def lab_title(series: Answer) -> str:
    """Urate, µmol/L. The unit that stands in the label already is not said twice."""
    label, unit = series["label"], series["unit"]
    if unit is None or f"({unit})" in label:
        return unit_words(label)
    return text("patient.lab.title", label=label, unit=unit_words(unit))


def unit_words(words: str) -> str:
    """Units as they are printed: µmol/L, 10⁹/L."""
    return words.replace("umol", "µmol").replace("10^9", "10⁹").replace("10^6", "10⁶")


def limits_words(point: Answer) -> str:
    """The reference range that came with a value."""
    low, high = point["low"], point["high"]
    if low is not None and high is not None:
        return text("patient.limits", low=number_words(low), high=number_words(high))
    if low is not None:
        return text("patient.limits.low", low=number_words(low))
    if high is not None:
        return text("patient.limits.high", high=number_words(high))
    return text("number.ns")


def sample_words(sample: Answer) -> str:
    """usable; taken, not usable: too few reads; not taken: patient refused."""
    state = text(f"patient.sample.{sample['state']}")
    return text("patient.sample.why", state=state, reason=lower(sample["reason"])) if (
        sample["reason"]
    ) else state  # fmt: skip


def lower(words: str) -> str:
    """A sentence inside another: its first letter small, unless it is an abbreviation."""
    return words if words[:2].isupper() else words[:1].lower() + words[1:]


def visit_why(answer: Answer, visit: Answer) -> str:
    """What makes a visit the response it is, in numbers where there are any."""
    told = []
    for reason in visit["reasons"]:
        if reason == "growth" and visit["percent_nadir"] is not None:
            told.append(
                text(
                    "patient.why.growth",
                    percent=signed(visit["percent_nadir"], 1),
                    rise=number_words(round(visit["rise"], 1)),
                    nadir=number_words(visit["nadir"]),
                )
            )
        else:
            told.append(text(f"patient.why.{reason}"))
    if visit["overall"] == "PD" and not told:
        told.append(text("patient.why.none"))
    if visit["overall"] == "NE" and visit["why"]:
        told.append(lower(visit["why"]))
    if visit["complete"] is False:
        told.append(text("patient.why.incomplete"))
    return "; ".join(told)


def best_words(best: Answer | None) -> str:
    """Partial response, confirmed."""
    if best is None:
        return text("number.ns")
    words = text(f"swimmer.best.{best['best']}")
    words = words[:1].upper() + words[1:]
    if best["best"] in {"CR", "PR"} and best["confirmed_reading"]:
        return text("patient.best.confirmed", best=words)
    return words


def best_why(best: Answer | None) -> str:
    """What made the best response, in one sentence."""
    if best is None:
        return text("patient.best.unknown")
    told = []
    term = best["best"]
    if term in {"CR", "PR"} and best["confirmed_reading"] and best["response_day"] is not None:
        key = "pair" if best["confirmation_day"] is not None else "first"
        told.append(
            text(f"patient.best.{key}", first=best["response_day"], by=best["confirmation_day"])
        )
    elif best["reason"]:
        told.append(text("patient.best.reason", reason=best["reason"]))
    elif best["day"] is not None:
        told.append(text("patient.best.day", day=best["day"]))
    if best["confirmed_reading"] and best["unconfirmed"] in {"CR", "PR"} and term not in {
        "CR", best["unconfirmed"]
    }:  # fmt: skip
        pending = best["candidate_day"] is not None
        key = "pending" if pending else "unconfirmed"
        at = best["candidate_day"] if pending else best["unconfirmed_day"]
        told.append(text(f"patient.best.{key}", term=best["unconfirmed"], day=at))
    told.append(text(f"patient.best.{best['source']}") if best["source"] else "")
    return " ".join(t for t in told if t)


def place_words(places: Any) -> str:
    """adrs.csv 145 to 147; adtr.csv 217."""
    rows: dict[str, list[int]] = {}
    for place in places:
        if place["file"] is not None and place["row"] is not None:
            rows.setdefault(place["file"], []).append(place["row"])
    return "; ".join(f"{file} {_runs(sorted(set(found)))}" for file, found in rows.items())


def _runs(rows: list[int]) -> str:
    """3, 5 to 7."""
    runs: list[list[int]] = []
    for row in rows:
        if runs and row == runs[-1][1] + 1:
            runs[-1][1] = row
        else:
            runs.append([row, row])
    return ", ".join(str(a) if a == b else f"{a}–{b}" for a, b in runs)
