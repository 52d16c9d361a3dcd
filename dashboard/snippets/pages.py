"""The code behind the cards of Response, Swimmer, Survival and Cuts."""

from __future__ import annotations

from dashboard.snippets.parts import Snippet

_LANES = Snippet(
    (
        "from components.numbers import months",
        "from dashboard.panels.swimmer import lanes",
        "from dashboard.text import day",
    ),
    """
    told = lanes(v)
    on = sum(lane["ongoing"] for lane in told["lanes"])
    print(f"{told['set_label']}, n = {told['n']}; on treatment: {on}")
    print(f"day 0: {told['origin']}; window of response: {told['window_days']} days")
    for patient, lane in zip(told["patients"], told["lanes"]):
        time = ""
        if lane["days"] is not None:
            time = f", {months(lane['days'])} months ({lane['days']} days)"
        first = day(lane["start_date"]) if lane["start_date"] else "no dose"
        print(f"{patient['id']}, {first}: {lane['state']}{time}", end="")
        print(f", best {lane['best']}, prior lines {lane['prior']}", end="")
        if lane["response_days"] is not None:
            print(f", response {months(lane['response_days'])} months", end="")
            print(f" ({lane['response_days']} days)", end="")
        for mark in lane["markers"]:
            print(f", {mark['event']} on day {mark['day']}", end="")
        for phase in lane["segments"]:
            print(f", {phase['term']} from day {phase['first']} to {phase['last']}", end="")
        print(f"; {patient['reason'] or patient['study_reason'] or 'no reason'}")
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
            "from components.numbers import counts, percent, proportion",
            "from dashboard.metrics.types import Proportion",
            "from dashboard.panels.forest import forest",
        ),
        """
        told = forest(v)
        print(f"{told['set_label']}, n = {told['n']}")
        print(f"under {rules.min_group} patients: counts only")

        def rate(data):
            found = Proportion.from_json(data)
            return counts(found) if found.n < rules.min_group else proportion(found)

        def estimate(data, key):
            return f"{percent(data[key])}% ({percent(data['lower'])} to {percent(data['upper'])})"

        if told["overall"] is not None:
            print(f"all patients: {rate(told['overall'])}")
        labels = {}
        for table in [*([told["backbone"]] if told["backbone"] else []), *told["factors"]]:
            name = table.get("label", told["backbone_label"])
            print(f"{name}, in no group: {table['in_no_group']}")
            for row in table["rows"]:
                labels.setdefault(row["id"], row)
                print(f"{name}, {row['label']}: {rate(row['rate'])}")
        for group in told["shrunken"]["groups"] if told["shrunken"] else ():
            row = labels.get(group["group"])
            if row and not row["small"]:
                print(f"{row['label']}, shrunken: {estimate(group, 'mean')}")
        for found in told["benchmarks"]:
            exact = f", {found['exact']['x']}/{found['exact']['n']}" if found["exact"] else ""
            print(f"published: {found['label']}{exact}: {estimate(found, 'estimate')}", end="")
            print(f"; {found['population']}; {found['source']}")
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
            "from components.cuts.ledger import grouped, points",
            "from components.cuts.parts import signed",
            "from components.numbers import interval, percent, proportion",
            "from components.overview.parts import duration",
            "from dashboard.metrics.types import Proportion",
            "from dashboard.panels.cuts import ledger",
            "from dashboard.text import day",
        ),
        """
        told = ledger(v)
        if told["then"]:
            print(f"from {day(told['then']['date'])} to {day(told['now']['date'])}", end="; ")
            print(told["filter_words"])
        for estimate in told["estimates"]:
            for side in ("then", "now"):
                if estimate[side]:
                    rate = Proportion.from_json(estimate[side])
                    print(f"{estimate['id']}, {side}: {proportion(rate, small=rules.min_group)}")
            moves = grouped(estimate["moves"])
            for cause, mine in [*moves, *([("in all", estimate["moves"])] if moves else [])]:
                dx, dn = (signed(sum(m[k] for m in mine)) for k in (2, 3))
                who = len({m[0] for m in mine})
                print(f"{estimate['id']}, {cause}: {dx} of {dn}, {who} patients")
        if told["rate"]:
            rate = told["rate"]
            for name, side in zip(("then", "now"), rate["sides"]):
                ends, time = interval(side["lower"], side["upper"]), duration(rate["day"])
                print(f"PFS at {time}, {name}: {percent(rate[name])}% ({ends}", end="")
                print(f", {100 * side['level']:g}% CI, {side['method']};", end=" ")
                print(f"{side['events']} events in {side['n']} patients)")
            for share in rate["shares"] if rate["split"] else ():
                print(f"{share['cause']}: {points(share['change'])} points,", end=" ")
                print(f"{len(share['patients'])} patients")
            if rate["then"] is not None and rate["now"] is not None:
                print(f"in all: {points(rate['now'] - rate['then'])} points")
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
        (
            "from collections import Counter",
            "from dashboard.panels.cuts import checks",
        ),
        """
        told = checks(v)
        print(f"values that differ: {len(told['items']):,}")
        for endpoint in told["endpoints"]:
            differing, compared = endpoint["differing"], endpoint["compared"]
            if compared is None:
                print(f"{endpoint['id']}: {differing:,} differ")
                continue
            print(f"{endpoint['id']}: {compared - differing:,} of {compared:,} agree", end=", ")
            print(f"{differing:,} differ")
        for (name, kind), n in Counter((i[0], i[5]) for i in told["items"]).items():
            print(f"{name}, {kind}: {n:,}")
            pairs = Counter((i[2], i[3]) for i in told["items"] if (i[0], i[5]) == (name, kind))
            for (exported, derived), times in pairs.most_common(2):
                print(f"  exported {exported}, derived {derived}: {times:,}")
        if told["followed"]:
            for rule, x in told["followed"]["agree"]:
                print(f"rule {rule}: {x} of {told['followed']['n']}")
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
