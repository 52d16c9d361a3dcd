"""A first study.toml for a folder of exports: what was found, and what only people can know.

Lines with `##` explain; lines with one `#` are proposals that become statements without it.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from data_access.normalise import RESPONSE_SPELLINGS, RESPONSE_WORDS
from data_access.rawtable import RawTable
from data_access.readers.recognise import domain_of
from data_access.schema import DOMAINS
from data_access.study.model import Rules, Terms
from data_access.study.profile import Profile, words
from data_access.study.proposals import Sorted, dates, features, sort_tables
from data_access.study.proposals import quoted as _quoted
from data_access.study.suggest import nearest
from data_access.study.words import LABELLED

_HEAD = """\
## study.toml, a first version made from the exports. docs/study-toml.md explains every key.
## Lines with ## explain. A line with one # is a proposal: check it, then remove the #.
## Interim never invents what the protocol states: what is absent here is shown as "not stated".
"""

_BACKBONES = ("BACKBONE", "TRT01A", "TRT01P", "ACTARM", "ARM")
_SETS = (
    ("enrolled", ("ENRLFL", "ITTFL", "RANDFL")),
    ("safety", ("SAFFL",)),
    ("full", ("FASFL", "EFFFL")),
    ("evaluable", ("RESPEVFL", "BMEASIFL", "MEASFL")),
)
_RELATED = ("AEREL", "AREL", "AERELI", "AERELC")
_GRADES = ("AETOXGR", "ATOXGR", "AESEV", "ASEV")
#: What happened to a patient during the trial: no baseline group to look at results by.
_OUTCOMES = ("DTH", "LDDTH", "ADTH", "EOS", "EOT", "DCS", "DCT", "DCDECOD", "DCREAS")
_MAX_SHOWN = 12
#: A word in so many columns is the export's way to write "missing".
_EVERYWHERE = 3


def template(tables: Sequence[RawTable]) -> str:
    """A commented study.toml for the given tables, recognised or not; it parses as it stands."""
    found = sort_tables([(t, domain_of(t, None)) for t in tables])
    profiles, others = found.profiles, found.others
    parts = (
        _study(profiles),
        _design(profiles),
        _files(found),
        _domains(profiles, others),
        _sets(profiles.get("ADSL")),
        _backbones(profiles.get("ADSL")),
        _paramcds(profiles),
        _terms(profiles),
        _missing([*profiles.values(), *others]),
        _wide(profiles, others),
        features(found),
        _filters(profiles.get("ADSL"), others),
        _plans(),
        _identifiers([*profiles.values(), *others]),
    )
    return _HEAD + "".join("\n" + "\n".join(lines) + "\n" for lines in map(list, parts) if lines)


def _counts(levels: Mapping[str, int]) -> str:
    shown = [f"{_quoted(v)} {n:,}" for v, n in list(levels.items())[:_MAX_SHOWN]]
    more = len(levels) - len(shown)
    return ", ".join(shown) + (f" and {more} more" if more > 0 else "")


def _key(name: str) -> str:
    return name if re.fullmatch(r"[A-Za-z0-9_-]+", name) else _quoted(name)


# --- the trial ----------------------------------------------------------------------------------


def _study(profiles: Mapping[str, Profile]) -> Iterator[str]:
    adsl = profiles.get("ADSL")
    ids = list(adsl.levels("STUDYID", most=1)) if adsl else []
    yield "[study]"
    title = f"Study {ids[0]}" if ids else "Untitled study"
    yield f"title = {_quoted(title)}  ## write the title of the protocol"
    yield '## id: made from the title unless stated; write id = "my-study" (a-z, 0-9 and -)'
    for name in ("short_title", "phase", "indication", "registry", "sponsor", "treatment"):
        yield f"## {name}: not stated"
    days = [d for p in profiles.values() if (d := p.newest_day())]
    if days:
        yield "## The newest day in the data, not necessarily the day of the cut:"
        yield f"# cut_date = {max(days)}"
    else:
        yield "## cut_date: not stated"


def _design(profiles: Mapping[str, Profile]) -> Iterator[str]:
    yield "[design]"
    yield "## arms, randomised: a single arm unless stated"
    adsl = profiles.get("ADSL")
    for name in ("ARM", "TRT01P"):
        if adsl and (levels := adsl.levels(name, most=20)):
            yield f"## {name} holds {_counts(levels)}"
            break
    yield "## planned_patients: not stated"
    yield "## accrual: not stated; write accrual = [[<day>, <patients planned by then>], ...]"
    yield "## simon: not stated"
    yield ""
    yield "## [endpoints.ORR] and others: not stated; each has label, role, wording, window_days"
    yield ""
    yield "# [origin]"
    yield '# event = "first_dose"  ## the default; or "enrolment", "randomisation"'
    yield ""
    yield "# [rules]  ## these are the defaults"
    rules = Rules()
    for name in ("confirm_days", "sd_min_days", "assessment_interval", "visit_window", "min_group"):
        yield f"# {name} = {getattr(rules, name)}"
    yield "## orr_window_days, pfs_window_days, ae_window_days: not stated"


# --- files and columns --------------------------------------------------------------------------


def _files(tables: Sorted) -> Iterator[str]:
    profiles = tables.profiles
    yield "[files]"
    for domain, profile in profiles.items():
        size = f"{profile.table.rows:,} rows, {len(profile.table.columns):,} columns"
        guess = ", by its name; remove the # if so" if domain in tables.guessed else ""
        title = f"{DOMAINS[domain].title}{guess}"
        yield f"# {domain.lower()} = {_quoted(profile.name)}  ## {title}: {size}"
    for domain, profile in tables.doubles:
        yield f"## {_quoted(profile.name)} is {domain} too: name the one to read, or take it away."
    absent = [d for d in DOMAINS if d not in profiles]
    if absent:
        yield f"## not found: {', '.join(absent)}"
    for i, profile in enumerate(tables.others):
        size = f"{profile.table.rows:,} rows, {len(profile.table.columns):,} columns"
        yield f"## {_quoted(profile.name)} ({size}) is not named as a domain."
        if i == 0 and "ADSL" in absent:
            yield f"# adsl = {_quoted(profile.name)}  ## if it holds the patients"


def _domains(profiles: Mapping[str, Profile], others: Sequence[Profile]) -> Iterator[str]:
    named = list(profiles.items())
    if "ADSL" not in profiles and others:
        named.insert(0, ("ADSL", others[0]))
    for domain, profile in named:
        written = dates(domain, profile)
        if written or not profile.has("USUBJID"):
            yield f"# [domains.{domain.lower()}]"
            yield from written
        if profile.has("USUBJID"):
            continue
        candidates = profile.unique() if domain == "ADSL" else _like_subject(profile)
        yield f"## {_quoted(profile.name)} has no USUBJID. Columns that could identify the patient:"
        if not candidates:
            yield "## none found"
        for i, name in enumerate(candidates[:_MAX_SHOWN]):
            start = "# " if i == 0 else "## or: "
            yield f"{start}columns = {{ USUBJID = {_quoted(name)} }}"
        repeated = [n for n in profile.unique(share=0.9) if n not in profile.unique()]
        for name in repeated if domain == "ADSL" else ():
            yield f"## if rows are samples and not patients: person = {_quoted(name)}"


def _like_subject(profile: Profile) -> list[str]:
    names = [c.name for c in profile.table.columns if c.name not in profile.identifiers]
    hits = [n for n in names if re.search(r"subj|patient|pat.?id|person", n, re.IGNORECASE)]
    guess = nearest("USUBJID", names)
    return list(dict.fromkeys([*([guess] if guess else []), *hits]))


def _sets(adsl: Profile | None) -> Iterator[str]:
    if adsl is None:
        return
    yield "## Analysis sets take these flags of ADSL unless stated otherwise:"
    for set_, flags in _SETS:
        found = [(f, adsl.levels(f, most=4)) for f in flags if adsl.has(f)]
        if not found:
            yield f"## {set_}: no flag found ({', '.join(flags)})"
        for flag, levels in found:
            yield f"## {set_}: {flag} holds {_counts(levels) or 'nothing'}"


def _backbones(adsl: Profile | None) -> Iterator[str]:
    if adsl is None:
        return
    columns = [c.name for c in adsl.table.columns]
    likely = [n for n in _BACKBONES if adsl.has(n)]
    likely += [n for n in columns if re.search("chemo|regimen|backbone", n, re.IGNORECASE)]
    found = {n: g for n in dict.fromkeys(likely) if (g := adsl.groups(n, most=40))}
    if not found:
        yield "## [backbones]: no column found that parts patients by their chemotherapy"
        return
    yield "## Columns that may hold the chemotherapy backbone:"
    for name, levels in found.items():
        yield f"## {name}: {_counts(levels)}"
    name, levels = next(iter(found.items()))
    yield "# [backbones]"
    yield f"# column = {_quoted(name)}"
    drugs = list(dict.fromkeys(d.strip() for level in levels for d in level.split("+")))
    if any("+" in level for level in levels):
        yield '# separator = "+"  ## between the drugs of a doublet'
    used: set[str] = set()
    for drug in (d for d in drugs if d and not re.search("scr.*fail|not ", d, re.IGNORECASE)):
        id_ = re.sub(r"[^a-z0-9]+", "-", drug.lower()).strip("-")[:40] or "group"
        while id_ in used:
            id_ = f"{id_[:36]}-{len(used) + 1}"
        used.add(id_)
        yield f"# groups.{id_} = {{ label = {_quoted(drug)}, values = [{_quoted(drug)}] }}"


# --- words --------------------------------------------------------------------------------------


def _paramcds(profiles: Mapping[str, Profile]) -> Iterator[str]:
    found = {d: _parameters(p) for d, p in profiles.items()}
    found = {d: p for d, p in found.items() if p}
    if not found:
        return
    yield "# [terms.paramcds]"
    for domain, parameters in found.items():
        yield f"## PARAMCD of {domain}:"
        for code, (label, rows) in list(parameters.items())[:60]:
            yield f"## {code}: {label} ({rows:,} rows)"
    taken: set[str] = set()
    for domain, purpose, pattern in LABELLED:
        parameters = found.get(domain, {})
        if not parameters or purpose in parameters:
            continue
        hits = [
            code
            for code, (label, _) in parameters.items()
            if code not in taken and re.search(pattern, label, re.IGNORECASE)
        ]
        if hits:
            taken.add(hits[0])
            yield f"# {purpose} = {_quoted(hits[0])}"


def _parameters(profile: Profile) -> dict[str, tuple[str, int]]:
    """PARAMCD -> (its PARAM, rows)."""
    levels = profile.levels("PARAMCD", most=500)
    if not levels or not profile.has("PARAM") or "PARAM" in profile.identifiers:
        return {code: ("", rows) for code, rows in levels.items()}
    pairs = profile.table.data.select(
        [profile.column("PARAMCD").name, profile.column("PARAM").name]
    ).group_by(profile.column("PARAMCD").name)
    first = pairs.aggregate([(profile.column("PARAM").name, "min")]).to_pydict()
    code, label = first.values() if len(first) == 2 else ((), ())
    texts = {words(c): words(t or "") for c, t in zip(code, label, strict=True)}
    return {c: (texts.get(c, ""), rows) for c, rows in levels.items()}


def _terms(profiles: Mapping[str, Profile]) -> Iterator[str]:
    lines = [
        *_response(profiles.get("ADRS")),
        *_censoring(profiles.get("ADTTE")),
        *_units(profiles),
        *_relatedness(profiles.get("ADAE")),
    ]
    if lines:
        yield "# [terms]"
        yield from lines


def _response(adrs: Profile | None) -> Iterator[str]:
    levels = adrs.levels("AVALC", most=60) if adrs else {}
    if not levels:
        return
    known = {v: n for v, n in levels.items() if v.upper() in RESPONSE_SPELLINGS}
    rest = {v: n for v, n in levels.items() if v not in known and v.upper() not in {"Y", "N"}}
    yield f"## Response terms of ADRS understood as they are: {_counts(known) or 'none'}"
    if rest:
        yield f"## Other values of AVALC: {_counts(rest)}"
        pairs = [(v, nearest(v, RESPONSE_WORDS)) for v in rest]
        mapped = [f"{_quoted(v)} = {_quoted(RESPONSE_WORDS[m])}" for v, m in pairs if m]
        if mapped:
            yield f"# response = {{ {', '.join(mapped)} }}"


def _censoring(adtte: Profile | None) -> Iterator[str]:
    if adtte and (levels := adtte.levels("CNSR", most=20)):
        yield f"## CNSR holds {_counts(levels)}; an event is:"
        yield '# event_codes = ["0"]'


def _units(profiles: Mapping[str, Profile]) -> Iterator[str]:
    for domain in ("ADTTE", "ADTR", "ADLB"):
        profile = profiles.get(domain)
        if profile is None:
            continue
        levels = profile.levels("AVALU", most=40)
        shown = _counts(levels) if levels else "no AVALU found"
        yield f"## units of {domain}: {shown}"


def _relatedness(adae: Profile | None) -> Iterator[str]:
    if adae is None:
        return
    default = Terms()
    related = {t.upper() for t in default.related}
    unrelated = {t.upper() for t in default.not_related}
    unknown: dict[str, int] = {}
    for name in _RELATED:
        levels = adae.levels(name, most=20)
        if levels:
            yield f"## {name} holds {_counts(levels)}"
            unknown |= {v: n for v, n in levels.items() if v.upper() not in related | unrelated}
    if unknown:
        yield f"## neither related nor not related by default: {_counts(unknown)}"
        yield f"# related = {_list(default.related)}"
        yield f"# not_related = {_list(default.not_related)}"
    scales = [(n, levels) for n in _GRADES if (levels := adae.levels(n, most=20))]
    for name, levels in scales:
        yield f"## {name} holds {_counts(levels)}"
    if scales:
        graded = any(n.endswith("TOXGR") for n, _ in scales)
        yield f"# severity_scale = {_quoted('CTCAE' if graded else 'severity')}  ## or auto"


def _list(values: Sequence[str]) -> str:
    return "[" + ", ".join(map(_quoted, values)) + "]"


def _missing(profiles: Sequence[Profile]) -> Iterator[str]:
    found: dict[str, Counter[str]] = {}
    for profile in profiles:
        for word, columns in profile.missing_words().items():
            found.setdefault(word, Counter()).update(columns)
    if not found:
        return
    yield "# [missing]"
    yield "## Words that often mean missing, and the columns that hold them. NA may be"
    yield "## North America, and None an answer:"
    for word, columns in found.items():
        yield f"## {_quoted(word)}: {_counts(dict(columns.most_common()))}"
    everywhere = [w for w, columns in found.items() if len(columns) >= _EVERYWHERE]
    if everywhere:
        yield f"# values = {_list(everywhere)}"
    for word in sorted(found.keys() - set(everywhere)):
        for column in found[word]:
            yield f"## if missing: columns.{_key(words(column))} = {_list([word])}"
        yield f"## if an answer: literal = {_list([word])}"


# --- wide sheets, filters, plans ----------------------------------------------------------------


def _wide(profiles: Mapping[str, Profile], others: Sequence[Profile]) -> Iterator[str]:
    sheet = profiles.get("ADSL") or next(iter(others), None)
    if sheet is None:
        return
    if "ADRS" not in profiles and (columns := list(_response_columns(sheet))):
        yield "## No ADRS, but a best response in the patient sheet:"
        yield "# [best_response.CBOR]"
        yield f"# column = {_quoted(columns[0])}"
        yield from (f"## or: column = {_quoted(c)}" for c in columns[1:])
    if "ADTTE" not in profiles and (events := list(_event_columns(sheet))):
        yield "## No ADTTE. Columns with two values that may say event or censored:"
        yield from (f"## {n}: {_counts(levels)}" for n, levels in events[:_MAX_SHOWN])
        yield '## [tte.OS] needs time = "...", unit = "MONTHS", event = "...", events, censored'


def _response_columns(sheet: Profile) -> Iterator[str]:
    for column in sheet.table.columns:
        levels = {v.upper() for v in sheet.levels(column.name, most=10)}
        if {"CR", "PR"} & levels and levels <= {*RESPONSE_SPELLINGS, "NA", "N/A", "."}:
            yield column.name


def _event_columns(sheet: Profile) -> Iterator[tuple[str, dict[str, int]]]:
    for column in sheet.table.columns:
        levels = sheet.groups(column.name, most=3)
        if any(re.match(r"[01](:|$)", v) for v in levels):
            yield column.name, levels


def _filters(adsl: Profile | None, others: Sequence[Profile]) -> Iterator[str]:
    sheet = adsl or next(iter(others), None)
    if sheet is None:
        return
    found = []
    for column in sheet.table.columns:
        name = column.name
        if _no_filter(name.upper(), sheet):
            continue
        label = _quoted(column.label or name)
        if parts := sheet.several(name):
            mark, levels = parts
            stated = f'{{ label = {label}, kind = "several", separator = {_quoted(mark)} }}'
            found.append(f"# {_key(words(name))} = {stated}  ## {_counts(levels)}")
        elif levels := sheet.groups(name):
            found.append(f"# {_key(words(name))} = {label}  ## {_counts(levels)}")
    if found:
        yield "# [filters]"
        yield "## Columns of the patient sheet with 2 to 12 levels; keep those known at baseline:"
        yield from found


def _no_filter(name: str, sheet: Profile) -> bool:
    """Flags, dates, outcomes, and the codes of a column that is there in words."""
    coded = any(name.endswith(end) and sheet.has(name[: -len(end)]) for end in ("CD", "N"))
    return coded or name.endswith(("FL", "DT", "DTC", "DTM")) or name.startswith(_OUTCOMES)


def _plans() -> Iterator[str]:
    yield "## [aesi.<id>]: adverse events of special interest: not stated"
    yield "## [benchmarks.<id>]: published results to stand beside the observed: not stated"
    yield "## [monitoring.<id>]: stopping rules: not stated"


def _identifiers(profiles: Sequence[Profile]) -> Iterator[str]:
    dropped = [(p.name, n, why) for p in profiles for n, why in p.identifiers.items()]
    if dropped:
        yield "## These columns seem to identify people and will be dropped before storing:"
        yield from (f"## {_quoted(f)} {_quoted(n)}: {why}" for f, n, why in dropped)
