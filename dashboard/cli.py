"""The command line: serve · import · check · studies · cuts · metrics · demo ...

Exit codes: 0 good, 1 refused (the input cannot be used, or something is missing), 2 misuse.
"""

from __future__ import annotations

import argparse
import csv
import errno
import json
import os
import socket
import sys
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any, TextIO

from dashboard.settings import Settings, SettingsError
from data_access import VERSION
from data_access.findings import DataError, Finding, Severity, describe, in_order
from data_access.importer import ImportResult, check_exports, import_exports
from data_access.store import CutStore, CutSummary

GOOD, REFUSED, MISUSE = 0, 1, 2

DESCRIPTION = """\
Interim shows the interim results of a single-arm oncology trial.

The store of imported cuts is the folder named by INTERIM_HOME (default: .interim beside app.py).
Exit codes: 0 good, 1 refused, 2 misuse. --json prints one JSON object on standard output.
"""


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code."""
    arguments = _parser().parse_args(argv)
    as_json = getattr(arguments, "json", False)
    try:
        code: int = arguments.run(arguments)
    except DataError as error:
        return _refuse(error.findings, as_json=as_json)
    except SettingsError as error:
        return _stop(str(error), as_json=as_json)
    except OSError as error:
        return _stop(f"{error.strerror}: {error.filename or 'output'}", as_json=as_json)
    except KeyboardInterrupt:
        return _stop("Stopped.", as_json=as_json)
    return code


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="app.py",
        description=DESCRIPTION,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    _serve(commands)
    _import(commands)
    _check(commands)
    _studies(commands)
    _cuts(commands)
    _demo(commands)
    _template(commands)
    _metrics(commands)
    return parser


def _json_flag(command: argparse.ArgumentParser) -> None:
    command.add_argument("--json", action="store_true", help="print JSON instead of text")


def _exports(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "exports", metavar="EXPORTS", type=Path, help="folder (or .zip) of cleaned exports"
    )
    command.add_argument(
        "--study", metavar="study.toml", type=Path, required=True, help="what the trial is"
    )
    command.add_argument(
        "--cut-date",
        metavar="YYYY-MM-DD",
        type=_day,
        help="data cut-off (default: the one in study.toml, else the newest record)",
    )


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"'{text}' is not a date like 2025-04-15") from None


def _port(text: str) -> int:
    if text.isascii() and text.isdigit() and 0 < int(text) < 65536:
        return int(text)
    raise argparse.ArgumentTypeError(f"'{text}' is not a port (1 to 65535)")


# --- serve ---------------------------------------------------------------------------------------


def _serve(commands: Any) -> None:
    command = commands.add_parser("serve", help="open the dashboard on this machine")
    command.add_argument("--port", type=_port, help="default: INTERIM_PORT, else 8050")
    command.add_argument("--host", help="loopback only, until accounts exist (default 127.0.0.1)")
    command.set_defaults(run=_run_serve)


def _run_serve(arguments: argparse.Namespace) -> int:
    from dashboard.factory import create_app

    settings = Settings.from_environment(host=arguments.host, port=arguments.port)
    store = CutStore(settings.home)
    if not store.studies():
        from dashboard.demo import build_demo

        _say("The store is empty: building the synthetic demo study.")
        build_demo(store, progress=_say)
    app = create_app(settings)
    return _listen(app.server, settings.host, settings.port)


def _listen(server: Any, host: str, port: int) -> int:
    from werkzeug.serving import WSGIRequestHandler, make_server

    class Quiet(WSGIRequestHandler):
        """No line per request: query strings do not belong in a terminal's scroll-back."""

        def log_request(self, *_: object) -> None:
            return None

    try:
        listening = socket.create_server(
            (host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET
        )
    except OSError as error:
        _say(_not_listening(error, port))
        return REFUSED
    http = make_server(
        host, port, server, threaded=True, request_handler=Quiet, fd=listening.fileno()
    )
    shown = f"[{host}]" if ":" in host else host
    _print(f"Interim is open at http://{shown}:{port}/  (Ctrl+C stops it)")
    try:
        http.serve_forever()
    finally:
        http.server_close()
        listening.close()
    return GOOD


def _not_listening(error: OSError, port: int) -> str:
    """Why a port cannot be had, and which one to take instead."""
    if error.errno == errno.EADDRINUSE:
        other = port + 1 if port < 65535 else port - 1
        return f"Port {port} is taken. Choose another: python app.py serve --port {other}"
    if error.errno == errno.EACCES:
        return f"This user may not open port {port}. Choose one above 1023: --port 8050"
    return f"Port {port} cannot be opened: {error.strerror}."


# --- import and check ----------------------------------------------------------------------------


def _import(commands: Any) -> None:
    command = commands.add_parser("import", help="turn a folder of exports into a cut")
    _exports(command)
    _json_flag(command)
    command.set_defaults(run=_run_import)


def _check(commands: Any) -> None:
    command = commands.add_parser("check", help="what an import would find; writes nothing")
    _exports(command)
    _json_flag(command)
    command.set_defaults(run=_run_check)


def _run_import(arguments: argparse.Namespace) -> int:
    result = import_exports(
        arguments.exports,
        arguments.study,
        store=_store(),
        cut_date=arguments.cut_date,
        progress=_say,
        version=VERSION,
    )
    return _report(with_derived(result, _say), as_json=arguments.json, imported=True)


def _run_check(arguments: argparse.Namespace) -> int:
    result = check_exports(
        arguments.exports,
        arguments.study,
        store=_store(read_only=True),
        cut_date=arguments.cut_date,
        progress=_say,
    )
    return _report(with_derived(result, _say), as_json=arguments.json, imported=False)


def with_derived(result: ImportResult, progress: Callable[[str], None]) -> ImportResult:
    """The result of an import or a check with the findings that need a derivation."""
    if result.refused or result.staged is None:
        return result
    from dashboard.analysis import Analysis
    from dashboard.derived_findings import derived_findings
    from dashboard.preview import Preview

    progress("Deriving what the exports derive")
    found = derived_findings(Analysis(Preview(result.staged)))
    return replace(result, findings=in_order([*result.findings, *found]))


def _report(result: ImportResult, *, as_json: bool, imported: bool) -> int:
    counts = {s.value: sum(f.severity is s for f in result.findings) for s in Severity}
    if as_json:
        _print_json(
            {
                "refused": result.refused,
                "study": result.study.id if result.study else None,
                "cut": _cut_json(result) if result.cut else None,
                "counts": counts,
                "findings": [f.to_json() for f in result.findings],
            }
        )
        return REFUSED if result.refused else GOOD
    for finding in result.findings:
        _print(describe(finding))
    told = ", ".join(f"{n} {s}" for s, n in counts.items() if n) or "no findings"
    if result.refused:
        _print(f"Refused: {told}. Nothing was imported; earlier cuts are as they were.")
        return REFUSED
    if result.cut is not None:
        state = "Imported as" if result.created else "Already stored as"
        rows = ", ".join(f"{d} {result.cut.rows(d):,}" for d in result.cut.domains)
        _print(
            f"{state} cut {result.cut.id[:12]} of {result.cut.cut_date} "
            f"in study {result.cut.study.id} ({rows}); {told}."
        )
    elif not imported:
        _print(f"An import would be accepted: {told}.")
    return GOOD


def _cut_json(result: ImportResult) -> dict[str, Any]:
    cut = result.cut
    assert cut is not None
    return {
        "id": cut.id,
        "date": cut.cut_date.isoformat(),
        "created": result.created,
        "parent": cut.parent,
        "rows": {d: cut.rows(d) for d in cut.domains},
        "digests": {d: cut.digest(d) for d in cut.domains},
    }


# --- studies and cuts ----------------------------------------------------------------------------


def _studies(commands: Any) -> None:
    command = commands.add_parser("studies", help="the studies in the store")
    _json_flag(command)
    command.set_defaults(run=_run_studies)


def _run_studies(arguments: argparse.Namespace) -> int:
    listed: list[dict[str, Any]] = [
        {
            "id": s.id,
            "title": s.title,
            "cuts": s.cuts,
            "damaged": s.damaged,
            "newest": _summary(s.newest) if s.newest else None,
        }
        for s in _store(read_only=True).studies()
    ]
    if arguments.json:
        _print_json({"studies": listed})
        return GOOD
    for study in listed:
        newest = study["newest"]["date"] if study["newest"] else "no readable cut"
        damaged = f", {study['damaged']} damaged" if study["damaged"] else ""
        _print(f"{study['id']}  {study['cuts']} cut(s){damaged}, newest {newest}  {study['title']}")
    if not listed:
        _print("No study yet. `python app.py import EXPORTS --study study.toml` brings one in.")
    return GOOD


def _cuts(commands: Any) -> None:
    command = commands.add_parser("cuts", help="the cuts of a study, newest first")
    command.add_argument("study", metavar="STUDY")
    _json_flag(command)
    command.set_defaults(run=_run_cuts)


def _run_cuts(arguments: argparse.Namespace) -> int:
    store = _store(read_only=True)
    if arguments.study not in {s.id for s in store.studies()}:
        known = ", ".join(s.id for s in store.studies()) or "none"
        return _stop(
            f"There is no study '{arguments.study}'. Studies: {known}.", as_json=arguments.json
        )
    cuts = [_summary(c) for c in store.cuts(arguments.study)]
    if arguments.json:
        _print_json({"study": arguments.study, "cuts": cuts})
        return GOOD
    for cut in cuts:
        state = f"  DAMAGED: {cut['damaged']}" if cut["damaged"] else ""
        _print(
            f"{cut['id'][:12]}  {cut['date']}  {cut['patients']} patients  "
            f"imported {cut['imported_at']}{state}"
        )
    return GOOD


def _summary(cut: CutSummary) -> dict[str, Any]:
    return {
        "id": cut.id,
        "date": _iso(cut.cut_date),
        "imported_at": cut.imported_at.isoformat() if cut.imported_at else None,
        "version": cut.version,
        "patients": cut.patients,
        "rows": dict(cut.domains),
        "findings": dict(cut.findings),
        "parent": cut.parent,
        "damaged": cut.damaged,
    }


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day else None


# --- demo and template ---------------------------------------------------------------------------


def _demo(commands: Any) -> None:
    command = commands.add_parser(
        "demo", help="write the synthetic exports to a folder, to see what the format looks like"
    )
    command.add_argument(
        "folder", metavar="FOLDER", type=Path, nargs="?", default=Path("interim-demo")
    )
    command.set_defaults(run=_run_demo)


def _run_demo(arguments: argparse.Namespace) -> int:
    from dashboard.demo import write_exports

    folder: Path = arguments.folder
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        return _stop(f"{folder} is not an empty folder. Name a new one.", as_json=False)
    write_exports(folder)
    _print(f"Wrote three cuts of the synthetic demo study and its study.toml to {folder}.")
    _print(f"Try: python app.py check {folder}/cut-3 --study {folder}/study.toml")
    return GOOD


def _template(commands: Any) -> None:
    command = commands.add_parser(
        "study-template", help="print a commented first study.toml for a folder of exports"
    )
    command.add_argument("exports", metavar="EXPORTS", type=Path)
    command.set_defaults(run=_run_template)


def _run_template(arguments: argparse.Namespace) -> int:
    from data_access.readers.exports import collect
    from data_access.readers.loose import loose_tables
    from data_access.study.template import template

    collection = collect(arguments.exports, None, progress=_say)
    for finding in collection.findings:
        if finding.severity is not Severity.NOTE:
            _say(describe(finding))
    known = {t.source.name for t in collection.tables}
    tables = [*collection.tables, *loose_tables(arguments.exports, known)]
    _write(template(tables).rstrip("\n"), sys.stdout)
    return GOOD if tables else REFUSED


# --- metrics -------------------------------------------------------------------------------------


def _metrics(commands: Any) -> None:
    command = commands.add_parser("metrics", help="every estimate of a cut, as one JSON object")
    command.add_argument("study", metavar="STUDY")
    command.add_argument("--cut", help="id or unique prefix (default: the newest)")
    command.add_argument(
        "--where",
        metavar="COLUMN=VALUE[,VALUE]",
        action="append",
        default=[],
        type=_condition,
        help="only these patients (ADSL); repeat to narrow further",
    )
    command.add_argument(
        "--population", choices=("enrolled", "safety", "full", "evaluable"), default="enrolled"
    )
    command.add_argument("--rule", choices=("fda", "ema"))
    command.add_argument("--conf-type", choices=("log-log", "log", "plain"))
    command.add_argument(
        "--times", type=_times, default=(), metavar="T,...", help="in each endpoint's own unit"
    )
    command.add_argument("--by", metavar="COLUMN", help="estimates and log-rank by an ADSL column")
    command.add_argument(
        "--features", metavar="ID", help="the feature table (default: the first of study.toml)"
    )
    command.add_argument(
        "--only",
        type=_list,
        default=(),
        metavar="SECTION,...",
        help="these sections alone; immune, microbiome and tissue only when named here",
    )
    command.set_defaults(run=_run_metrics, json=True)


def _condition(text: str) -> tuple[str, tuple[str, ...]]:
    column, equals, values = text.partition("=")
    if not equals or not column.strip() or not values.strip():
        raise argparse.ArgumentTypeError(f"'{text}' is not COLUMN=VALUE[,VALUE]")
    return column.strip(), tuple(next(csv.reader([values])))


def _times(text: str) -> tuple[float, ...]:
    try:
        times = tuple(float(part) for part in text.split(","))
    except ValueError:
        raise argparse.ArgumentTypeError(f"'{text}' is not a list of numbers") from None
    if not all(0 <= t < float("inf") for t in times):
        raise argparse.ArgumentTypeError("times are 0 or later")
    return times


def _list(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.split(",") if part.strip())


def _run_metrics(arguments: argparse.Namespace) -> int:
    from dashboard.report import ReportError, ReportOptions, metrics_report

    where: dict[str, tuple[str, ...]] = {}
    for column, values in arguments.where:
        if column in where:
            return _stop(
                f"{column} is named twice. Name all values at once: {column}=A,B", as_json=True
            )
        where[column] = values
    options = ReportOptions(
        where=where,
        population=arguments.population,
        rule=arguments.rule,
        conf_type=arguments.conf_type,
        times=arguments.times,
        by=arguments.by,
        only=arguments.only,
        features=arguments.features,
    )
    cut = _store(read_only=True).open(arguments.study, arguments.cut)
    try:
        _print_json(metrics_report(cut, options))
    except ReportError as error:
        return _stop(str(error), as_json=True)
    return GOOD


# --- shared --------------------------------------------------------------------------------------


def _store(*, read_only: bool = False) -> CutStore:
    return CutStore(Settings.from_environment().home, read_only=read_only)


def _refuse(findings: Sequence[Finding], *, as_json: bool) -> int:
    if as_json:
        _print_json({"refused": True, "findings": [f.to_json() for f in findings]})
    else:
        for finding in findings:
            _print(describe(finding), file=sys.stderr)
    return REFUSED


def _stop(sentence: str, *, as_json: bool) -> int:
    if as_json:
        _print_json({"refused": True, "error": sentence})
    else:
        _say(sentence)
    return REFUSED


def _print(text: str, file: TextIO | None = None) -> None:
    """Terminals execute control characters: none from the data reaches one."""
    safe = "".join(c if c == "\n" or c.isprintable() else ascii(c)[1:-1] for c in text)
    _write(safe, file or sys.stdout)


def _say(text: str) -> None:
    _print(text, file=sys.stderr)


def _print_json(value: dict[str, Any]) -> None:
    # Plain ASCII: it survives every console and every file name.
    _write(json.dumps(value, ensure_ascii=True, indent=2, allow_nan=False), sys.stdout)


def _write(text: str, stream: TextIO) -> None:
    """To a console of any encoding. A reader that has gone (`| head`) changes no exit code."""
    encoding = stream.encoding or "utf-8"
    try:
        print(text.encode(encoding, "backslashreplace").decode(encoding), file=stream, flush=True)
    except BrokenPipeError:
        # What is left goes nowhere, and the interpreter must not fail on it at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
