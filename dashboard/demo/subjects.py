"""Rows of the demo's ADSL, ADAE and ADEX."""

from __future__ import annotations

from dashboard.demo import scripts
from dashboard.demo.cohort import Person
from dashboard.demo.dosing import INTERRUPTED, OMITTED, Dose
from dashboard.demo.events import Event
from dashboard.demo.known import Known
from dashboard.demo.reactions import BODY_SYSTEMS
from dashboard.demo.tables import Row, iso, keys, study_day

_ARM = "INOSINE + CHEMOTHERAPY"
TEAE_DAYS = 30


def _flag(*, true: bool) -> str:
    return "Y" if true else "N"


def _baseline(person: Person) -> Row:
    limits = ((40, "<40"), (50, "40-49"), (65, "50-64"), (999, ">=65"))
    return {
        "AGE": person.age,
        "AGEU": "YEARS",
        "AGEGR1": next(name for limit, name in limits if person.age < limit),
        "SEX": person.sex,
        "ECOGBL": person.ecog,
        "WEIGHTBL": person.weight,
        "HEIGHTBL": person.height,
        "BMIBL": person.weight and round(person.weight / (person.height / 100) ** 2, 1),
    }


def _disease(person: Person) -> Row:
    """Baseline disease of an enrolled patient."""
    organs = set(person.organs)
    return {
        "PRIORLN": person.prior_lines,
        "LINE": {1: "2L", 2: "3L"}.get(person.prior_lines, "4L+"),
        "PRIORTRT": "; ".join(person.prior),
        "METSITES": "; ".join(person.organs),
        "NMETSITE": len(person.organs),
        "VISCFL": _flag(true=bool(organs & {"LUNG", "LIVER", "PLEURA", "ADRENAL GLAND"})),
        "LIVERFL": _flag(true="LIVER" in organs),
        "LUNGFL": _flag(true="LUNG" in organs),
        "BONEFL": _flag(true="BONE" in organs),
        "PDL1": person.pdl1,
        "GBRCA": person.gbrca,
    }


def _screened(known: Known) -> Row:
    """Somebody not (yet) enrolled at the cut."""
    person = known.person
    failed = known.upto(person.screen_failure)
    return {
        "ARM": "Screen Failure" if failed else None,
        "ARMCD": "SCRNFAIL" if failed else None,
        "ACTARM": "Screen Failure" if failed else None,
        "ACTARMCD": "SCRNFAIL" if failed else None,
        "SCRNFL": _flag(true=failed is not None),
        "SCRFDT": iso(failed),
        "DCSREAS": person.failure_reason if failed else None,
        "EOSSTT": "DISCONTINUED" if failed else "ONGOING",
        "EOSDT": iso(failed),
        **dict.fromkeys(("ENRLFL", "SAFFL", "FASFL", "RESPEVFL", "DTHFL"), "N"),
    }


def _evaluable(known: Known) -> bool:
    """Measurable at baseline, and assessed after it or progressed or dead before that."""
    adequate = any(r.overall != "NE" for r in known.found)
    return bool(known.life.targets) and (adequate or known.death is not None)


def _flags(known: Known) -> Row:
    dosed = known.last_dose() is not None
    both = known.last_dose("INOSINE") is not None and known.last_dose(chemotherapy=True) is not None
    return {
        "SCRNFL": "N",
        "ENRLFL": "Y",
        "SAFFL": _flag(true=dosed),
        "FASFL": _flag(true=both),
        "RESPEVFL": _flag(true=_evaluable(known)),
        "MEASFL": _flag(true=bool(known.life.targets)),
        "DTHFL": _flag(true=known.death is not None),
    }


def _status(known: Known) -> Row:
    end, study = known.treatment_end, known.study_end
    if study and study[1] == scripts.DEATH and end is None:
        end = study
    return {
        "EOTSTT": None if not known.dosed else ("DISCONTINUED" if end else "ONGOING"),
        "EOTDT": iso(end[0]) if end and known.dosed else None,
        "DCTREAS": end[1] if end and known.dosed else None,
        "EOSSTT": "DISCONTINUED" if study else "ONGOING",
        "EOSDT": iso(study[0]) if study else None,
        "DCSREAS": study[1] if study else None,
    }


def _dates(known: Known) -> Row:
    person = known.person
    assessed = [known.life.baseline.day, *(r.at.day for r in known.found)]
    return {
        "ENRLDT": iso(person.enrolment),
        "TRTSDT": iso(known.upto(person.first_dose)),
        "TRTEDT": iso(known.last_dose()),
        "INOSDT": iso(known.upto(person.first_dose)),
        "INOEDT": iso(known.last_dose("INOSINE")),
        "CHMSDT": iso(person.first_dose) if known.last_dose(chemotherapy=True) else None,
        "CHMEDT": iso(known.last_dose(chemotherapy=True)),
        "NACTDT": iso(known.new_therapy),
        "DTHDT": iso(known.death),
        "DTHCAUS": known.life.death_cause if known.death else None,
        "LSTALVDT": iso(known.alive),
        "LSTASSDT": iso(max(assessed)),
    }


def adsl(known: Known) -> Row:
    person = known.person
    row = {**keys(known), **_baseline(person), "RFICDT": iso(person.consent)}
    if not known.enrolled:
        return row | _screened(known)
    never = not known.dosed and known.study_end is not None
    return row | {
        "ARM": _ARM,
        "ARMCD": "INOCHM",
        "ACTARM": _ARM if known.dosed else "Not Treated" if never else None,
        "ACTARMCD": "INOCHM" if known.dosed else "NOTTRT" if never else None,
        "TRT01P": _ARM,
        "TRT01A": _ARM if known.dosed else None,
        "BACKBONE": known.backbone,
        **_disease(person),
        **_flags(known),
        **_dates(known),
        **_status(known),
    }


def _outcome(event: Event) -> str:
    if event.fatal:
        return "FATAL"
    return "RECOVERED/RESOLVED" if event.end is not None else "NOT RECOVERED/NOT RESOLVED"


def _treatment_emergent(known: Known, event: Event) -> bool:
    first, last = known.upto(known.person.first_dose), known.last_dose()
    if first is None or event.start < first:
        return False
    over = known.treatment_end is not None
    return not over or last is None or event.start <= last + TEAE_DAYS


def _event_row(known: Known, event: Event) -> Row:
    first = known.upto(known.person.first_dose)
    partial = event.start_text
    related = event.related_inosine or event.related_chemo
    return {
        **keys(known),
        "AESEQ": event.number,
        "AETERM": event.verbatim,
        "AEDECOD": event.term,
        "AEBODSYS": BODY_SYSTEMS[event.term],
        "AESTDTC": partial or iso(event.start),
        "AEENDTC": iso(event.end),
        "ASTDT": None if partial else iso(event.start),
        "AENDT": iso(event.end),
        "ASTDY": None if partial else study_day(event.start, first),
        "AENDY": study_day(event.end, first),
        "AETOXGR": None if event.grade is None else str(event.grade),
        "AESER": _flag(true=event.serious),
        "AESDTH": _flag(true=event.fatal),
        "AESLIFE": _flag(true=event.life_threatening),
        "AESHOSP": _flag(true=event.hospital),
        "AEREL": _flag(true=related),
        "AERELI": _flag(true=event.related_inosine),
        "AERELC": _flag(true=event.related_chemo),
        "AEACNI": event.action_inosine,
        "AEACNC": event.action_chemo,
        "AEOUT": _outcome(event),
        "TRTEMFL": _flag(true=_treatment_emergent(known, event)),
    }


def adae(known: Known) -> list[Row]:
    return [_event_row(known, e) for e in known.events] if known.enrolled else []


def _dose_row(known: Known, dose: Dose, number: int) -> Row:
    first = known.person.first_dose
    planned = dose.regimen.dose
    return {
        **keys(known),
        "EXTRT": dose.drug,
        "PARAMCD": "DOSE",
        "PARAM": "Dose Given per Constant Dosing Interval",
        "PARCAT1": "INDIVIDUAL",
        "PARCAT2": "INOSINE" if dose.drug == "INOSINE" else "CHEMOTHERAPY",
        "AVAL": round(dose.dose * dose.administrations, 2),
        "AVALU": dose.regimen.unit,
        "EXDOSE": dose.dose,
        "EXPLDOS": planned,
        "EXDOSU": dose.regimen.unit,
        "EXDOSFRQ": dose.frequency,
        "EXROUTE": dose.regimen.route,
        "DOSEO": round(dose.dose * dose.administrations, 2),
        "PDOSEO": round(planned * dose.administrations, 2),
        "EXADJ": dose.reason,
        "EXACN": dose.action,
        "CYCLE": dose.cycle,
        "AVISIT": f"CYCLE {dose.cycle}",
        "AVISITN": dose.cycle,
        "ASTDT": iso(dose.start),
        "AENDT": iso(dose.end),
        "ASTDY": study_day(dose.start, first),
        "AENDY": study_day(dose.end, first),
        "EXDURD": dose.end - dose.start + 1,
        "EXSEQ": number,
    }


def adex(known: Known) -> list[Row]:
    """One row per constant dosing interval; a dose of 0 is one that was planned and not given."""
    if not known.enrolled:
        return []
    assert all(d.dose > 0 or d.action in (OMITTED, INTERRUPTED) for d in known.doses)
    return [_dose_row(known, dose, i) for i, dose in enumerate(known.doses, start=1)]
