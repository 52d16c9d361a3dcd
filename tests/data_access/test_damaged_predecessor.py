"""A damaged cut is said and healed; it never stands in the way of the next import."""

from __future__ import annotations

from datetime import UTC, date, datetime

from data_access.findings import Severity
from data_access.importer import import_exports
from data_access.store import CutStore
from tests.data_access.bad_inputs.base import write_good

NOW = datetime(2025, 6, 1, tzinfo=UTC)


def test_damage_is_found_and_the_same_exports_put_it_right(tmp_path):
    exports, study = write_good(tmp_path), tmp_path / "study.toml"
    home = tmp_path / "home"
    first = import_exports(exports, study, store=CutStore(home), now=NOW)
    assert first.cut is not None
    stored = first.cut.path / "ADAE.parquet"
    data = bytearray(stored.read_bytes())
    data[300] ^= 0x7F
    stored.chmod(0o600)
    stored.write_bytes(bytes(data))

    later = import_exports(
        exports, study, store=CutStore(home), now=NOW, cut_date=date(2025, 4, 30)
    )
    assert later.cut is not None, "a later cut must import"
    (said,) = [f for f in later.findings if f.rule == "import-previous-damaged"]
    assert said.severity is Severity.ERROR

    again = import_exports(exports, study, store=CutStore(home), now=NOW)
    assert again.cut is not None
    assert again.cut.id == first.cut.id
    assert len(CutStore(home).open(first.cut.study.id, first.cut.id).frame("ADAE")) == 48
