"""Words the Survival page's cards share: reasons, readings, months with their interval."""

from __future__ import annotations

from typing import Any

from components import numbers
from components.overview.parts import Answer, duration
from dashboard.metrics.kaplan_meier import Quantile, Rate
from dashboard.text import text

STANDARD = ("PFS", "OS", "DOR")
_REASONS = {"": "none", "PD": "PD", "DEATH": "DEATH"}


def reason(value: str) -> str:
    """Why a time ended, in words: the export's own where it has any, not shouted."""
    own = value.strip()
    if own in _REASONS:
        return text(f"survival.reason.{_REASONS[own]}")
    calm = own.lower() if own.isupper() and " " in own else own
    return calm[:1].upper() + calm[1:]


def status(event: bool | None) -> str:  # noqa: FBT001  (a value, not an option)
    if event is None:
        return text("survival.rules.outcome.none")
    return text("survival.status.event" if event else "survival.status.censored")


def of_endpoint(answer: Answer, stem: str, **values: Any) -> str:
    """The string of `stem` for this endpoint; endpoints of the export's own share one."""
    id_ = answer["endpoint"]["id"]
    return text(f"{stem}.{id_ if id_ in STANDARD else 'other'}", **values)


def source(answer_source: str | None) -> str:
    return text("number.ns") if answer_source is None else text(f"source.{answer_source}")


def month_ends(lower: float | None, upper: float | None) -> str:
    """5.1 to 8.9; an end that is not reached in words."""
    if lower is None and upper is None:
        return text("number.ne")
    return text("number.to", lower=numbers.months(lower), upper=numbers.months(upper))


def median(found: Quantile, level: float) -> str:
    """6.4 (95% CI 5.1 to 8.9); not reached in words."""
    ci = text(
        "survival.months.interval",
        ci=numbers.level_words(level),
        interval=month_ends(found.lower, found.upper),
    )
    return f"{numbers.months(found.estimate)} ({ci})"


def rate(found: Rate, level: float) -> str:
    """52.3% (95% CI 38.1 to 64.2); not estimable in words."""
    if found.survival is None:
        return text("number.ne")
    ci = f"{numbers.level_words(level)} {numbers.interval(found.lower, found.upper)}"
    return f"{numbers.percent(found.survival)}% ({ci})"


def at(found: Rate) -> str:
    return duration(found.time)


def plural(stem: str, n: int, **values: Any) -> str:
    return text(f"{stem}.{'one' if n == 1 else 'other'}", n=n, **values)


def registry_note(answer: Answer) -> str:
    """How far the registry's wording of PFS carries; "" where the study quotes none."""
    told = answer["registry"]
    if not told["pfs_wording"] or answer["endpoint"]["id"] not in {"PFS", "OS"}:
        return ""
    words = [text("registry.pfs.reads", wording=told["pfs_wording"])]
    if told["pfs_is_os"]:
        words.append(text("registry.pfs.is_os"))
    if told["pfs_not_randomised"]:
        words.append(text("registry.pfs.not_randomised"))
    words.append(text("registry.pfs.here", origin=text(f"origin.{answer['origin']}")))
    return " ".join(words)


def few(cautions: Answer, rate: Rate, n: int) -> list[str]:
    """The caution where the rate rests on few patients (the muted part of the curve)."""
    if not cautions["few_at_headline"]:
        return []
    out = [text("survival.few", at_risk=rate.n_at_risk, n=n, time=at(rate))]
    if cautions["censored_day_one"] > 0.1 * n:
        out.append(text("survival.few.day_one", n=cautions["censored_day_one"]))
    return out
