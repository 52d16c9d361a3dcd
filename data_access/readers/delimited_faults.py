"""The rules of delimited text, and the wording of every fault found in it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import PurePosixPath

from data_access.findings import DataError, Finding, Place, Rule, Severity
from data_access.readers.records import SEPARATORS, RecordError

BLANK = Rule(
    "read-blank",
    Severity.REJECT,
    "A text file holds more than blank lines",
    "Export the file again; if the domain has no records yet, export its header line.",
    answers=(1,),
)
NO_ROWS = Rule(
    "read-no-rows",
    Severity.NOTE,
    "A file has records below its header",
    "Nothing to do when the domain has no records yet; otherwise export it again.",
    answers=(2,),
)
FIELD_COUNT = Rule(
    "read-field-count",
    Severity.REJECT,
    "Every record has exactly the fields of the header",
    "Mend or export the records again: text that holds the separator or a line end must stand in "
    "double quotes.",
    answers=(3, 13, 14, 41, 42),
)
QUOTE = Rule(
    "read-quote",
    Severity.REJECT,
    "Double quotes open and close whole fields",
    'Put the field in double quotes and double the quotes inside it: "a ""quoted"" word".',
    answers=(15,),
)
LINE_ENDS = Rule(
    "read-line-ends",
    Severity.REJECT,
    "Records do not end in CR here and in LF there",
    "Save the file with one kind of line end (LF or CR LF), or put text that holds a carriage "
    "return in double quotes.",
)
SEPARATOR = Rule(
    "read-separator",
    Severity.REJECT,
    "The separator is the usual one of the file's extension, or declared",
    "Declare it in study.toml under [files]: "
    'adsl = { path = "adsl.csv", separator = ";", decimal = "," }.',
    answers=(18,),
)
HEADER_EMPTY = Rule(
    "read-header-empty",
    Severity.REJECT,
    "Every column has a name",
    "Name the column in the export, or leave it out (R: write.csv(row.names = FALSE)).",
)
HEADER_DUPLICATE = Rule(
    "read-header-duplicate",
    Severity.REJECT,
    "No two columns have the same name, whatever their case and spaces",
    "Rename or leave out one of them in the export.",
    answers=(11,),
)
HEADER_HIDDEN = Rule(
    "read-header-hidden",
    Severity.REJECT,
    "Column names hold no invisible characters",
    "Type the name again in the export: it cannot be told from the name without the character.",
)
COLUMNS = Rule(
    "read-columns",
    Severity.REJECT,
    "A file has no more columns than any dataset needs",
    "Export one row per record with the columns of the ADaM standard; a wide feature table is "
    "named under [features.<id>] in study.toml.",
    answers=(35,),
)
CELL_SIZE = Rule(
    "read-cell-size",
    Severity.REJECT,
    "No cell is larger than 1 MB",
    "Shorten the cell; a cell of this size mostly means that a double quote was never closed.",
    answers=(34,),
)
BLANK_END = Rule(
    "read-blank-end",
    Severity.NOTE,
    "A text file ends with its last record",
    "Nothing to do: blank lines below the last record are not read.",
)
COMMENTS = Rule(
    "read-comment-lines",
    Severity.NOTE,
    "A feature table begins with its header",
    'Nothing to do: lines above the header that begin with "#" are not read.',
)

RULES: tuple[Rule, ...] = (
    BLANK,
    NO_ROWS,
    FIELD_COUNT,
    QUOTE,
    LINE_ENDS,
    SEPARATOR,
    HEADER_EMPTY,
    HEADER_DUPLICATE,
    HEADER_HIDDEN,
    COLUMNS,
    CELL_SIZE,
    BLANK_END,
    COMMENTS,
)

_QUOTE_SENTENCES = {
    "unclosed": "The double quote opened on line {line} of {name} is never closed.",
    "junk": "Text follows the closing quote of the field that opens on line {opened} of {name} "
    "(line {line}, byte offset {offset}).",
    "stray": "A double quote stands inside an unquoted field on line {line} of {name} "
    "(byte offset {offset}).",
    "line-ends": "Line {line} of {name} ends in another way than the lines before it: "
    "a lone carriage return and a line feed both end records.",
}


def _number(count: int, noun: str) -> str:
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {noun}s"


def quoting(error: RecordError, name: str) -> DataError:
    """A text that cannot be split into records, as a refusal."""
    rule = LINE_ENDS if error.kind == "line-ends" else QUOTE
    remedy = None
    if error.kind == "unclosed":
        remedy = "Close the quote, or export the file again: it may have been cut off."
    sentence = _QUOTE_SENTENCES[error.kind].format(
        line=error.line, opened=error.opened, offset=error.offset, name=name
    )
    return DataError(rule.finding(sentence, places=[Place(name, line=error.line)], remedy=remedy))


def field_counts(
    bad: Sequence[tuple[int, int]], *, expected: int, rows: int, last_line: int, name: str
) -> DataError:
    """Records with more or fewer fields than the header, `bad` holding (line, fields) of each."""
    line, got = bad[0]
    sentence = (
        f"Line {line} of {name} has {_number(got, 'field')} where its header has {expected:,}."
        if got
        else f"Line {line} of {name} is blank."
    )
    if len(bad) > 1:
        sentence = f"{sentence[:-1]}; {len(bad):,} of {rows:,} records are so."
    return DataError(
        FIELD_COUNT.finding(
            sentence,
            remedy=_count_remedy(bad, expected=expected, rows=rows, last_line=last_line),
            places=[Place(name, line=at) for at, _ in bad],
            count=len(bad),
        )
    )


def _count_remedy(
    bad: Sequence[tuple[int, int]], *, expected: int, rows: int, last_line: int
) -> str | None:
    """What a miscount usually means, by where it stands."""
    line, got = bad[0]
    if len(bad) == rows and rows > 1 and expected < max(n for _, n in bad):
        return "Take out what stands above the header line: the first line must name the columns."
    if line == last_line and got < expected:
        return (
            "The file ends in a line that is no whole record: if it was cut off, export it again "
            "and compare its size with the sender's; if it is a footer, take the line out."
        )
    if got == 0:
        return "Take the blank line out."
    return None


def cell_size(lines: Sequence[tuple[int, str]], *, limit: int, name: str, count: int) -> DataError:
    """Cells over the limit, as (line, column)."""
    line, column = lines[0]
    return DataError(
        CELL_SIZE.finding(
            f"The cell of column {column} on line {line} of {name} is larger than {limit:,} bytes.",
            column=column,
            places=[Place(name, line=at, column=c) for at, c in lines],
            count=count,
        )
    )


def separator(name: str, *, used: str, other: str, declared: bool) -> DataError:
    """A header that another separator than `used` divides."""
    decimal = ', decimal = ","' if other == ";" else ""
    written = "\\t" if other == "\t" else other
    how = "declared separator" if declared else "separator of this kind of file"
    return DataError(
        SEPARATOR.finding(
            f"The header of {name} holds no {SEPARATORS[used]}, the {how}, "
            f"but is divided by the {SEPARATORS[other]}.",
            places=[Place(name, line=1)],
            remedy=declare(name, f'separator = "{written}"{decimal}'),
        )
    )


def ambiguous(name: str, *, used: str, other: str) -> DataError:
    """A file that two separators divide equally well."""
    return DataError(
        SEPARATOR.finding(
            f"{name} can be divided by the {SEPARATORS[used]} and by the {SEPARATORS[other]}: "
            "both give every record as many fields as the header.",
            places=[Place(name, line=1)],
            remedy=declare(name, f'separator = "{used}"') + f' Or separator = "{other}".',
        )
    )


def declare(name: str, how: str) -> str:
    """The line of study.toml that says how a file is to be read."""
    file = PurePosixPath(name).name
    domain = file.split(".")[0].split("_")[0].casefold() or "domain"
    return f'Declare it in study.toml under [files]: {domain} = {{ path = "{file}", {how} }}.'


def note(rule: Rule, sentence: str, name: str) -> Finding:
    return rule.finding(sentence, places=[Place(name)])


def blank_line(name: str, line: int) -> DataError:
    """A blank line in a table of one column."""
    return DataError(
        FIELD_COUNT.finding(
            f"Line {line} of {name} is blank; in a table of one column it may be a missing value.",
            remedy='Take the blank line out, or write a missing value as "".',
            places=[Place(name, line=line)],
        )
    )
