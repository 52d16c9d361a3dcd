"""The code behind the cards of Response, Swimmer, Survival and Cuts."""

from __future__ import annotations

from dashboard.snippets.parts import Snippet

_LANES = Snippet(
    ("from dashboard.panels.swimmer import lanes",),
    """
    for lane in lanes(v)["lanes"]:
        days = "" if lane["days"] is None else f", {lane['days']} days"
        print(f"{lane['usubjid']}: {lane['state']}{days}, best {lane['best']}")
    """,
)

SNIPPETS: dict[str, Snippet] = {
    "response-rates": Snippet(
        (
            "from components.numbers import proportion",
            "from dashboard.metrics.response_rates import clinical_benefit, disease_control",
            "from dashboard.metrics.response_rates import objective_response",
            "from dashboard.metrics.windows import response_window",
        ),
        """
        level, small = rules.level, rules.min_group
        sets = dict.fromkeys(("enrolled", "full", "evaluable"))
        if v.selection.analysis_set not in sets:
            sets = {v.selection.analysis_set: None, **sets}
        for set_id in (s for s in sets if s in a.shown_sets):
            members = v.set(set_id)
            found = {
                "ORR": objective_response(a.responses, members, level=level),
                "DCR": disease_control(a.responses, members, level=level),
                "CBR": clinical_benefit(
                    a.cohort, a.assessments, a.responses, members, a.response_rules, level=level
                ),
                "ORR unconfirmed": objective_response(
                    a.responses, members, confirmed=False, level=level
                ),
            }
            for name, rate in found.items():
                if rate is not None:
                    print(f"{name}, {set_id}: {proportion(rate.headline, small=small)}")
        days = rules.orr_window_days
        if a.responses.source_confirmed is not None and days is not None:
            window = response_window(a.window_days, v.members, window_days=days, level=level)
            for name in ("interim", "all_respond", "mature"):
                rate = getattr(window, name).headline
                print(f"window, {name}: {proportion(rate, small=small)}")
            print(f"pending: {len(window.pending)}")
        """,
    ),
    "response-best": Snippet(
        (
            "from components.numbers import proportion",
            "from dashboard.metrics.response_rates import best_response_table",
        ),
        """
        for row in best_response_table(a.responses, v.members, level=rules.level).rows:
            for name, rate in (("confirmed", row.confirmed), ("unconfirmed", row.unconfirmed)):
                if rate is not None:
                    print(f"{row.term}, {name}: {proportion(rate.headline, small=rules.min_group)}")
        """,
    ),
    "response-waterfall": Snippet(
        ("from dashboard.measurements import best_changes_of, sums_of",),
        """
        sums = sums_of(a)
        if sums is not None:
            best = best_changes_of(a, sums)
            inside = set(v.members.patients)
            bars = sorted(zip(best.percent, best.usubjid, best.day), key=lambda b: (-b[0], b[1]))
            for percent, patient, day in bars:
                if patient in inside:
                    print(f"{patient}: {percent:.4f}% on day {day}")
        """,
    ),
    "response-spider": Snippet(
        (
            "from dashboard.measurements import sums_of",
            "from dashboard.metrics.response import day_array",
            "from dashboard.metrics.trajectories import trajectories",
        ),
        """
        sums = sums_of(a)
        if sums is not None:
            drawn = trajectories(a.cohort, sums, day_array(a.responses.first_pd_day))
            inside = set(v.members.patients)
            for line in drawn.lines:
                if line.usubjid in inside:
                    visits = ", ".join(f"{d}: {p:.4f}%" for d, p in zip(line.day, line.percent))
                    print(f"{line.usubjid} day {visits}")
        """,
    ),
    "response-forest": Snippet(
        (
            "from components.numbers import percent, proportion",
            "from dashboard.metrics.types import Proportion",
            "from dashboard.panels.forest import forest",
        ),
        """
        told = forest(v)
        tables = [*([told["backbone"]] if told["backbone"] else []), *told["factors"]]
        if told["overall"] is not None:
            overall = Proportion.from_json(told["overall"])
            print(f"all patients: {proportion(overall, small=rules.min_group)}")
        for row in (row for table in tables for row in table["rows"]):
            rate = Proportion.from_json(row["rate"])
            print(f"{row['label']}: {proportion(rate, small=rules.min_group)}")
        for group in told["shrunken"]["groups"] if told["shrunken"] else ():
            ends = f"{percent(group['lower'])} to {percent(group['upper'])}"
            print(f"{group['group']}, shrunken: {percent(group['mean'])}% ({ends})")
        """,
    ),
    "swimmer-lanes": _LANES,
    "swimmer-table": _LANES,
    "survival-curve": Snippet(
        (
            "from components.numbers import months, percent, rate_in_brackets",
            "from dashboard.endpoints import data_of, endpoint_named, endpoints",
            "from dashboard.metrics.time_to_event import survival",
            "from dashboard.panels.strata import strata_of",
            "from dashboard.panels.survival import MAX_CURVES",
        ),
        """
        chosen = endpoint_named(endpoints(a), v.selection.endpoint)
        data = data_of(a, chosen, v.selection.rules) if chosen else None
        if data is not None:
            curves = {chosen.id: survival(data, v.members, a.km_options).curve}
            for group in strata_of(v, data, a.km_options, MAX_CURVES):
                curve = group.result.curve
                if group.why:
                    print(f"{group.label}: {curve.events} of {curve.n} with an event, counts only")
                else:
                    curves[group.label] = curve
            days = {91.3125, 182.625, 365.25}
            if chosen.id == "PFS":
                days.add(a.pfs_landmark)
            for label, curve in curves.items():
                median = curve.median
                print(f"{label}: {curve.events} of {curve.n} with an event")
                print(f"median: {months(median.estimate)} months", end=" ")
                print(f"({months(median.lower)} to {months(median.upper)})")
                for rate in (curve.rate(day) for day in sorted(days)):
                    print(f"day {rate.time:g}: {percent(rate.survival)}", end=" ")
                    print(f"{rate_in_brackets(rate, curve)}, {rate.n_at_risk} at risk")
        """,
    ),
    "survival-rules": Snippet(
        (
            "from components.numbers import months, percent, rate_in_brackets",
            "from dashboard.metrics.time_to_event import survival",
        ),
        """
        readings = {
            "exported": a.exported_time("PFS"),
            "fda": a.derived_pfs("fda"),
            "ema": a.derived_pfs("ema"),
        }
        for name, data in readings.items():
            if data is not None:
                curve = survival(data, v.members, a.km_options).curve
                rate, median = curve.rate(a.pfs_landmark), curve.median
                print(f"{name}: {curve.events}/{curve.n}, {percent(rate.survival)}", end=" ")
                print(f"{rate_in_brackets(rate, curve)}, median {months(median.estimate)}", end=" ")
                print(f"({months(median.lower)} to {months(median.upper)})")
        """,
    ),
    "survival-reasons": Snippet(
        (
            "from dashboard.endpoints import data_of, endpoint_named, endpoints",
            "from dashboard.metrics.reasons import reason_counts",
        ),
        """
        chosen = endpoint_named(endpoints(a), v.selection.endpoint)
        data = data_of(a, chosen, v.selection.rules) if chosen else None
        if data is not None:
            for found in reason_counts(data.restrict(v.members)):
                print(f"{'event' if found.event else 'censored'}, {found.reason}: {found.n}")
        """,
    ),
    "survival-follow": Snippet(
        (
            "from components.numbers import follow_up as in_words",
            "from components.numbers import months",
            "from dashboard.metrics.duration import time_to_response",
            "from dashboard.metrics.time_to_event import follow_up",
        ),
        """
        if a.responses.source_confirmed is not None:
            found = time_to_response(a.responses, v.members)
            if found.n:
                ends = f"{months(found.minimum)} to {months(found.maximum)}"
                print(f"time to response: {months(found.median)} months ({ends}), n = {found.n}")
            else:
                print("time to response: no dated response")
        if a.os is not None:
            print("follow-up:", in_words(follow_up(a.os, v.members, a.km_options), rules.level))
        """,
    ),
    "cuts-ledger": Snippet(
        (
            "from collections import Counter",
            "from dashboard.panels.cuts import ledger",
        ),
        """
        told = ledger(v)
        for estimate in told["estimates"]:
            then, now = estimate["then"], estimate["now"]
            if then and now:
                print(f"{estimate['id']}: {then['x']}/{then['n']} -> {now['x']}/{now['n']}")
            for cause, n in Counter(move[1] for move in estimate["moves"]).items():
                print(f"{estimate['id']}, {cause}: {n}")
        """,
    ),
    "patients-listing": _LANES,
    "cuts-records": Snippet(
        ("from dashboard.panels.cuts import records",),
        """
        for domain in records(v)["domains"]:
            print(f"{domain['domain']}: {domain['rows']} rows")
        """,
    ),
    "cuts-findings": Snippet(
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
    "cuts-checks": Snippet(
        ("from dashboard.panels.cuts import checks",),
        """
        for endpoint in checks(v)["endpoints"]:
            print(f"{endpoint['id']}: {endpoint['differing']} of {endpoint['compared']} differ")
        """,
    ),
    "cuts-list": Snippet(
        (),
        """
        for cut in v.shelf.cuts(v.selection.study):
            print(f"{cut.cut_date}: {cut.id}")
        """,
    ),
}
