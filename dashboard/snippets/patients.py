"""The code behind the cards of a patient's page: what its figures and tables say, in lines.

Beside what other cards' code may use there is `patient`, the id of the patient of the page.
"""

from __future__ import annotations

from dashboard.snippets.parts import Snippet

_OWN = """
    def own(domain):
        frame = a.frame(domain)
        return None if frame is None else frame[frame["USUBJID"] == patient]
"""

SNIPPETS: dict[str, Snippet] = {
    "patient-facts": Snippet(
        ("from dashboard.people import lanes_of, time_of",),
        """
        readings = v.selection.rules
        lane = next(x for x in lanes_of(a, readings).lanes if x.usubjid == patient)
        print(f"{lane.state}, {lane.days} days, best {lane.best}, origin {lane.origin}")
        for endpoint in ("PFS", "OS", "DOR"):
            data = time_of(a, endpoint, readings)
            if data is not None and patient in data.usubjid:
                i = data.usubjid.index(patient)
                ended = "event" if data.event[i] else "censored"
                print(f"{endpoint}: {data.days[i]} days, {ended} ({data.reason[i]})")
        """,
    ),
    "patient-course": Snippet(
        (
            "from dashboard.measurements import sums_of",
            "from dashboard.metrics.patient_tumour import TumourInput, tumour_of",
            "from dashboard.panels.patient import profile",
        ),
        f"""{_OWN}
    found = tumour_of(
        TumourInput(
            a.assessments, a.responses, a.response_rules, sums_of(a),
            own("ADRS"), own("ADTR"), a.sum_paramcds,
        ),
        a.cohort,
        patient,
    )
    for visit in found.visits:
        print(f"day {{visit.day}}: {{visit.overall}}, sum {{visit.total}} mm, {{visit.percent}}%")
    if found.best is not None:
        print(f"best response: {{found.best.best}}")
    for dose in profile(v, patient)["doses"]["records"]:
        given = f"{{dose['given']}} of {{dose['planned']}} {{dose['unit']}}"
        print(f"{{dose['drug']}}, day {{dose['first']}} to {{dose['last']}}: {{given}}")
    """,
    ),
    "patient-records": Snippet(
        (
            "from dashboard.metrics.patient_events import event_records",
            "from dashboard.metrics.samples import KINDS, samples",
            "from dashboard.panels.patient import profile",
            "from dashboard.people import events_of",
        ),
        f"""{_OWN}
    events = events_of(a)
    for e in event_records(events, patient) if events is not None else ():
        print(f"{{e.term}}: grade {{e.grade}}, day {{e.first}} to {{e.last}}, {{e.state}}")
    for domain, kind in KINDS.items():
        frame = own(domain)
        for sample in samples(frame, kind, a.cohort, patient) if frame is not None else ():
            print(f"{{kind}} {{sample.id}}: day {{sample.day}}, {{sample.state}}")
    for series in profile(v, patient)["labs"]["series"]:
        for point in series["points"]:
            print(f"{{series['paramcd']}}, day {{point['day']}}: {{point['value']}}")
    """,
    ),
}
