"""The rules of a folder of exports: which files are read, and as which domain."""

from __future__ import annotations

from data_access.findings import Rule, Severity

FOLDER = Rule(
    "read-folder",
    Severity.REJECT,
    "The exports are a folder or a ZIP archive",
    "Give the folder that holds the exports, or a ZIP archive of them.",
)
UNREADABLE = Rule(
    "read-unreadable",
    Severity.REJECT,
    "Every file of the exports can be opened",
    "Put a plain file there that you may read; a link must lead to one.",
)
FILE_NAME = Rule(
    "read-file-name",
    Severity.REJECT,
    "The name of a file is UTF-8 text",
    "Rename the file, with plain letters and digits.",
)
NO_ADSL = Rule(
    "read-no-adsl",
    Severity.REJECT,
    "The exports hold ADSL, one row per patient",
    "Add ADSL (adsl.csv, adsl.xpt ...), or name its file in study.toml: "
    '[files] adsl = "patients.csv".',
)
SDTM_GIVEN = Rule(
    "read-sdtm",
    Severity.WARNING,
    "The exports are ADaM, not SDTM",
    "Export the ADaM dataset made from it; Interim derives none from SDTM.",
)
TWO_TABLES = Rule(
    "read-two-tables",
    Severity.REJECT,
    "Each domain comes from one table",
    'Leave one of them out, or choose in study.toml: [files] {domain} = "{file}".',
)
WHICH_TABLE = Rule(
    "read-which-table",
    Severity.REJECT,
    "It is plain which table of a file is meant",
    'Say it in study.toml: [files] {domain} = {{ path = "{file}", sheet = "{sheet}" }}.',
)
NAME_CONFLICT = Rule(
    "read-domain-conflict",
    Severity.REJECT,
    "A file and the dataset in it do not name two domains",
    "Rename the file after its dataset, or say which domain it is in study.toml under [files].",
)
FILE_MISSING = Rule(
    "read-file-missing",
    Severity.ERROR,
    "Every file study.toml names is there",
    "Add the file, correct its name in study.toml, or write optional = true.",
)
COPY = Rule(
    "read-copy-aside",
    Severity.WARNING,
    "A second file is called almost like the file of a domain",
    "Take one of the two out of the folder: if it is the newer one, put it in the place of the "
    "other.",
)
NOT_USED = Rule(
    "read-not-used",
    Severity.NOTE,
    "Every file of the folder is a domain",
    "Nothing to do, unless one of them is a domain: then name it in study.toml under [files].",
)

RULES: tuple[Rule, ...] = (
    FOLDER,
    UNREADABLE,
    FILE_NAME,
    NO_ADSL,
    SDTM_GIVEN,
    TWO_TABLES,
    WHICH_TABLE,
    NAME_CONFLICT,
    FILE_MISSING,
    COPY,
    NOT_USED,
)
