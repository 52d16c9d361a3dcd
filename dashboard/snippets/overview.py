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
            "from components.numbers import interval, percent, proportion",
            "from components.overview.parts import duration",
            "from dashboard.metrics.types import Proportion",
            "from dashboard.panels.overview import mature",
        ),
        """
        told = mature(v)
        print(f"{told['set_label']}, n = {told['n']}")
        for window in told["windows"]:
            done = Proportion.from_json(window["resolved"]["headline"])
            followed, days = window["followed"]["headline"]["x"], window["days_left"]
            print(f"{window['id']}, {duration(window['window_days'])}:", end=" ")
            print(f"{done.x} of {done.n} complete, {followed} followed to the end,", end=" ")
            print(f"{done.x - followed} decided earlier, {len(window['open'])} open", end="")
            print(f", in {days[0]} to {days[-1]} days" if days else "")
        bounds = told["bounds"]
        for name in ("all_fail", "all_respond", "mature") if bounds else ():
            bound = Proportion.from_json(bounds[name]["headline"])
            print(f"{name}: {proportion(bound, small=rules.min_group)}")
        if bounds:
            print(f"pending of the mature: {len(bounds['mature_pending'])}")
        if bounds and bounds["incidence"] and told["n"] >= rules.min_group:
            found = bounds["incidence"]
            ends = interval(found["lower"], found["upper"])
            rate = percent(found["estimate"])
            print(f"incidence at day {bounds['window_days']:g}: {rate}%", end=" ")
            print(f"({100 * rules.level:g}% CI {ends}, {bounds['incidence_method']})")
        """,
    ),
    "overview-disposition": Snippet(
        (
            "from components.overview.by_group import share",
            "from dashboard.metrics.disposition import Disposition",
            "from dashboard.panels.patients import where",
        ),
        """
        told = where(v)
        print(f"{told['set_label']}, n = {told['n']}")
        print(f"under {rules.min_group} patients: counts only")
        found = Disposition.from_json(told["table"])
        unknown = set() if told["ends_known"] else {"in_study", "off_study"}
        unknown |= set() if told["deaths_known"] else {"died"}
        for row in found.rows:
            if (row.part_of or row.id) in unknown:
                continue
            name = told["words"][row.id] if row.reason else row.id
            for column, who in zip(found.columns, row.patients):
                small = column.small or not who
                percent = "" if small else f" {share(len(who), column.n)}"
                print(f"{name}, {column.label}: {len(who)}/{column.n}{percent}")
        """,
    ),
    "overview-baseline": Snippet(
        (
            "from components.numbers import plain",
            "from components.overview.by_group import share",
            "from dashboard.metrics.baseline import BaselineTable",
            "from dashboard.panels.patients import baseline",
        ),
        """
        told = baseline(v)
        print(f"{told['set_label']}, n = {told['n']}")
        print(f"under {rules.min_group} patients: counts only")
        found = BaselineTable.from_json(told["table"])

        def counts(name, patients):
            for column, who in zip(found.columns, patients):
                small = column.small or not who
                percent = "" if small else f" {share(len(who), column.n)}"
                print(f"{name}, {column.label}: {len(who)}/{column.n}{percent}")

        for one in found.characteristics:
            label = told["labels"][one.column]
            for column, spread in zip(found.columns, one.spreads):
                words = f"median {plain(spread.median)}"
                words += f" ({plain(spread.minimum)} to {plain(spread.maximum)})"
                values = f"{spread.n} values" if column.small else words
                print(f"{label}, {column.label}: {values if spread.n else 'not estimable'}")
            for words, level in zip(told["words"][one.column], one.levels):
                counts(f"{label}, {words}", level.patients)
            if any(one.missing):
                counts(f"{label}, not stated", one.missing)
        for column, levels in found.left_out:
            print(f"{told['labels'][column]}: {levels} levels, not listed")
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
