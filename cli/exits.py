"""The exit codes of every ``accord`` command, in one table. Which error gives which code is ``errors.py``."""

from collections.abc import Mapping
from enum import IntEnum


class Exit(IntEnum):
    """What a script can tell from a command's end."""

    DONE = 0
    NO = 1
    USAGE = 2
    STOPPED = 3
    BUSY = 4
    CONFIG = 5
    REFUSED = 6
    UNREACHABLE = 7
    REJECTED = 8
    SCHEMA = 9
    UNEXPLAINED = 10
    FAILED = 11
    MOVED = 12
    DIFFERENT = 13
    INTERRUPTED = 130


MEANINGS: Mapping[Exit, str] = {
    Exit.DONE: "done",
    Exit.NO: "the answer is no: something is missing, nobody was found, or you declined",
    Exit.USAGE: "the command line could not be understood",
    Exit.STOPPED: "the guard stopped the pass; nothing was written to either CRM",
    Exit.BUSY: "another pass, or another demo, is running",
    Exit.CONFIG: "settings, a contract, the database, a file or a port cannot be used",
    Exit.REFUSED: "a CRM refused the credentials, or a permission is missing",
    Exit.UNREACHABLE: "a CRM could not be reached or asks for patience; try again later",
    Exit.REJECTED: "a CRM rejected a call for good",
    Exit.SCHEMA: "a CRM lacks fields that the mapping needs",
    Exit.UNEXPLAINED: "it ended, but not everybody (or not every write) is accounted for",
    Exit.FAILED: "a process that it needs did not start, or ended badly",
    Exit.MOVED: "the plan is out of date: a side has moved under it, or it was overtaken; nothing was written",
    Exit.DIFFERENT: "the two systems differ, and neither a rule nor a hold says why",
    Exit.INTERRUPTED: "interrupted",
}
