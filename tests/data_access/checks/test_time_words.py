"""What the words of a time say against its code."""

from __future__ import annotations

from dataclasses import replace

import pytest

from data_access.findings import Severity
from data_access.study.model import Terms
from tests.data_access.checks.written import STUDY

TABLE = "USUBJID|PARAMCD|AVAL|CNSR|EVNTDESC\nP1|OS|9|1|Death\nP2|OS|8|0|{word}\nP3|OS|7|0|Death"


@pytest.mark.parametrize(
    "word", ["Censored", "Alive", "Last known alive", "Last tumour assessment", "Lost to follow-up"]
)
def test_an_event_in_words_of_a_censored_time_is_an_error(run, word):
    table = TABLE.format(word=word)
    (found,) = run("check-event-words", ADTTE=table)
    assert (found.severity, found.column, found.patients) == (Severity.ERROR, "CNSR", ("P2",))
    assert found.sentence == (
        f'OS: 1 time of 1 patient is an event by CNSR and "{word}" by EVNTDESC.'
    )
    assert 'event_codes = ["1"]' in found.remedy


def test_the_event_codes_of_the_study_decide(run):
    study = replace(STUDY, terms=Terms(event_codes=("1",)))
    assert run("check-event-words", ADTTE=TABLE.format(word="Alive"), study=study) == []


@pytest.mark.parametrize("word", ["Death", "Death after last contact", "Not censored", ""])
def test_an_event_in_its_own_words_is_fine(run, word):
    assert run("check-event-words", ADTTE=TABLE.format(word=word)) == []
