"""The code behind the cards of events in time and of special interest."""

from __future__ import annotations

from dashboard.snippets.parts import Snippet

SNIPPETS: dict[str, Snippet] = {
    "events-clock": Snippet(
        (
            "from components.numbers import proportion",
            "from dashboard.metrics.ae_window import related_in_window",
            "from dashboard.metrics.maturity import maturity",
            "from dashboard.panels.safety import events_in",
        ),
        """
        days, level, small = rules.ae_window_days, rules.level, rules.min_group
        members, events = v.set("safety"), events_in(v)
        if days is not None and members.n:
            clock = maturity(
                "AE", "", a.cohort, members,
                window_days=days, final_day=a.cohort.death, level=level,
            )
            done = clock.resolved.headline
            print(f"complete: {done.x} of {done.n}, open: {len(clock.open)}")
            found = None if events is None else related_in_window(events, days, level=level)
            if found is not None:
                print(f"related: {proportion(found.interim, small=small)}")
                print(f"can still have one: {len(found.open)}")
                print(f"whole window passed: {proportion(found.mature, small=small)}")
        """,
    ),
    "events-aesi": Snippet(
        (
            "from components.numbers import proportion",
            "from dashboard.metrics.aesi import aesi_table",
            "from dashboard.panels.events.shared import recipients",
            "from dashboard.panels.safety import events_in",
        ),
        """
        events, options = events_in(v), a.safety_options
        if events is not None:
            got = {d: r.patients for d, r in recipients(v, events).items() if r.patients}
            emergent = events.treatment_emergent()
            for row in aesi_table(emergent, options.aesi, got, level=options.level):
                rate = proportion(row.any.any, small=rules.min_group)
                grades = ", ".join(f"{g}: {x}" for g, x in row.any.by_grade.items() if x)
                print(f"{row.drug}, {row.label}: {rate}; {grades or 'none'}")
        """,
    ),
    "events-terms": Snippet(
        (
            "from components.numbers import proportion",
            "from dashboard.metrics.types import Proportion",
            "from dashboard.panels.events import terms",
        ),
        """
        for row in terms(v)["rows"]:
            rate = proportion(Proportion.from_json(row["any"]), small=rules.min_group)
            print(f"{row['label']}: {rate}")
        """,
    ),
    "events-rates": Snippet(
        (
            "from components.numbers import fixed",
            "from dashboard.panels.events import rates",
        ),
        """
        for group in rates(v)["groups"]:
            for row in group["rows"]:
                found = row["incidence"]
                years = fixed(found["person_years"])
                if found["rate"] is None:
                    print(f"{row['label']}: {found['x']} in {years} years, not estimable")
                    continue
                rate, lower, upper = (fixed(100 * found[k]) for k in ("rate", "lower", "upper"))
                print(f"{row['label']}: {found['x']} in {years} years,", end=" ")
                print(f"{rate} per 100 ({lower} to {upper})")
        """,
    ),
    "events-incidence": Snippet(
        (
            "from components.numbers import interval, percent",
            "from dashboard.metrics.onset import time_to_first",
            "from dashboard.panels.events.shared import counted, kind_of",
        ),
        """
        events = counted(v)
        if events is not None:
            kind = kind_of(v, events)
            curve = time_to_first(kind.events, level=rules.level).incidence
            print(f"{kind.label}: {curve.events} of {curve.n}, competing {curve.competing}")
            for at in (curve.at(day) for day in (91.3125, 182.625, 365.25)):
                print(f"day {at.time:g}: {percent(at.estimate)}", end=" ")
                print(f"({interval(at.lower, at.upper)}), {at.n_at_risk} at risk")
        """,
    ),
    "events-course": Snippet(
        (
            "from components.numbers import proportion",
            "from dashboard.metrics.ae_outcome import ae_outcome",
            "from dashboard.metrics.onset import time_to_first",
            "from dashboard.metrics.prevalence import prevalence_by_cycle",
            "from dashboard.panels.events.course import CYCLES",
            "from dashboard.panels.events.shared import counted, cycles_of, kind_of",
        ),
        """
        events = counted(v)
        if events is not None:
            mine = kind_of(v, events).events
            onset, outcome = time_to_first(mine), ae_outcome(mine)
            print(f"onset: {onset.median} ({onset.minimum} to {onset.maximum}), {onset.affected}")
            ends = f"({outcome.minimum} to {outcome.maximum}), {outcome.n_duration}"
            print(f"duration: {outcome.median} {ends}")
            print(f"resolved {outcome.resolved}, ended {outcome.ended}", end=", ")
            print(f"ongoing {outcome.ongoing}", end=", ")
            print(f"fatal {outcome.fatal}, unknown {outcome.unknown}")
            found = prevalence_by_cycle(mine, cycles_of(v, mine), level=rules.level)
            for row in found.rows[:CYCLES]:
                rate = proportion(row.prevalence, small=rules.min_group)
                print(f"cycle {row.cycle}: {rate}")
        """,
    ),
}
