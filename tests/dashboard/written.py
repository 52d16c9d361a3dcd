"""A trial of ten patients written out by hand, small enough to count on paper.

Cut-off 2025-07-01. P01 to P08 are enrolled and dosed, P09 is enrolled and never dosed, P10 failed
screening. Days from first dose:

    P01  PACLITAXEL              2024-10-01  PR 42, PR 84    alive
    P02  PACLITAXEL              2024-10-01  SD 42, PD 84    died day 120
    P03  ERIBULIN                2024-11-01  CR 56, CR 112   alive
    P04  ERIBULIN                2024-11-01  PD 42           died day 60
    P05  CARBOPLATIN             2024-12-01  SD 56, SD 112   alive
    P06  CARBOPLATIN+PACLITAXEL  2025-01-01  NE 42           off study day 50
    P07  CISPLATIN               2025-06-01  PR 28           alive; response not yet confirmed
    P08  (missing)               2025-06-10  none yet        alive
    P09  ERIBULIN                never       none            enrolled 2025-01-15
    P10  PACLITAXEL              never       none            screen failure

So: enrolled 9, treated 8. Confirmed responders within 182 days: P01, P03 = 2/9, pending P07, P08
(P09, never dosed, has its origin at enrolment: its window is not over on 2025-07-01, day 167, so it
is pending too). Disease control (confirmed): P01, P03, and SD at day 42 or later: P02, P05 = 4/9.
Deaths P02, P04 = 2/9.
"""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

from data_access.importer import import_exports
from data_access.store import Cut, CutStore

CUT_DATE = date(2025, 7, 1)
NOW = datetime(2025, 7, 2, 12, 0, tzinfo=UTC)

STUDY = """
[study]
id = "written"
title = "A trial written out by hand"
synthetic = true

[design]
planned_patients = 12

[endpoints.ORR]
label = "Objective response rate"
role = "primary"
wording = "baseline until progression, up to 6 months"
window_days = 182

[endpoints.PFS]
label = "Progression-free survival"
role = "secondary"
wording = "randomization to death from any cause, up to 6 months"

[rules]
orr_window_days = 182
pfs_window_days = 182.625
ae_window_days = 365

[backbones]
column = "BACKBONE"
label = "Backbone"
priority = ["eribulin", "carboplatin", "platinum", "taxane"]

[backbones.groups.taxane]
label = "Taxane"
values = ["PACLITAXEL"]

[backbones.groups.eribulin]
label = "Eribulin"
values = ["ERIBULIN"]

[backbones.groups.carboplatin]
label = "Carboplatin"
values = ["CARBOPLATIN"]
within = ["platinum"]

[backbones.groups.platinum]
label = "Platinum"
values = ["CISPLATIN"]

[filters]
SEX = "Sex"
LIVERFL = "Liver metastases"
AGE = { label = "Age (years)", kind = "number" }
"""

ADSL = """\
USUBJID,ENRLFL,SAFFL,ENRLDT,TRTSDT,TRTEDT,EOTSTT,EOSSTT,EOSDT,DTHDT,DTHFL,LSTALVDT,BACKBONE,SEX,LIVERFL,AGE
P01,Y,Y,2024-09-25,2024-10-01,2025-05-01,DISCONTINUED,ONGOING,,,,2025-06-28,PACLITAXEL,F,Y,51
P02,Y,Y,2024-09-26,2024-10-01,2024-12-24,DISCONTINUED,DISCONTINUED,2025-01-29,2025-01-29,Y,2025-01-29,PACLITAXEL,F,N,62
P03,Y,Y,2024-10-28,2024-11-01,,ONGOING,ONGOING,,,,2025-06-20,ERIBULIN,F,Y,47
P04,Y,Y,2024-10-30,2024-11-01,2024-12-10,DISCONTINUED,DISCONTINUED,2024-12-31,2024-12-31,Y,2024-12-31,ERIBULIN,M,Y,70
P05,Y,Y,2024-11-28,2024-12-01,,ONGOING,ONGOING,,,,2025-06-15,CARBOPLATIN,F,N,58
P06,Y,Y,2024-12-30,2025-01-01,2025-02-10,DISCONTINUED,DISCONTINUED,2025-02-20,,,2025-02-20,CARBOPLATIN+PACLITAXEL,F,,39
P07,Y,Y,2025-05-30,2025-06-01,,ONGOING,ONGOING,,,,2025-06-29,CISPLATIN,F,N,44
P08,Y,Y,2025-06-08,2025-06-10,,ONGOING,ONGOING,,,,2025-06-30,,F,N,66
P09,Y,N,2025-01-15,,,,ONGOING,,,,2025-03-01,ERIBULIN,F,Y,
P10,N,N,,,,,,,,,,PACLITAXEL,F,N,55
"""

ADRS = """\
USUBJID,PARAMCD,PARAM,ADT,AVALC
P01,OVR,Overall response,2024-11-12,PR
P01,OVR,Overall response,2024-12-24,PR
P02,OVR,Overall response,2024-11-12,SD
P02,OVR,Overall response,2024-12-24,PD
P03,OVR,Overall response,2024-12-27,CR
P03,OVR,Overall response,2025-02-21,CR
P04,OVR,Overall response,2024-12-13,PD
P05,OVR,Overall response,2025-01-26,SD
P05,OVR,Overall response,2025-03-23,SD
P06,OVR,Overall response,2025-02-12,NE
P07,OVR,Overall response,2025-06-29,PR
"""


def write_study(folder: Path, *, study: str = STUDY, **tables: str) -> Path:
    """Write study.toml and one CSV per keyword (adsl=..., adrs=...) into `folder`."""
    exports = folder / "exports"
    exports.mkdir(parents=True, exist_ok=True)
    for name, text in tables.items():
        (exports / f"{name}.csv").write_text(text, encoding="utf-8")
    path = folder / "study.toml"
    path.write_text(study, encoding="utf-8")
    return path


def import_written(
    store: CutStore,
    folder: Path,
    *,
    study: str = STUDY,
    cut_date: date = CUT_DATE,
    **tables: str,
) -> Cut:
    """Import hand-written tables as a cut; without tables, the trial described above."""
    path = write_study(folder, study=study, **(tables or {"adsl": ADSL, "adrs": ADRS}))
    result = import_exports(
        folder / "exports", path, store=store, cut_date=cut_date, now=NOW, version="test"
    )
    assert result.cut is not None, [f.sentence for f in result.findings]
    return result.cut
