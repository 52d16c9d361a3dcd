"""Opaque keys: one per patient of a study, nobody's without the secret, whole in an address."""

from __future__ import annotations

import base64
import hashlib
import hmac
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dashboard.patient_keys import KEY, PatientKeys, joined, separated
from dashboard.shelf import Shelf
from data_access.store import CutStore
from tests.dashboard.written import ADRS, ADSL, import_written

SECRET = bytes(range(32))
IDS = st.text(min_size=1, max_size=30)


def test_a_key_is_the_start_of_an_hmac_in_letters() -> None:
    """RFC 2104 written out with hashlib alone: H(K xor opad, H(K xor ipad, text))."""
    padded = SECRET.ljust(64, b"\0")
    inner = hashlib.sha256(bytes(b ^ 0x36 for b in padded) + b"4:tnbc:01-004").digest()
    outer = hashlib.sha256(bytes(b ^ 0x5C for b in padded) + inner).digest()
    expected = base64.b32encode(outer)[:10].decode().lower()
    assert hmac.digest(SECRET, b"4:tnbc:01-004", "sha256") == outer
    assert PatientKeys(SECRET, "tnbc", ["01-004"]).key("01-004") == expected


@settings(max_examples=100, deadline=None)
@given(st.sets(IDS, min_size=1, max_size=40))
def test_every_key_leads_back_to_its_patient(ids: set[str]) -> None:
    keys = PatientKeys(SECRET, "tnbc", ids)
    for patient in ids:
        key = keys.key(patient)
        assert KEY.fullmatch(key)
        assert keys.patient(key) == patient
        assert key in keys
    assert len(keys) == len(ids) == len(set(keys))


@settings(max_examples=100, deadline=None)
@given(IDS)
def test_study_and_secret_decide_and_the_cut_does_not(patient: str) -> None:
    one = PatientKeys(SECRET, "tnbc", [patient]).key(patient)
    assert PatientKeys(SECRET, "tnbc", [patient, patient + "x"]).key(patient) == one
    assert PatientKeys(SECRET, "other", [patient]).key(patient) != one
    assert PatientKeys(SECRET[::-1], "tnbc", [patient]).key(patient) != one


def test_study_and_patient_do_not_run_together() -> None:
    one, other = PatientKeys(SECRET, "A", ["B:C"]), PatientKeys(SECRET, "A:B", ["C"])
    assert one.key("B:C") != other.key("C")


@pytest.mark.parametrize("key", ["", "a" * 9, "a" * 11, "A" * 10, "0" * 10, "P01", None, 3])
def test_what_is_no_key_is_nobody(key: object) -> None:
    keys = PatientKeys(SECRET, "tnbc", ["P01"])
    assert key not in keys


@settings(max_examples=200, deadline=None)
@given(st.lists(st.from_regex(KEY, fullmatch=True), max_size=20))
def test_keys_survive_their_one_value(keys: list[str]) -> None:
    value = joined(keys)
    assert separated(value) == (tuple(sorted(set(keys))) if keys else None)
    assert joined(reversed(keys)) == value


@settings(max_examples=300, deadline=None)
@given(st.text(alphabet="abc27AZ019 ,.\n%", max_size=40))
def test_any_text_is_keys_or_nothing(value: str) -> None:
    found = separated(value)
    if found is not None:
        assert all(KEY.fullmatch(k) for k in found)
        assert len(value) % 10 == 0


def test_all_cuts_of_a_study_share_the_keys(tmp_path: Path) -> None:
    store = CutStore(tmp_path / "home")
    early = import_written(store, tmp_path / "early", cut_date=date(2025, 6, 30), adsl=ADSL)
    late = import_written(store, tmp_path / "late", adsl=ADSL, adrs=ADRS)
    shelf = Shelf(store)
    one, other = shelf.open("written", early.id).keys, shelf.open("written", late.id).keys
    assert [one.key(f"P0{i}") for i in range(1, 10)] == [other.key(f"P0{i}") for i in range(1, 10)]
    assert Shelf(CutStore(tmp_path / "home")).open("written", late.id).keys.key("P01") in one
