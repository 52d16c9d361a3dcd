"""A synthetic study of any size as clean CSV exports, to measure how Interim grows."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

import numpy as np
import pandas as pd

EPOCH = np.datetime64("2022-01-03")
TERMS = [f"Preferred term {i:03d}" for i in range(120)]
ARMS = ["ERIBULIN", "CAPECITABINE", "VINORELBINE", "CARBOPLATIN", "PACLITAXEL"]


def write_study(
    folder: Path,
    patients: int,
    *,
    seed: int = 1,
    events_each: int = 6,
    terms: int = len(TERMS),
    only: Collection[str] = (),
) -> dict[str, int]:
    """Write ADSL, ADTTE, ADRS, ADTR, ADAE and ADLB for `patients`, or `only` some of them; returns
    rows per domain. Every patient has `events_each` adverse events of `terms` preferred terms."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "study.toml").write_text(
        '[study]\ntitle = "Scale study (synthetic)"\ncut_date = 2025-06-30\n', encoding="utf-8"
    )
    rng = np.random.default_rng(seed)
    adsl, start, death = _subjects(rng, patients)
    frames = {
        "adsl": adsl,
        "adtte": _times(adsl, start, death),
        "adrs": _responses(rng, adsl, start, death),
        "adtr": _tumours(rng, adsl, start, death),
        "adae": _events(rng, adsl, start, death, (events_each, terms)),
        "adlb": _labs(rng, adsl, start, death),
    }
    if only:
        frames = {name: frames[name] for name in only}
    for name, frame in frames.items():
        frame.to_csv(folder / f"{name}.csv", index=False)
    return {name.upper(): len(frame) for name, frame in frames.items()}


def _subjects(rng: np.random.Generator, n: int) -> tuple[pd.DataFrame, np.ndarray, np.ndarray]:
    start = EPOCH + rng.integers(0, 800, n)
    death = start + rng.integers(60, 460, n)
    ids = np.array([f"SCALE-{i % 40:02d}-{i:06d}" for i in range(n)])
    died = rng.random(n) < 0.5
    frame = pd.DataFrame(
        {
            "STUDYID": "SCALE",
            "USUBJID": ids,
            "SITEID": [f"{i % 40:02d}" for i in range(n)],
            "AGE": rng.integers(28, 84, n),
            "SEX": "F",
            "ARM": np.array(ARMS)[rng.integers(0, len(ARMS), n)],
            "ENRLFL": "Y",
            "SAFFL": "Y",
            "TRTSDT": start.astype(str),
            "TRTEDT": (death - 20).astype(str),
            "DTHFL": np.where(died, "Y", ""),
            "DTHDT": np.where(died, death.astype(str), ""),
            "LSTALVDT": (death - 1).astype(str),
        }
    )
    return frame, start, death


def _times(adsl: pd.DataFrame, start: np.ndarray, death: np.ndarray) -> pd.DataFrame:
    parts = []
    for code, name, end in (
        ("PFS", "Progression-free survival", death - 30),
        ("OS", "Overall survival", death),
    ):
        died = (adsl["DTHFL"] == "Y").to_numpy()
        parts.append(
            pd.DataFrame(
                {
                    "USUBJID": adsl["USUBJID"],
                    "PARAMCD": code,
                    "PARAM": name,
                    "AVAL": (end - start).astype(int) + 1,
                    "AVALU": "DAYS",
                    "CNSR": np.where(died, 0, 1),
                    "STARTDT": start.astype(str),
                    "ADT": end.astype(str),
                    "EVNTDESC": np.where(died, "Death", ""),
                    "CNSDTDSC": np.where(died, "", "Last assessment"),
                }
            )
        )
    return pd.concat(parts)


def _visits(
    adsl: pd.DataFrame, start: np.ndarray, each: int, gap: int
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    who = np.repeat(np.arange(len(adsl)), each)
    visit = np.tile(np.arange(each), len(adsl))
    return who, visit, start[who] + visit * gap


def _responses(
    rng: np.random.Generator, adsl: pd.DataFrame, start: np.ndarray, death: np.ndarray
) -> pd.DataFrame:
    who, visit, day = _visits(adsl, start, 5, 56)
    kept = (visit > 0) & (day < death[who])
    who, visit, day = who[kept], visit[kept], day[kept]
    term = np.array(["PR", "SD", "SD", "SD", "NE"])[rng.integers(0, 5, len(who))]
    return pd.DataFrame(
        {
            "USUBJID": adsl["USUBJID"].to_numpy()[who],
            "PARAMCD": "OVRLRESP",
            "PARAM": "Overall response by investigator",
            "AVALC": term,
            "ADT": day.astype(str),
            "AVISIT": np.char.add("WEEK ", (visit * 8).astype(str)),
        }
    )


def _tumours(
    rng: np.random.Generator, adsl: pd.DataFrame, start: np.ndarray, death: np.ndarray
) -> pd.DataFrame:
    who, visit, day = _visits(adsl, start, 5, 56)
    kept = day < death[who]
    who, visit, day = who[kept], visit[kept], day[kept]
    base = rng.integers(200, 1200, len(adsl))[who] / 10
    value = np.where(visit == 0, base, np.round(base * rng.uniform(0.5, 1.3, len(who)), 1))
    return pd.DataFrame(
        {
            "USUBJID": adsl["USUBJID"].to_numpy()[who],
            "PARAMCD": "SUMDIAM",
            "PARAM": "Sum of diameters (mm)",
            "AVAL": value,
            "AVALU": "mm",
            "BASE": base,
            "CHG": np.round(value - base, 1),
            "PCHG": np.round(100 * (value - base) / base, 4),
            "ABLFL": np.where(visit == 0, "Y", ""),
            "ADT": day.astype(str),
            "AVISIT": np.char.add("WEEK ", (visit * 8).astype(str)),
        }
    )


def _events(
    rng: np.random.Generator,
    adsl: pd.DataFrame,
    start: np.ndarray,
    death: np.ndarray,
    size: tuple[int, int],
) -> pd.DataFrame:
    """`size`: events of each patient, and how many terms there are."""
    each, terms = size
    names = np.array([*TERMS, *(f"Preferred term {i:03d}" for i in range(len(TERMS), terms))])
    who, number, _ = _visits(adsl, start, each, 1)
    begin = start[who] + (rng.random(len(who)) * (death - start)[who]).astype(int)
    end = np.minimum(begin + rng.integers(1, 30, len(who)), death[who])
    term = rng.integers(0, terms, len(who))
    return pd.DataFrame(
        {
            "USUBJID": adsl["USUBJID"].to_numpy()[who],
            "AESEQ": number + 1,
            "AETERM": names[term],
            "AEDECOD": names[term],
            "AEBODSYS": np.char.add("Class ", (term % 20).astype(str)),
            "ASTDT": begin.astype(str),
            "AENDT": end.astype(str),
            "AETOXGR": rng.integers(1, 5, len(who)),
            "AESER": np.where(rng.random(len(who)) < 0.1, "Y", "N"),
            "AEREL": np.where(rng.random(len(who)) < 0.5, "Y", "N"),
            "TRTEMFL": "Y",
        }
    )


def _labs(
    rng: np.random.Generator, adsl: pd.DataFrame, start: np.ndarray, death: np.ndarray
) -> pd.DataFrame:
    who, visit, day = _visits(adsl, start, 8, 21)
    kept = day < death[who]
    who, visit, day = who[kept], visit[kept], day[kept]
    value = np.round(rng.normal(300, 60, len(who)), 1)
    return pd.DataFrame(
        {
            "USUBJID": adsl["USUBJID"].to_numpy()[who],
            "PARAMCD": "URATE",
            "PARAM": "Urate (umol/L)",
            "AVAL": value,
            "AVALU": "umol/L",
            "ABLFL": np.where(visit == 0, "Y", ""),
            "ADT": day.astype(str),
            "AVISIT": np.char.add("CYCLE ", (visit + 1).astype(str)),
        }
    )
