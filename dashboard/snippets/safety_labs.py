"""The code behind the cards of Laboratory and Exposure."""

from __future__ import annotations

from dashboard.snippets.parts import Snippet

_GRADES = Snippet(
    (
        "from components.numbers import proportion",
        "from dashboard import laboratory",
        "from dashboard.lab_rules import graded",
        "from dashboard.metrics.lab_shift import lab_grades",
    ),
    """
    values, version = laboratory.labs_in(v), rules.ctcae_version
    if values is not None and graded(version):
        for term in lab_grades(values, version=version, level=rules.level):
            high = proportion(term.grade3plus, small=rules.min_group)
            counts = ", ".join(f"{g}: {term.by_grade[g]}" for g in "01234")
            print(f"{term.term} ({counts}); grade 3 or 4: {high}")
    """,
)


_IMPORTS = {
    "change": ("from dashboard.metrics.lab_change import lab_changes",),
    "shift": ("from dashboard.metrics.shift_table import range_shift",),
}
_BODIES = {
    "change": """
    if values is not None and (values.of((code,)) & values.preferred).any():
        found = lab_changes(values, code)
        for visit in found.visits:
            value, change = visit.value, visit.change
            print(f"{visit.visit}: n {value.n}, median {value.median} ({value.q1} to {value.q3})")
            print(f"{visit.visit}: change n {change.n}, median {change.median}")
    """,
    "shift": """
    if values is not None and values.of((code,)).any():
        for cell in range_shift(values, code).cells:
            print(f"{cell.before} to {cell.after}: {len(cell.patients)}")
    """,
}


def _parameter(body: str) -> Snippet:
    """Code of a card about the parameter in the address, the first one where it names none."""
    lead = """
    names = [name.code for name in lab_names(a)]
    code = v.selection.lab or (names[0] if names else "")
    values = laboratory.labs_in(v)
    """
    return Snippet(
        (
            "from dashboard import laboratory",
            "from dashboard.lab_names import lab_names",
            *_IMPORTS[body],
        ),
        lead.rstrip() + _BODIES[body],
    )


SNIPPETS: dict[str, Snippet] = {
    "labs-findings": _GRADES,
    "labs-grades": _GRADES,
    "labs-urate": Snippet(
        (
            "from components.numbers import proportion",
            "from dashboard import laboratory",
            "from dashboard.lab_rules import urate_bands",
            "from dashboard.metrics.urate import urate",
            "from dashboard.metrics.urate_course import above",
            "from dashboard.panels.urate import course",
        ),
        """
        values = laboratory.labs_in(v)
        if values is not None:
            found = urate(values, urate_bands(v.cut.study))
            if found.patients:
                for edge in found.edges:
                    share, _ = above(found, edge, level=rules.level)
                    print(f"above {edge:g}: {proportion(share, small=rules.min_group)}")
        for event in course(v)["events"]:
            print(f"{event['usubjid']}: {event['term']}, day {event['first']}, {event['before']}")
        """,
    ),
    "labs-parameter": _parameter("change"),
    "labs-shift": _parameter("shift"),
    "labs-liver": Snippet(
        (
            "from collections import Counter",
            "from dashboard import laboratory",
            "from dashboard.lab_rules import liver_options",
            "from dashboard.metrics.liver import liver",
        ),
        """
        values = laboratory.labs_in(v)
        if values is not None:
            found = liver(values, liver_options(a))
            for quadrant, n in Counter(p.quadrant for p in found.patients).items():
                print(f"{quadrant}: {n}")
            print(f"candidates: {len(found.candidates)}")
        """,
    ),
    "labs-nadir": Snippet(
        (
            "from dashboard import laboratory",
            "from dashboard.lab_rules import graded",
            "from dashboard.metrics.nadir import nadirs",
            "from dashboard.panels.labs import COUNTS",
        ),
        """
        values, version = laboratory.labs_in(v), rules.ctcae_version
        made = laboratory.cycles_in(v, laboratory.doses_in(v))
        if values is not None and made is not None and graded(version):
            for codes in COUNTS:
                if laboratory.holds(a, codes):
                    for row in nadirs(values, made.cycles, codes, version=version).rows:
                        print(f"{codes[0]}, cycle {row.cycle}: n {row.nadir.n}", end=", ")
                        print(f"median {row.nadir.median}, {row.by_grade}")
        """,
    ),
    "exposure-findings": Snippet(
        (
            "from components.numbers import months",
            "from dashboard.panels.exposure import findings",
        ),
        """
        told = findings(v)
        if told["found"]:
            print(f"median time on treatment: {months(told['time']['estimate'])} months")
            for drug in told["drugs"]:
                found = drug["intensity"]
                print(f"{drug['id']}: n {found['n']}, dose intensity {found['median']}")
        """,
    ),
    "exposure-cycles": Snippet(
        (
            "from dashboard import laboratory",
            "from dashboard.metrics.cycle_counts import cycle_counts",
        ),
        """
        made = laboratory.cycles_in(v, laboratory.doses_in(v))
        if made is not None:
            for row in cycle_counts(made.cycles, length_days=made.length).rows:
                done = f"{len(row.completed)} of {len(row.started)} completed"
                print(f"cycle {row.cycle}: {done}, {len(row.running)} running")
        """,
    ),
    "exposure-intensity": Snippet(
        (
            "from components.numbers import percent",
            "from dashboard import laboratory",
            "from dashboard.metrics.exposure import exposure_of",
        ),
        """
        records = laboratory.doses_in(v)
        if records is not None:
            for drug in exposure_of(records.treated, records).drugs:
                found = drug.intensity
                ends = f"{percent(found.q1)} to {percent(found.q3)}"
                print(f"{drug.drug}, n = {drug.n}: {percent(found.median)}% ({ends})")
        """,
    ),
    "exposure-changes": Snippet(
        (
            "from components.numbers import proportion",
            "from dashboard import laboratory",
            "from dashboard.metrics.dose_changes import dose_modifications",
        ),
        """
        records = laboratory.doses_in(v)
        if records is not None:
            for row in dose_modifications(records, level=rules.level).rows:
                share = proportion(row.proportion, small=rules.min_group)
                print(f"{row.drug}, {row.type}: {share}, {row.n_records} records")
        """,
    ),
    "exposure-stops": Snippet(
        (
            "from components.numbers import proportion",
            "from dashboard import laboratory",
            "from dashboard.metrics.dose_changes import discontinuations",
            "from dashboard.metrics.stopping import stopping, treatment_time",
        ),
        """
        patients = laboratory.treated_in(v)
        if patients is not None and patients.n:
            ended = discontinuations(a.adsl, a.cohort, v.set("safety"), level=rules.level)
            times = treatment_time(a.adsl, a.cohort, patients, ended)
            for reason in stopping(times, options=a.km_options).reasons:
                share = proportion(reason.proportion, small=rules.min_group)
                print(f"{reason.reason}: {share}")
        """,
    ),
    "exposure-groups": Snippet(
        (
            "from components.numbers import proportion",
            "from dashboard.metrics.types import Proportion",
            "from dashboard.panels.exposure import groups",
        ),
        """
        for group in groups(v)["groups"]:
            stopped = Proportion.from_json(group["stopped"])
            print(f"{group['label']}, n = {group['n']}", end=": ")
            print(f"off treatment {proportion(stopped, small=rules.min_group)}")
        """,
    ),
}
