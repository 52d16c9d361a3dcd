"""The ADaM domains Interim reads, and the type of every column it keeps.

Names and meanings follow CDISC ADaMIG 1.3 and ADaM for oncology examples. A column that is not
here is stored only when `study.toml` names it. Columns of ADSL that an export repeats on other
domains are compared with ADSL and then left there.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """How a column's text is understood. Dates are whole days; times of day are not kept."""

    KEY = "key"  # identifies a patient or record: text, outer blanks removed with a finding
    CODE = "code"  # a controlled term: spelling variants would split a group
    TEXT = "text"  # free words
    FLAG = "flag"  # Y, N or missing
    NUMBER = "number"
    INTEGER = "integer"
    DATE = "date"  # a full date; *DT is taken from *DTM when only that is there
    PARTIAL = "partial"  # ISO 8601 text that may stop at year or month (*DTC)


@dataclass(frozen=True, slots=True)
class Column:
    name: str
    kind: Kind
    required: bool = False


@dataclass(frozen=True, slots=True)
class Domain:
    name: str
    title: str
    columns: tuple[Column, ...]
    #: the records these columns identify must be unique (a missing key column is left out)
    keys: tuple[str, ...]
    #: columns without which no number of this domain can be made
    one_of: tuple[tuple[str, ...], ...] = ()

    def column(self, name: str) -> Column | None:
        return next((c for c in self.columns if c.name == name), None)


def _columns(kind: Kind, names: str) -> list[Column]:
    return [Column(n.rstrip("!"), kind, n.endswith("!")) for n in names.split()]


def _domain(
    name: str,
    title: str,
    keys: str,
    one_of: tuple[tuple[str, ...], ...] = (),
    /,
    **names: str,
) -> Domain:
    columns = [c for kind, text in names.items() for c in _columns(Kind(kind), text)]
    return Domain(name, title, tuple(columns), tuple(keys.split()), one_of)


_BDS = {
    "code": "PARAMCD! AVALU AVISIT VISIT DTYPE BASETYPE PARCAT1 PARCAT2",
    "text": "PARAM AVALC",
    "number": "AVAL BASE CHG PCHG AVISITN VISITNUM",
    "integer": "ADY",
    "date": "ADT",
    "flag": "ABLFL ANL01FL ANL02FL ANL03FL ANL04FL ONTRTFL",
}


def _bds(**more: str) -> dict[str, str]:
    """The BDS columns findings-like domains share, with `more` winning where both name one."""
    stated = {n.rstrip("!") for names in more.values() for n in names.split()}
    shared = {
        kind: " ".join(n for n in names.split() if n.rstrip("!") not in stated)
        for kind, names in _BDS.items()
    }
    return {k: f"{shared.get(k, '')} {more.get(k, '')}".strip() for k in {**_BDS, **more}}


ADSL = _domain(
    "ADSL",
    "Subjects",
    "USUBJID",
    key="USUBJID! SUBJID SITEID",
    code=(
        "STUDYID COUNTRY REGION1 SEX RACE ETHNIC AGEU AGEGR1 ARM ARMCD ACTARM ACTARMCD TRT01P "
        "TRT01A EOSSTT EOTSTT DCSREAS DCTREAS DTHCAUS DTHCGR1 BACKBONE STRATA1 STRATA2 STRATA3 "
        "DCDECOD DCREASCD DTHCAT "
        "ECOGBL PDL1 GBRCA MENOPAUSE LINE DTHDTF"
    ),
    text="PRIORTRT METSITES",
    number="AGE WEIGHTBL HEIGHTBL BMIBL LDHBL TRTDURD PRIORLN NMETSITE TRTDUR",
    date=(
        "RFICDT ENRLDT RANDDT TRTSDT TRTEDT TRT01SDT TRT01EDT EOSDT EOTDT DTHDT LSTALVDT FRVDT "
        "SCRFDT LSTASSDT NACTDT INOSDT INOEDT CHMSDT CHMEDT"
    ),
    partial="RFSTDTC RFENDTC RFXSTDTC RFXENDTC RFICDTC RFPENDTC DTHDTC DMDTC",
    flag=(
        "ENRLFL ITTFL RANDFL SAFFL FASFL EFFFL RESPEVFL MEASFL BMEASIFL DTHFL SCRNFL COMPLFL "
        "VISCFL LIVERFL LUNGFL BONEFL BRAINFL DISCONFL"
    ),
    integer="EOSDY DTHADY",
)

DOMAINS: dict[str, Domain] = {
    d.name: d
    for d in (
        ADSL,
        _domain(
            "ADRS",
            "Tumour response",
            "USUBJID PARAMCD ADT AVISIT RSEVAL RSEVALID ASEQ RSSEQ",
            (("AVALC",),),
            **_bds(
                key="USUBJID!",
                code="RSEVAL RSEVALID RSTESTCD PARCAT3 ADTF AVALC NEREASON NEWLFL",
                text="PARAM",
                integer="ADY ASEQ RSSEQ",
                flag="ABLFL ANL01FL ANL02FL ANL03FL ANL04FL ONTRTFL RSACPTFL",
            ),
        ),
        _domain(
            "ADTR",
            "Tumour measurements",
            "USUBJID PARAMCD ADT AVISIT TRLNKID TREVAL TREVALID DTYPE ASEQ TRSEQ",
            **_bds(
                key="USUBJID!",
                code=(
                    "TRGRPID TRLNKID TULOC TULOCGR1 TREVAL TREVALID TRTESTCD PARCAT3 ADTF TRSTRESU "
                    "TRORRESU"
                ),
                number="NADIR CHGNAD PCHGNAD TRSTRESN",
                integer="ADY ASEQ TRSEQ",
                text="PARAM AVALC LSEXP LSASS",
                flag="ABLFL ANL01FL ANL02FL ANL03FL ANL04FL ONTRTFL TRACPTFL PDFL",
            ),
        ),
        _domain(
            "ADTTE",
            "Time to event",
            "USUBJID PARAMCD",
            (("AVAL",), ("CNSR",)),
            key="USUBJID!",
            code="PARAMCD! AVALU SRCDOM SRCVAR",
            text="PARAM EVNTDESC CNSDTDSC",
            number="AVAL CNSR",
            integer="ADY ASEQ TTESEQ SRCSEQ",
            date="STARTDT ADT",
        ),
        _domain(
            "ADAE",
            "Adverse events",
            "USUBJID AESEQ",
            key="USUBJID!",
            code=(
                "AEDECOD AEBODSYS AESOC AESEV ASEV AETOXGR ATOXGR AEITOXGR AESER AEREL AREL AERELI "
                "AERELC AEACN AEACNI AEACNC AEOUT AESDTH AESLIFE AESHOSP AESDISAB AESCONG AESMIE "
                "ASTDTF AENDTF AECAT SMQ01NAM SMQ02NAM CQ01NAM AEPTCD"
            ),
            text="AETERM AELLT",
            number="AETOXGRN ATOXGRN ASEVN",
            integer="AESEQ ASTDY AENDY ADURN ASEQ",
            date="ASTDT AENDT",
            partial="AESTDTC AEENDTC",
            flag="TRTEMFL AOCCIFL AOCCFL AOCCPFL AOCCSFL ANL01FL",
        ),
        _domain(
            "ADEX",
            "Exposure",
            "USUBJID PARAMCD ASTDT AENDT EXTRT PARCAT2 AVISIT ASEQ EXSEQ",
            key="USUBJID!",
            code=(
                "PARAMCD EXTRT EXDOSU EXDOSFRQ EXROUTE AVALU PARCAT1 PARCAT2 AVISIT VISIT EXADJ "
                "EXACN EXDOSFRM"
            ),
            text="PARAM AVALC",
            number="AVAL EXDOSE EXPLDOS AVISITN VISITNUM DOSEO PDOSEO CYCLE",
            integer="ASTDY AENDY EXSEQ EXDURD ASEQ",
            date="ASTDT AENDT",
            flag="ANL01FL",
        ),
        _domain(
            "ADLB",
            "Laboratory",
            "USUBJID PARAMCD ADT AVISIT ASEQ LBSEQ",
            **_bds(
                key="USUBJID!",
                code="ANRIND BNRIND ATOXGR BTOXGR LBSPEC",
                text="PARAM AVALC LBSTRESC",
                number="ANRLO ANRHI",
                integer="ADY ASEQ LBSEQ",
                flag="ABLFL ANL01FL ANL02FL ANL03FL ANL04FL ONTRTFL LOQFL",
            ),
        ),
        *(
            _domain(
                name,
                title,
                "USUBJID PARAMCD ADT AVISIT SAMPLEID ASEQ",
                **_bds(
                    key="USUBJID! SAMPLEID",
                    code=("GATE PARENT BIOPSITE LESIONID MATRIX SMPSTAT REASND METHOD"),
                    number="ANRLO ANRHI DEPTH",
                    integer="ADY ASEQ",
                    flag=(
                        "ABLFL ANL01FL ANL02FL ANL03FL ANL04FL ONTRTFL DUEFL TAKENFL PASSFL "
                        "SAMELSFL ABXFL PPIFL"
                    ),
                ),
            )
            for name, title in (
                ("ADIM", "Immune cells in blood"),
                ("ADTB", "Tumour tissue"),
                ("ADMB", "Microbiome samples"),
            )
        ),
    )
}

#: Columns of ADAE that answer yes or no (CDISC codelist NY).
ANSWERED = ("AESER", "AESDTH", "AESLIFE", "AESHOSP", "AESDISAB", "AESCONG", "AESMIE")

#: Analysis dates that are the day of a date as collected, where an export has only the latter: a
#: full collected date is that day, a partial one leaves it empty (nothing is imputed here).
COLLECTED: dict[str, dict[str, str]] = {
    "ADSL": {
        "DTHDT": "DTHDTC",
        "RFICDT": "RFICDTC",
        "TRTSDT": "RFXSTDTC",
        "TRTEDT": "RFXENDTC",
    },
    "ADRS": {"ADT": "RSDTC"},
    "ADTR": {"ADT": "TRDTC"},
    "ADAE": {"ASTDT": "AESTDTC", "AENDT": "AEENDTC"},
    "ADEX": {"ASTDT": "EXSTDTC", "AENDT": "EXENDTC"},
    "ADLB": {"ADT": "LBDTC"},
}

#: Without these nothing can be shown.
REQUIRED_DOMAINS = ("ADSL",)
