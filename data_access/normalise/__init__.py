"""Raw tables of an export become typed tables: the schema's columns, the study's words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc

from data_access.findings import Finding, Rule, Severity
from data_access.normalise import cells, naming, wide
from data_access.normalise.cells import Reading, Target, type_column
from data_access.normalise.naming import Match, match_columns, spec_of
from data_access.rawtable import RawColumn, RawTable
from data_access.schema import ADSL, ANSWERED, DOMAINS, Domain, Kind
from data_access.study.model import Study

DECLARED_MISSING = Rule(
    "type-declared-missing",
    Severity.NOTE,
    "Words that study.toml declares as missing were read as missing",
    "Nothing to do.",
)
RESPONSE_TERMS = Rule(
    "type-response-terms",
    Severity.NOTE,
    "Response terms were read as their RECIST 1.1 codes",
    "Nothing to do; study.toml [terms.response] decides where the default is wrong.",
)
UNITS = Rule(
    "type-units",
    Severity.NOTE,
    "Unit names were read as study.toml [terms.units] says",
    "Nothing to do.",
)
ANSWERS = Rule(
    "type-answers",
    Severity.NOTE,
    "Answers in words were read as Y or N",
    "Nothing to do.",
)
FROM_COLLECTED = Rule(
    "type-date-from-collected",
    Severity.WARNING,
    "Only dates as collected (*DTC) were exported; the day of a full one is used",
    "Export the analysis dates (*DT), with partial dates imputed and flagged (*DTF); until then "
    "records whose collected date is partial have no date.",
)
RULES = (
    *cells.RULES,
    *naming.RULES,
    *wide.RULES,
    DECLARED_MISSING,
    RESPONSE_TERMS,
    UNITS,
    ANSWERS,
    FROM_COLLECTED,
)

#: How people write yes and no.
ANSWER_SPELLINGS = {"YES": "Y", "NO": "N", "TRUE": "Y", "FALSE": "N", "Y": "Y", "N": "N"}

#: Columns that name a unit.
UNIT_COLUMNS = ("AVALU", "TRSTRESU", "TRORRESU", "EXDOSU")

#: The usual words for the RECIST 1.1 categories, beside the codes themselves.
RESPONSE_WORDS = {
    "CR": "CR",
    "PR": "PR",
    "SD": "SD",
    "PD": "PD",
    "NE": "NE",
    "NON-CR/NON-PD": "NON-CR/NON-PD",
    "MISSING": "MISSING",
    "COMPLETE RESPONSE": "CR",
    "PARTIAL RESPONSE": "PR",
    "STABLE DISEASE": "SD",
    "PROGRESSIVE DISEASE": "PD",
    "DISEASE PROGRESSION": "PD",
    "PROGRESSION OF DISEASE": "PD",
    "PROGRESSION": "PD",
    "NOT EVALUABLE": "NE",
    "NOT ESTIMABLE": "NE",
    "UNEVALUABLE": "NE",
    "INEVALUABLE": "NE",
    "NON-CR NON-PD": "NON-CR/NON-PD",
    "NON CR/NON PD": "NON-CR/NON-PD",
    "NONCR/NONPD": "NON-CR/NON-PD",
}
#: Words and code may stand together: "PR - Partial Response", "Partial response (PR)".
RESPONSE_SPELLINGS = RESPONSE_WORDS | {
    form.format(code=code, words=words): code
    for words, code in RESPONSE_WORDS.items()
    for form in (
        "{code} - {words}",
        "{code}-{words}",
        "{code}: {words}",
        "{code} {words}",
        "{code} ({words})",
        "{words} ({code})",
        "{words} - {code}",
    )
    if words != code
}


@dataclass(frozen=True, slots=True)
class Normalised:
    """`tables`: domain -> Arrow table of large_string / float64 / date32 columns plus `_file`
    (dictionary) and `_row` (int64). `copies`: domain -> the ADSL columns it repeats, typed."""

    tables: Mapping[str, pa.Table]
    copies: Mapping[str, pa.Table]
    findings: tuple[Finding, ...]


def normalise(
    study: Study, tables: Mapping[str, RawTable], sheets: Mapping[str, RawTable]
) -> Normalised:
    """Type every domain of an export. Refusals come back as findings, all of them at once."""
    made, findings = wide.wide_tables(study, {**tables, **sheets})
    parts: dict[str, list[RawTable]] = {d: [t] for d, t in tables.items()}
    for domain, more in made.items():
        parts.setdefault(domain, []).extend(more)
    typed: dict[str, pa.Table] = {}
    copies: dict[str, pa.Table] = {}
    for domain, raws in parts.items():
        done = [_type_table(raw, DOMAINS[domain], study, findings) for raw in raws]
        typed[domain] = _together([d[0] for d in done])
        if domain != "ADSL":
            repeated = [d[1] for d in done if d[1].num_columns > 2]
            if repeated:
                copies[domain] = repeated[0]
    return Normalised(typed, copies, tuple(dict.fromkeys(findings)))


def _type_table(
    raw: RawTable, domain: Domain, study: Study, findings: list[Finding]
) -> tuple[pa.Table, pa.Table]:
    match = match_columns(raw, domain, study)
    findings.extend(match.findings)
    typed = _Typist(raw, domain.name, study, findings)
    columns = {n: typed.column(c, n, k) for n, (c, k) in match.take.items()}
    if domain.name == "ADRS" and "AVALC" in columns:
        terms = _Terms({**RESPONSE_SPELLINGS, **study.terms.response}, RESPONSE_TERMS, "AVALC")
        columns["AVALC"] = terms.read(raw, domain.name, columns["AVALC"], findings)
    for name in UNIT_COLUMNS:
        if name in columns and study.terms.units:
            units = _Terms(study.terms.units, UNITS, name)
            columns[name] = units.read(raw, domain.name, columns[name], findings)
    for name in ANSWERED if domain.name == "ADAE" else ():
        if name in columns:
            answers = _Terms(ANSWER_SPELLINGS, ANSWERS, name)
            columns[name] = answers.read(raw, domain.name, columns[name], findings)
    columns |= _collected_days(typed, match.collected)
    typed.say_missing()
    provenance = _provenance(raw)
    table = pa.table({**columns, **provenance})
    return table, pa.table({**_typed_copies(raw, match, study), **provenance})


def _collected_days(typed: _Typist, collected: Mapping[str, RawColumn]) -> dict[str, pa.Array]:
    """Dates of the schema from dates as collected; empty where those stop at month or year."""
    made, said = {}, []
    for name, column in collected.items():
        text = typed.column(column, column.name.upper(), Kind.PARTIAL)
        made[name] = cells.full_days(text)
        short = made[name].null_count - text.null_count
        said.append(f"{name} from {column.name}" + (f" ({short:,} not full)" if short else ""))
    if said:
        typed.findings.append(
            FROM_COLLECTED.finding(
                f"{typed.domain}: {', '.join(said)}.", domain=typed.domain, count=len(said)
            )
        )
    return made


def _typed_copies(raw: RawTable, match: Match, study: Study) -> dict[str, pa.Array]:
    """ADSL columns repeated on a domain, typed as in ADSL; only to be compared, never stored."""
    if not match.copies or "USUBJID" not in match.take:
        return {}
    quiet = _Typist(raw, "ADSL", study, [])
    made = {"USUBJID": quiet.column(match.take["USUBJID"][0], "USUBJID", Kind.KEY)}
    for name, column in match.copies.items():
        known = ADSL.column(name)
        if known is not None:
            made[name] = quiet.column(column, name, known.kind)
    return made


class _Typist:
    def __init__(self, raw: RawTable, domain: str, study: Study, findings: list[Finding]) -> None:
        self.raw, self.domain, self.study, self.findings = raw, domain, study, findings
        self.decimal = decimal_sign(study, domain)
        self.lost: dict[str, int] = {}

    def column(self, column: RawColumn, name: str, kind: Kind) -> pa.Array:
        terms = self.study.terms
        by_column = {w for key in (name, column.name) for w in terms.missing_by_column.get(key, ())}
        reading = Reading(
            missing=frozenset({*terms.missing, *by_column}),
            decimal=self.decimal,
            dates=spec_of(self.study, self.domain).dates,
        )
        typed = type_column(self.raw, column, Target(self.domain, name, kind), reading)
        self.findings.extend(typed.findings)
        if typed.lost:
            self.lost[name] = typed.lost
        return typed.values

    def say_missing(self) -> None:
        if self.lost:
            listed = ", ".join(f"{n} ({k:,})" for n, k in sorted(self.lost.items()))
            self.findings.append(
                DECLARED_MISSING.finding(
                    f"{self.domain}: {listed}.", domain=self.domain, count=sum(self.lost.values())
                )
            )


def decimal_sign(study: Study, domain: str) -> str:
    """The decimal sign declared for the file of a domain."""
    spec = study.files.get(domain) or study.files.get(domain.lower()) or study.default_file
    return spec.decimal if spec else "."


def _provenance(raw: RawTable) -> dict[str, pa.Array]:
    name = pa.array([raw.source.name], pa.large_string())
    codes = pa.array([0] * raw.rows, pa.int32())
    return {"_file": pa.DictionaryArray.from_arrays(codes, name), "_row": raw.lines}


def _together(tables: Sequence[pa.Table]) -> pa.Table:
    if len(tables) == 1:
        return tables[0]
    return pa.concat_tables(tables, promote_options="default").unify_dictionaries()


class _Terms:
    """Words of an export and what they mean, compared without regard to case and spaces."""

    def __init__(self, meaning: Mapping[str, str], rule: Rule, column: str) -> None:
        self.meaning = {_fold(k): v for k, v in meaning.items()}
        self.rule, self.column = rule, column

    def read(
        self, raw: RawTable, domain: str, values: pa.Array, findings: list[Finding]
    ) -> pa.Array:
        """The values with each known word replaced; what was replaced is a finding."""
        levels = values.dictionary_encode()
        names = levels.dictionary.to_pylist()
        coded = [self.meaning.get(_fold(n), n) for n in names]
        changed = [f"'{a[:40]}' as {b}" for a, b in zip(names, coded, strict=True) if a != b]
        if changed:
            findings.append(
                self.rule.finding(
                    f"{raw.source.name}: {', '.join(changed)}.", domain=domain, column=self.column
                )
            )
        return pc.take(pa.array(coded, pa.large_string()), levels.indices)


def _fold(word: str) -> str:
    return " ".join(word.split()).casefold()
