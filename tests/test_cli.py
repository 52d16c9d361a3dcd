"""The command line: stable output, exit codes 0 good, 1 refused, 2 misuse."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest

from tests.conftest import ROOT
from tests.data_access.bad_inputs.base import spoil_bytes, write_good


def interim(*arguments: object, home: Path, timeout: int = 120) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "app.py", *map(str, arguments)],
        cwd=ROOT,
        env={**os.environ, "INTERIM_HOME": str(home)},
        capture_output=True,
        text=True,
        timeout=timeout,
        check=False,
    )


@pytest.fixture
def home(tmp_path) -> Path:
    return tmp_path / "home"


@pytest.fixture
def exports(tmp_path) -> Path:
    return write_good(tmp_path)


def test_help_names_every_command(home):
    result = interim("--help", home=home)
    assert result.returncode == 0
    for command in ("serve", "import", "check", "studies", "cuts", "demo", "study-template"):
        assert command in result.stdout


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["nonsense"],
        ["import"],
        ["import", "x"],
        ["serve", "--port", "0"],
        ["serve", "--port", "80a"],
        ["import", "x", "--study", "y", "--cut-date", "31/03/2025"],
    ],
    ids=str,
)
def test_misuse_is_two(arguments, home):
    result = interim(*arguments, home=home)
    assert result.returncode == 2
    assert "usage" in result.stderr


def test_import_then_studies_then_cuts(home, exports, tmp_path):
    study = tmp_path / "study.toml"
    told = interim("import", exports, "--study", study, "--json", home=home)
    assert told.returncode == 0, told.stderr
    answer = json.loads(told.stdout)
    assert answer["refused"] is False
    assert answer["study"] == "bad-inputs"
    assert answer["cut"]["created"] is True
    assert answer["cut"]["date"] == "2025-03-31"
    assert answer["cut"]["rows"]["ADSL"] == 24
    assert "adsl.csv" in told.stderr  # progress, apart from the JSON

    again = json.loads(interim("import", exports, "--study", study, "--json", home=home).stdout)
    assert again["cut"]["created"] is False
    assert again["cut"]["id"] == answer["cut"]["id"]

    (listed,) = json.loads(interim("studies", "--json", home=home).stdout)["studies"]
    assert (listed["id"], listed["cuts"]) == ("bad-inputs", 1)
    (cut,) = json.loads(interim("cuts", "bad-inputs", "--json", home=home).stdout)["cuts"]
    assert (cut["id"], cut["patients"]) == (answer["cut"]["id"], 24)
    assert "24 patients" in interim("cuts", "bad-inputs", home=home).stdout


def test_check_writes_nothing_and_agrees_with_import(home, exports, tmp_path):
    study = tmp_path / "study.toml"
    told = interim("check", exports, "--study", study, "--json", home=home)
    assert told.returncode == 0
    assert json.loads(told.stdout)["cut"] is None
    assert json.loads(interim("studies", "--json", home=home).stdout) == {"studies": []}
    spoil_bytes(exports, lambda data: data[:-30])
    for command in ("check", "import"):
        refused = interim(command, exports, "--study", study, home=home)
        assert refused.returncode == 1
        assert "line 25" in refused.stdout
        assert "Nothing was imported" in refused.stdout
        as_json = interim(command, exports, "--study", study, "--json", home=home)
        assert as_json.returncode == 1
        assert json.loads(as_json.stdout)["refused"] is True


def test_what_is_not_there_is_refused_in_words(home, exports, tmp_path):
    missing = interim("import", tmp_path / "nowhere", "--study", tmp_path / "study.toml", home=home)
    assert missing.returncode == 1
    assert "Traceback" not in missing.stderr + missing.stdout
    no_study = interim("import", exports, "--study", tmp_path / "none.toml", home=home)
    assert no_study.returncode == 1
    assert "none.toml" in no_study.stdout
    unknown = interim("cuts", "nothing", home=home)
    assert unknown.returncode == 1
    assert "no study 'nothing'" in unknown.stderr


def test_demo_writes_exports_that_check_accepts(home, tmp_path):
    folder = tmp_path / "demo"
    assert interim("demo", folder, home=home).returncode == 0
    assert interim("demo", folder, home=home).returncode == 1  # never over what is there
    for cut in ("cut-1", "cut-2", "cut-3"):
        told = interim("check", folder / cut, "--study", folder / "study.toml", home=home)
        assert told.returncode == 0, told.stdout


def test_template_is_a_study_that_imports(home, exports, tmp_path):
    told = interim("study-template", exports, home=home)
    assert told.returncode == 0, told.stderr
    written = tmp_path / "written.toml"
    written.write_text(told.stdout, encoding="utf-8")
    assert interim("check", exports, "--study", written, home=home).returncode == 0


def test_other_hosts_than_this_machine_are_refused(home):
    result = interim("serve", "--host", "0.0.0.0", home=home)
    assert result.returncode == 1
    assert "accounts" in result.stderr


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def test_serve_on_an_empty_store_builds_the_demo_and_answers(home):
    port = _free_port()
    process = subprocess.Popen(
        [sys.executable, "app.py", "serve", "--port", str(port)],
        cwd=ROOT,
        env={**os.environ, "INTERIM_HOME": str(home)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout is not None
        assert f"http://127.0.0.1:{port}/" in process.stdout.readline()
        deadline = time.monotonic() + 30
        while True:
            try:
                with urllib.request.urlopen(
                    f"http://127.0.0.1:{port}/readyz", timeout=10
                ) as answer:
                    assert answer.status == 200
                break
            except ConnectionError:
                assert time.monotonic() < deadline
        taken = interim("serve", "--port", port, home=home)
        assert taken.returncode == 1
        assert taken.stderr.splitlines()[-1].startswith(f"Port {port} is taken. Choose another")
        assert "Address already in use" not in taken.stderr
    finally:
        process.terminate()
        process.communicate(timeout=20)
    (study,) = json.loads(interim("studies", "--json", home=home).stdout)["studies"]
    assert study["cuts"] == 3


def test_metrics_prints_one_object_and_refuses_in_words(home, exports, tmp_path):
    interim("import", exports, "--study", tmp_path / "study.toml", home=home)
    told = interim("metrics", "bad-inputs", "--where", "BACKBONE=ERIBULIN", home=home)
    assert told.returncode == 0, told.stderr
    assert json.loads(told.stdout)["response"]["orr"]["n"] == 12
    for wrong in (
        ["--where", "NOPE=1"],
        ["--where", "BACKBONE=ERIBULIN,ERIBULINE"],
        ["--where", "SEX=F", "--where", "SEX=M"],
        ["--population", "full"],
        ["--only", "nothing"],
        ["--cut", "ffff"],
    ):
        refused = interim("metrics", "bad-inputs", *wrong, home=home)
        assert refused.returncode == 1
        assert json.loads(refused.stdout)["refused"] is True
    for misuse in (["--where", "SEX"], ["--times", "x"], ["--rule", "who"]):
        assert interim("metrics", "bad-inputs", *misuse, home=home).returncode == 2


def test_a_refusal_stays_a_refusal_when_the_reader_goes_away(home, exports, tmp_path):
    spoil_bytes(exports, lambda data: data[:-30])
    check = f'"{sys.executable}" app.py check "{exports}" --study "{tmp_path}/study.toml"'
    shell = f"{check} | true; exit ${{PIPESTATUS[0]}}"
    environ = {**os.environ, "INTERIM_HOME": str(home)}
    ended = subprocess.run(["bash", "-c", shell], cwd=ROOT, env=environ, check=False)
    assert ended.returncode == 1


@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "utf-8"])
def test_every_console_can_print_every_name(home, tmp_path, encoding):
    environ = {**os.environ, "INTERIM_HOME": str(home), "PYTHONIOENCODING": encoding}
    for flags in ([], ["--json"]):
        ended = subprocess.run(
            [
                sys.executable,
                "app.py",
                "check",
                os.fsencode(tmp_path) + b"/\xff",
                "--study",
                "x.toml",
                *flags,
            ],
            cwd=ROOT,
            env=environ,
            capture_output=True,
            check=False,
        )
        assert ended.returncode == 1
        assert b"Traceback" not in ended.stderr
        if flags:
            json.loads(ended.stdout.decode(encoding))


def test_reading_commands_need_no_writable_store(exports, tmp_path):
    absent = tmp_path / "not" / "there"
    assert json.loads(interim("studies", "--json", home=absent).stdout) == {"studies": []}
    told = interim("check", exports, "--study", tmp_path / "study.toml", home=absent)
    assert told.returncode == 0
    assert not absent.exists()
