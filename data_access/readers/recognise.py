"""Which ADaM domain a table is: by the study's [files], else by its name, never by its content."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import PurePosixPath

from data_access.rawtable import RawTable
from data_access.schema import DOMAINS
from data_access.study.model import FileSpec, Study

#: SDTM datasets from which none of Interim's domains is made
_WITHOUT_DOMAIN = re.findall(
    r"\w+",
    "BE BS CE CM CO CV DA DD DV EG FA GF HO IE IS MH ML PC PE PP PR QS RE RP SC SE SM SR SS SU SV "
    "TA TE TI TM TS TV VS",
)

#: SDTM datasets (SDTMIG 3.4) and the ADaM domains made from them that Interim reads
SDTM: dict[str, tuple[str, ...]] = {
    "DM": ("ADSL",),
    "DS": ("ADSL",),
    "AE": ("ADAE",),
    "EX": ("ADEX",),
    "EC": ("ADEX",),
    "LB": ("ADLB",),
    "RS": ("ADRS",),
    "TU": ("ADTR",),
    "TR": ("ADTR",),
    "CP": ("ADIM",),
    "MI": ("ADTB",),
    "MB": ("ADMB",),
    **dict.fromkeys(
        _WITHOUT_DOMAIN,
        (),
    ),
}


def stem(name: str) -> str:
    """A file's own name up to its first dot: "exports.zip/adrs_onco.csv" is "adrs_onco"."""
    return PurePosixPath(name).name.split(".")[0]


def by_name(text: str) -> str | None:
    """The domain a file or dataset name says: ADRS, adrs and adrs_onco are ADRS."""
    head = text.strip().upper().split("_")[0]
    return head if head in DOMAINS else None


def sdtm_of(text: str) -> str | None:
    """The SDTM dataset a name says (rs_onco is RS, suppae is SUPPAE), else None."""
    head = text.strip().upper().split("_")[0]
    if head in SDTM:
        return head
    return head if re.fullmatch(r"SUPP[A-Z0-9]{2,4}", head) else None


def same_file(name: str, wanted: str) -> bool:
    """Whether `wanted`, as a study writes it, is the file `name` (also inside a zip)."""
    inside = name.partition(".zip/")[2] if ".zip/" in name.casefold() else name
    return wanted.casefold() in {name.casefold(), inside.casefold()}


def specs_of(name: str, study: Study | None) -> tuple[FileSpec, ...]:
    """The [files] entries of the study that name this file."""
    specs = study.files.values() if study else ()
    return tuple(s for s in specs if any(same_file(name, path) for path in s.paths))


def domain_of(table: RawTable, study: Study | None) -> str | None:
    """The domain of a table, or None when neither the study nor a name says one.

    The study's [files] come first; a domain they give to one file is no other file's.
    """
    specs = specs_of(table.source.name, study)
    if specs:
        return _of_specs(table.dataset, specs)
    found = by_name(table.dataset) or by_name(stem(table.source.name))
    return None if study and found in study.files else found


def _of_specs(dataset: str, specs: Sequence[FileSpec]) -> str | None:
    """Of several tables of one file, the one a spec names by sheet, or by its domain."""
    if len(specs) == 1 and specs[0].sheet is None:
        return specs[0].domain
    for spec in specs:
        if dataset.casefold() == (spec.sheet or spec.domain).casefold():
            return spec.domain
    return None
