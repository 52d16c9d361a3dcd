"""Words of adverse events that no table counts."""

from __future__ import annotations

from dataclasses import replace

import pytest

from dashboard.metrics import adverse_events, safety_options
from data_access.checks import adverse_words
from data_access.findings import Severity
from data_access.study.model import Terms
from tests.data_access.checks.written import STUDY


@pytest.mark.parametrize("column", ["AESER", "AESDTH", "AESHOSP"])
@pytest.mark.parametrize("word", ["1", "Serious", "ja"])
def test_a_word_on_seriousness_other_than_y_or_n_is_an_error(run, column, word):
    table = f"USUBJID|{column}\nP1|N\nP2|{word}\nP3|U"
    (found,) = run("check-ae-serious-unknown", ADAE=table)
    assert (found.severity, found.column, found.patients) == (Severity.ERROR, column, ("P2",))
    assert f'"{word}"' in found.sentence
    assert run("check-ae-serious-unknown", ADAE=table.replace(word, "Y")) == []


def test_an_outcome_in_other_words_is_a_warning(run):
    table = "USUBJID|AEOUT\nP1|Fatal\nP2|Better\nP3|NOT RECOVERED/NOT RESOLVED\nP4|"
    (found,) = run("check-ae-outcome-unknown", ADAE=table)
    assert (found.severity, found.patients) == (Severity.WARNING, ("P2",))
    assert run("check-ae-outcome-unknown", ADAE=table.replace("Better", "Recovered")) == []


@pytest.mark.parametrize("column", ["AEACN", "AEACNI", "AEACNX"])
def test_an_action_in_other_words_is_a_warning(run, column):
    study = replace(STUDY, terms=Terms(related_columns={"inosine": "AERELX"}))
    table = f"USUBJID|{column}\nP1|Dose reduced\nP2|Paused"
    (found,) = run("check-ae-action-unknown", ADAE=table, study=study)
    assert (found.severity, found.column, found.patients) == (Severity.WARNING, column, ("P2",))
    fine = table.replace("Paused", "DRUG INTERRUPTED")
    assert run("check-ae-action-unknown", ADAE=fine, study=study) == []


def test_what_the_checks_know_is_what_the_tables_count():
    options, terms = safety_options.SafetyOptions(), Terms()
    assert (terms.related, terms.not_related) == (options.related, options.not_related)
    assert set(adverse_words.ANSWERS) == set(adverse_events.ANSWERS)
    assert set(adverse_words.FATAL) == set(adverse_events.FATAL_OUTCOMES)
    assert set(adverse_words.OUTCOMES) == set(adverse_events.OUTCOMES)
    counted = {t for terms in safety_options.ACTIONS.values() for t in terms}
    assert set(adverse_words.ACTIONS) == counted | set(safety_options.NO_ACTION)
