"""What the cards of the biomarker pages share: values, factors, p and q as a paper prints them."""

from __future__ import annotations

from typing import Any

from dash import html

from components import numbers
from components.card import empty
from components.figures.waterfall import signed
from components.metric import marked
from components.overview.parts import Answer
from dashboard.casing import term_case
from dashboard.text import text

RESPONDERS, NON_RESPONDERS = "responders", "non-responders"
#: a p below this is printed as "below" it
SMALLEST = 0.0001


def card_n(answer: Answer) -> str:
    """Enrolled, n = 60."""
    return f"{answer['set_label']}, {text('card.n', n=answer['n'])}"


def pairs_n(answer: Answer) -> str:
    """52 pairs of 60 patients."""
    key = "biomarkers.pairs.one" if answer["pairs"] == 1 else "biomarkers.pairs"
    return text(key, n=answer["pairs"], of=answer["n"])


def nothing(answer: Answer) -> list[Any]:
    """Why there are no pairs to show; [] where there are."""
    why = answer["missing"]
    if why is None:
        return []
    visits = answer["visits"] or {}
    words = text(
        f"biomarkers.missing.{why}",
        kind=text(f"biomarkers.kind.{answer['kind']}"),
        rule=visits.get("rule", ""),
        before=visit(visits.get("before")),
        after=visit(visits.get("after")),
        n=answer["n"],
    )
    hint = text(f"biomarkers.missing.{why}.hint", kind=answer["kind"])
    return [marked(empty(words, hint=hint), "n")]


def visit(name: str | None) -> str:
    """A visit as a reader says it: WEEK 6 is Week 6."""
    if not name:
        return text("number.ns")
    return term_case(name)


def measure(marker: Answer) -> str:
    """The unit of a marker with what it is a share of: % of lymphocytes, cells/uL."""
    unit, parent = marker["unit"], marker["parent"]
    unit = unit.replace("/uL", "/µL").replace("mm2", "mm²").replace("10^9", "10⁹")
    if not parent or unit != "%":
        return str(unit)
    return text("biomarkers.share", parent=parent.lower() if parent.isalpha() else parent)


def digits(*values: float | None) -> int:
    """Decimals that show three figures of the largest value."""
    largest = max((abs(v) for v in values if v is not None), default=0.0)
    return 0 if largest >= 100 else 1 if largest >= 10 else 2


def value(x: float | None, *others: float | None) -> str:
    """A measured value; `others` are printed beside it with as many decimals."""
    return text("number.ne") if x is None else numbers.fixed(x, digits(x, *others))


def shift(row: Answer) -> str:
    """+2.40, or ×0.84 on a ratio scale."""
    x = row["estimate"]
    if x is None:
        return text("number.ne")
    if row["marker"]["scale"] == "ratio":
        return f"×{numbers.fixed(x, 2)}"
    return signed(x, digits(x, row["lower"], row["upper"]))


def limits(row: Answer) -> str:
    """The interval of a shift: +1.50 to +3.15; in words where the pairs are too few."""
    lower, upper = row["lower"], row["upper"]
    if lower is None or upper is None:
        return text("number.ne")
    if row["marker"]["scale"] == "ratio":
        ends = numbers.fixed(lower, 2), numbers.fixed(upper, 2)
    else:
        n = digits(row["estimate"], lower, upper)
        ends = signed(lower, n), signed(upper, n)
    return text("number.to", lower=ends[0], upper=ends[1])


def chance(p: float | None) -> str:
    """A p or q: <0.0001, 0.0042, 0.164."""
    if p is None:
        return text("number.ne")
    if p < SMALLEST:
        return f"<{SMALLEST:.4f}"
    return numbers.fixed(p, 4 if p < 0.01 else 3)


def smallest(p: float | None) -> str:
    """The smallest p that so many pairs can show."""
    return text("biomarkers.smallest", p=chance(p))


def caveat(*keys: str, **values: object) -> html.P:
    """Sentences under a figure."""
    return html.P(" ".join(text(k, **values) for k in keys), className="figure-note")
