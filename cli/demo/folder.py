"""The demo's folder: a fresh database, Dagster's home, the scorecard; one demo at a time in each folder."""

import fcntl
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from cli.errors import DemoRunningError


@dataclass(frozen=True, slots=True)
class Folder:
    """Where the demo keeps what; everything is made afresh by each demo."""

    path: Path

    @property
    def database_url(self) -> str:
        """Accord's database."""
        return f"sqlite:///{self.path / 'accord.db'}"

    @property
    def dagster_home(self) -> Path:
        """Dagster's own state."""
        return self.path / "dagster"

    @property
    def scorecard(self) -> Path:
        """The scorecard's page."""
        return self.path / "scorecard.html"

    @property
    def environment(self) -> Path:
        """The settings of the demo's world, to be read into a shell."""
        return self.path / "env"

    @property
    def dagster_log(self) -> Path:
        """What ``dagster dev`` prints."""
        return self.path / "dagster.log"


@contextmanager
def fresh(path: Path) -> Iterator[Folder]:
    """The folder, emptied of what an earlier demo left, and held until the block ends.

    Raises:
        DemoRunningError: another demo holds it.
        OSError: it cannot be made or written.
    """
    folder = Folder(path.absolute())
    folder.path.mkdir(parents=True, exist_ok=True)
    with (folder.path / ".lock").open("a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise DemoRunningError(f"another demo keeps its files in {path}") from None
        _clear(folder)
        folder.dagster_home.mkdir()
        yield folder


def _clear(folder: Folder) -> None:
    for ending in ("", "-wal", "-shm"):
        (folder.path / f"accord.db{ending}").unlink(missing_ok=True)
    for file in (folder.scorecard, folder.environment, folder.dagster_log):
        file.unlink(missing_ok=True)
    if folder.dagster_home.exists():
        shutil.rmtree(folder.dagster_home)
