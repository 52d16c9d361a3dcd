"""The cut store: a folder of studies, each with its immutable, content-addressed cuts."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Any

from data_access.digest import table_digest
from data_access.findings import DataError
from data_access.store import fsops
from data_access.store.cut import Cut, open_cut
from data_access.store.health import Verified, space_problem
from data_access.store.home import existing_home, make_folders, prepare_home, probe
from data_access.store.listing import JOURNAL, cut_folders, journal, newest_first, summarise
from data_access.store.locks import exclusive
from data_access.store.manifest import stamp
from data_access.store.problems import DAMAGED, UNKNOWN, damaged, in_words
from data_access.store.records import CutSummary, Staged, StudySummary, safe_name
from data_access.store.secret import store_secret
from data_access.store.staging import (
    append_line,
    ensure_space,
    fill,
    needed_bytes,
    publish,
    sweep,
    temporary,
)


class CutStore:
    """Cuts under `<home>/studies/<study id>/cuts/<cut id>/`.

    Any number of processes may read and write at once: a cut is never changed, it appears by one
    rename, and writers of one study take turns (`patience` seconds at most).
    """

    def __init__(self, home: Path, *, patience: float = 600.0, read_only: bool = False) -> None:
        """Raises DataError `store-unwritable` when `home` cannot be used.

        `read_only`: nothing is created, so a store that this user may only read can be listed.
        """
        self.home = Path(home)
        self._studies = existing_home(self.home) if read_only else prepare_home(self.home)
        self._patience = patience
        self._read_only = read_only
        self._verified = Verified()

    # --- reading --------------------------------------------------------------------------------

    def studies(self) -> tuple[StudySummary, ...]:
        """Studies with at least one cut, by id. Nothing is verified beyond the manifests."""
        found: list[StudySummary] = []
        if not self._studies.is_dir():
            return ()
        for study in sorted(p for p in self._studies.iterdir() if p.is_dir()):
            summaries = [summarise(folder) for folder in cut_folders(study / "cuts")]
            if summaries:
                found.append(_study_summary(study.name, summaries))
        return tuple(found)

    def stamp(self) -> tuple[tuple[str, int], ...]:
        """Changes whenever a study or a cut comes or goes, or files of a cut do."""
        if not self._studies.is_dir():
            return ()
        folders = [self._studies]
        for study in sorted(p for p in self._studies.iterdir() if p.is_dir()):
            folders += [study, *cut_folders(study / "cuts")]
        return tuple((str(f), f.stat().st_mtime_ns) for f in folders)

    def cuts(self, study_id: str) -> tuple[CutSummary, ...]:
        """The cuts of a study, newest cut date first; () for a study that has none."""
        return newest_first(summarise(folder)[0] for folder in cut_folders(self._cuts(study_id)))

    def open(self, study_id: str, cut_id: str | None = None) -> Cut:
        """A cut by id or unique prefix; without one the newest. Every stored byte is verified.

        Raises DataError: `store-unknown`, `store-damaged`, `store-newer` or `store-study`.
        """
        cut = self._newest(study_id) if cut_id is None else self._by_prefix(study_id, cut_id)
        return open_cut(cut)

    def verify(self, study_id: str, cut_id: str) -> Cut:
        """Open a cut and compute every table's digest again from its stored rows."""
        cut = self.open(study_id, cut_id)
        for name in (*cut.domains, *(f"features/{f}" for f in cut.feature_tables)):
            if table_digest(cut.arrow(name)) != cut.digest(name):
                raise damaged(cut.id, f"{name}.parquet", "does not hold the rows of this cut")
        return cut

    def imports(self, study_id: str, cut_id: str | None = None) -> tuple[dict[str, Any], ...]:
        """Every recorded import of a study (or of one cut), oldest first: also those that found
        the same cut already there."""
        records = journal(self._study(study_id))
        return tuple(r for r in records if cut_id is None or r["cut"] == cut_id)

    def health(self) -> tuple[bool, str]:
        """Fit to serve? The store can be written, the newest cut of every study verifies, and
        more than a tenth of the disk is free. Cheap when nothing changed since the last call."""
        try:
            probe(self.home)
            folders = [self._newest(study.id) for study in self.studies()]
            problems = [self._verified.problem(folder) for folder in folders]
            problems.append(space_problem(self.home))
        except DataError as error:
            return False, error.findings[0].sentence
        except OSError as error:
            return False, f"The store cannot be read ({error.strerror})."
        first = next((p for p in problems if p is not None), None)
        if first is not None:
            return False, first
        verify = "cut verifies" if len(folders) == 1 else "cuts verify"
        return True, f"The store can be written; {len(folders)} newest {verify}."

    def secret(self) -> bytes:
        """32 bytes only this store knows, made at the first call. Raises DataError
        `store-secret`: not there in a store that is only read, or not what was written."""
        return store_secret(self.home, read_only=self._read_only, patience=self._patience)

    # --- writing --------------------------------------------------------------------------------

    def write(
        self, staged: Staged, *, imported_at: datetime, version: str, user: str | None = None
    ) -> tuple[Cut, bool]:
        """Store a cut; returns it, and whether it is new.

        The same cut already there is left alone and the import recorded beside it; if it is
        damaged it is put aside and replaced. Raises DataError (`store-full`, `store-unwritable`,
        `store-busy`, `store-name`) with nothing changed that was there before; ValueError for an
        `imported_at` without time zone or a wrong id.
        """
        staged.check()
        stamp(imported_at)
        target = self._cuts(staged.study.id) / staged.cut_id
        needed = needed_bytes(staged)
        with in_words("writing the cut", needed=needed):
            make_folders(target.parent, below=self._studies)
            with exclusive(target.parents[1] / ".lock", patience=self._patience):
                sweep(target.parent)
                found = _found(target)
                record = _record(staged, found, imported_at, version, user)
                if found != "the same cut":
                    ensure_space(target.parent, needed)
                    with temporary(target.parent) as folder:
                        fill(
                            folder,
                            staged,
                            imported_at=imported_at,
                            imported_by=user,
                            version=version,
                        )
                        append_line(target.parents[1] / JOURNAL, record)
                        publish(folder, target, replace=found == "a damaged cut")
                else:
                    append_line(target.parents[1] / JOURNAL, record)
                    fsops.sync_folder(target.parent)
        return open_cut(target), found != "the same cut"

    # --- finding --------------------------------------------------------------------------------

    def _study(self, study_id: str) -> Path:
        return self._studies / safe_name(study_id, "study id")

    def _cuts(self, study_id: str) -> Path:
        return self._study(study_id) / "cuts"

    def _newest(self, study_id: str) -> Path:
        cuts = self.cuts(study_id)
        if not cuts:
            raise DataError(UNKNOWN.finding(f"There is no cut of a study {study_id!r}."))
        undated = next((c for c in cuts if c.cut_date is None), None)
        if undated is not None:
            raise DataError(
                DAMAGED.finding(
                    f"Which cut of {study_id} is the newest cannot be told: {undated.damaged}",
                    remedy="Import its exports again, or open another cut by its id.",
                )
            )
        return self._cuts(study_id) / cuts[0].id

    def _by_prefix(self, study_id: str, prefix: str) -> Path:
        matching = [f for f in cut_folders(self._cuts(study_id)) if f.name.startswith(prefix)]
        if len(matching) == 1 and prefix:
            return matching[0]
        what = f"{len(matching)} cuts" if matching else "no cut"
        raise DataError(
            UNKNOWN.finding(f"{what.capitalize()} of {study_id!r} have an id with {prefix!r}.")
        )


def _study_summary(study_id: str, found: list[tuple[CutSummary, Any]]) -> StudySummary:
    titles = {summary.id: manifest.title for summary, manifest in found if manifest is not None}
    cuts = newest_first(summary for summary, _ in found)
    whole = [c for c in cuts if c.damaged is None]
    titled = [c for c in cuts if c.id in titles]
    return StudySummary(
        id=study_id,
        title=titles[titled[0].id] if titled else None,
        cuts=len(cuts),
        damaged=len(cuts) - len(whole),
        newest=whole[0] if whole else None,
    )


def _found(target: Path) -> str:
    """What lies where a cut is to be written. A cut of a newer layout is not damaged: DataError."""
    if not target.exists():
        return "nothing"
    try:
        open_cut(target)
    except DataError as error:
        if error.findings[0].rule != DAMAGED.id:
            raise
        return "a damaged cut"
    return "the same cut"


def _record(
    staged: Staged, found: str, imported_at: datetime, version: str, user: str | None
) -> dict[str, object]:
    return {
        "cut": staged.cut_id,
        "cut_date": staged.cut_date.isoformat(),
        "found": found,
        "imported_at": stamp(imported_at),
        "imported_by": user,
        "version": version,
        "sources": [asdict(source) for source in staged.sources],
    }
