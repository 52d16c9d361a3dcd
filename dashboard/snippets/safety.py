"""The code behind the cards of the Safety page."""

from __future__ import annotations

from dashboard.snippets.parts import Snippet

SNIPPETS: dict[str, Snippet] = {
    "safety-grave": Snippet(
        ("from dashboard.panels.safety_grave import grave",),
        """
        told = grave(v)
        for line in told["deaths"]["lines"]:
            fatal = ", ".join(e["term"] for e in line["events"]) or "no fatal event"
            print(f"{line['usubjid']}: died {line['when']}, {line['days_after']} days, {fatal}")
        for line in told["serious"]["lines"]:
            print(f"{line['usubjid']}, day {line['first']}: {line['term']}, {line['state']}")
        """,
    ),
    "safety-overview": Snippet(
        (
            "from components.numbers import proportion",
            "from dashboard.metrics.types import Proportion",
            "from dashboard.panels.safety import overview",
        ),
        """
        told = overview(v)
        for flag in told["flags"]:
            if flag["cells"] is None:
                print(f"{flag['id']}: not stated")
                continue
            for column, cell in zip(told["columns"], flag["cells"]):
                rate = proportion(Proportion.from_json(cell["proportion"]), small=rules.min_group)
                print(f"{flag['id']}, {column['label']}: {rate}, {cell['n_events']} events")
        """,
    ),
    "safety-terms": Snippet(
        (
            "from components.numbers import proportion",
            "from dashboard.metrics.types import Proportion",
            "from dashboard.panels.safety_terms import terms",
        ),
        """
        told = terms(v)
        for row in told["rows"]:
            rate = proportion(Proportion.from_json(row["any"]), small=rules.min_group)
            grades = ", ".join(f"{grade}: {n}" for grade, n in row["by_grade"].items())
            print(f"{row['soc']}, {row['pt'] or 'any term'}: {rate}; by grade {grades}")
        """,
    ),
    "safety-list-events": Snippet(
        ("from dashboard.panels.safety_lists import events",),
        """
        for line in events(v)["lines"]:
            print(f"{line['usubjid']}, day {line['first']}: {line['term']}, {line['state']}")
        """,
    ),
    "safety-list-deaths": Snippet(
        ("from dashboard.panels.safety_grave import grave",),
        """
        for line in grave(v)["deaths"]["lines"]:
            print(f"{line['usubjid']}: died {line['when']}, {line['days_after']} days")
        """,
    ),
    "safety-list-labs": Snippet(
        ("from dashboard.panels.safety_lists import labs",),
        """
        for line in labs(v)["lines"]:
            value = f"{line['value']} ({line['low']} to {line['high']})"
            print(f"{line['usubjid']}, day {line['day']}: {line['label']} {value}")
        """,
    ),
}

#: code about the patient of an event: `patient` is the id
BELOW: dict[str, Snippet] = {
    "safety-event": Snippet(
        (
            "from dashboard.metrics.patient_events import event_records",
            "from dashboard.people import events_of",
        ),
        """
        events = events_of(a)
        for e in event_records(events, patient) if events is not None else ():
            print(f"{e.term}: grade {e.grade}, day {e.first} to {e.last}, {e.state}")
        """,
    ),
    "safety-event-around": Snippet(
        (
            "from itertools import count",
            "from dashboard.panels.safety_story import NoEventError, story",
        ),
        """
        for number in count(1):
            try:
                told = story(v, f"{v.keys.key(patient)}-{number}")
            except NoEventError:
                break
            found = told["story"]
            if found is not None:
                kinds = ("doses", "labs", "open", "later")
                counts = ", ".join(f"{kind} {len(found[kind])}" for kind in kinds)
                print(f"{told['line']['term']}, day {told['line']['first']}: {counts}")
        """,
    ),
}
