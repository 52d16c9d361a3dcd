"""The code behind the cards of the Overview."""

from __future__ import annotations

from dashboard.snippets.parts import Snippet

SNIPPETS: dict[str, Snippet] = {
    "overview-status": Snippet(
        (
            "from components.numbers import follow_up as in_words",
            "from dashboard.metrics.accrual import status_counts",
            "from dashboard.metrics.time_to_event import follow_up",
        ),
        """
        enrolled, evaluable = v.set("enrolled"), v.set("evaluable")
        counts = status_counts(a.adsl, a.cohort, enrolled, evaluable, level=rules.level)
        unknown = {"evaluable"} if not a.evaluable_known else set()
        if not a.doses_known:
            unknown |= {"treated", "on_treatment", "ended"}
        for name in ("enrolled", "treated", "evaluable", "on_treatment", "ended"):
            found = getattr(counts, name).headline
            print(f"{name}:", "not stated" if name in unknown else f"{found.x} of {found.n}")
        if a.os is not None:
            followed = follow_up(a.os, enrolled, a.km_options)
            print("follow-up:", in_words(followed, rules.level))
        """,
    ),
    "overview-efficacy": Snippet(
        (
            "from components.numbers import percent, proportion, rate_in_brackets",
            "from dashboard.metrics.response_rates import disease_control, objective_response",
            "from dashboard.metrics.time_to_event import survival",
            "from dashboard.metrics.windows import response_window",
            "from dashboard.panels.deaths import deaths",
        ),
        """
        confirmed = a.responses.source_confirmed is not None
        days, level = rules.orr_window_days, rules.level
        orr = objective_response(a.responses, v.members, confirmed=confirmed, level=level)
        if confirmed and days is not None:
            orr = response_window(a.window_days, v.members, window_days=days, level=level).interim
        dcr = disease_control(a.responses, v.members, confirmed=confirmed, level=level)
        died = deaths(a, v.members)
        for name, found in (("ORR", orr), ("DCR", dcr), ("deaths", died)):
            if found is not None:
                print(f"{name}: {proportion(found.headline, small=rules.min_group)}")
        pfs = a.pfs(v.selection.rules)
        if pfs is not None:
            curve = survival(pfs, v.members, a.km_options).curve
            rate = curve.rate(a.pfs_landmark)
            print(f"PFS at day {rate.time:g}: {percent(rate.survival)}", end=" ")
            print(rate_in_brackets(rate, curve))
        """,
    ),
    "overview-safety": Snippet(
        (
            "from components.numbers import proportion",
            "from dashboard.metrics.ae_overview import ae_overview",
            "from dashboard.metrics.safety import safety_events",
        ),
        """
        members, adae = v.set("safety"), a.frame("ADAE")
        if adae is not None and a.sets["safety"].n:
            events = safety_events(a.adsl, adae, a.cohort, members, a.safety_options)
            told = ae_overview(events, a.safety_options)
            for name in ("related_grade3plus", "serious"):
                flag = told.flag(name)
                if flag.proportion is not None:
                    print(f"{name}: {proportion(flag.proportion, small=rules.min_group)}", end="")
                    print(f", {flag.n_events} events")
        """,
    ),
    "overview-maturity": Snippet(
        (
            "from components.numbers import proportion",
            "from dashboard.metrics.types import Proportion",
            "from dashboard.panels.overview import mature",
        ),
        """
        told = mature(v)
        for window in told["windows"]:
            resolved = Proportion.from_json(window["resolved"]["headline"])
            running = len(window["open"])
            print(f"{window['id']}: {resolved.x} of {resolved.n} complete, {running} open")
        if told["bounds"] is not None:
            for name in ("all_fail", "all_respond", "mature"):
                bound = Proportion.from_json(told["bounds"][name]["headline"])
                print(f"{name}: {proportion(bound, small=rules.min_group)}")
        """,
    ),
    "overview-disposition": Snippet(
        (
            "from dashboard.metrics.disposition import Disposition",
            "from dashboard.panels.patients import where",
        ),
        """
        found = Disposition.from_json(where(v)["table"])
        for row in found.rows:
            for column, who in zip(found.columns, row.patients):
                print(f"{row.id}, {column.label}: {len(who)} of {column.n}")
        """,
    ),
    "overview-baseline": Snippet(
        (
            "from dashboard.metrics.baseline import BaselineTable",
            "from dashboard.panels.patients import baseline",
        ),
        """
        found = BaselineTable.from_json(baseline(v)["table"])
        for one in found.characteristics:
            for column, spread in zip(found.columns, one.spreads):
                ends = f"{spread.minimum} to {spread.maximum}"
                print(f"{one.column}, {column.label}: median {spread.median} ({ends})")
            for level in one.levels:
                for column, who in zip(found.columns, level.patients):
                    print(f"{one.column} {level.value}, {column.label}: {len(who)} of {column.n}")
        """,
    ),
    "overview-accrual": Snippet(
        ("from dashboard.metrics.accrual import accrual",),
        """
        found = accrual(a.cohort, v.set("enrolled"))
        for day, n in zip(found.dates, found.cumulative):
            print(f"{day}: {n}")
        print(f"enrolled with a date: {found.n}")
        """,
    ),
    "overview-quality": Snippet(
        (
            "from collections import Counter",
            "from dashboard.derived_findings import derived_findings",
        ),
        """
        found = [*v.cut.findings, *derived_findings(a)]
        for severity, n in Counter(f.severity.value for f in found).items():
            print(f"{severity}: {n}")
        """,
    ),
    "overview-registry": Snippet(
        (),
        """
        for endpoint in v.cut.study.endpoints:
            print(f"{endpoint.id}: {endpoint.wording}; window {endpoint.window_days}")
        """,
    ),
}
