"""Where things lie in the judge's container, and who may reach them.

/judge            root's; others may pass
├── program/      the submission, built: read by everybody
├── validator/    the validator, built: root and the validator only
├── build/        written by the compiler, closed and empty afterwards
├── case/         input and output of the case at hand: root's, the submission gets open descriptors
├── check/        input, answer and feedback for the validator: root and the validator only
└── work/         the working directory where the submission may write, or files of the case lie in it
"""

from __future__ import annotations

import io
import os
import tarfile

import cp_users

ROOT = "/judge"
PROGRAM, VALIDATOR, BUILD = ROOT + "/program", ROOT + "/validator", ROOT + "/build"
CASE, CHECK, WORK = ROOT + "/case", ROOT + "/check", ROOT + "/work"
FEEDBACK = CHECK + "/feedback"
BINARY = "program.bin"


def make() -> None:
    """Lay out the directories."""
    os.umask(0o022)
    os.mkdir(PROGRAM, 0o755)
    os.mkdir(CASE, 0o700)
    os.mkdir(BUILD, 0o700)
    os.chown(BUILD, -1, cp_users.SUBMISSION)
    cp_users.folder_for(VALIDATOR, cp_users.VALIDATOR, 0o750)
    cp_users.folder_for(CHECK, cp_users.VALIDATOR, 0o750)
    os.mkdir(WORK, 0o755)
    os.chown(WORK, -1, cp_users.SUBMISSION)


def lay(archive: bytes, where: str, binary: bytes | None = None) -> None:
    """Write the files of a tar below a directory, and a binary beside them; both are root's."""
    with tarfile.open(fileobj=io.BytesIO(archive), encoding="utf-8", errors="surrogateescape") as tar:
        for member in tar:
            content = tar.extractfile(member)
            if content is not None:
                path = os.path.join(where, member.name)
                os.makedirs(os.path.dirname(path), exist_ok=True)
                write(path, content.read(), 0o644)
    if binary is not None:
        write(os.path.join(where, BINARY), binary, 0o755)


def write(path: str, data: bytes, mode: int) -> None:
    """A file of root's, in place of one that is there."""
    try:
        os.unlink(path)
    except FileNotFoundError:
        pass
    fd = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
    with os.fdopen(fd, "wb") as handle:
        handle.write(data)
        os.fchmod(fd, mode)


def open_new(path: str, mode: int) -> int:
    """A descriptor for writing to a new file. mode: what others may do who are handed it."""
    try:
        os.unlink(path)
    except FileNotFoundError:
        pass
    fd = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
    os.fchmod(fd, mode)
    return fd


def lay_case(given: bytes, files: bytes, answer: bytes) -> None:
    """Put down what a case consists of. files: a tar of what is to lie in the working directory, or nothing."""
    write(CASE + "/input", given, 0o444)
    write(CASE + "/answer", answer, 0o444)
    if files:
        os.mkdir(CASE + "/files", 0o700)
        lay(files, CASE + "/files")


def working_directory(*, writable: bool) -> str:
    """A directory with the program, and files of the case over it; the program's own where there is no need for one."""
    given = CASE + "/files"
    if not writable and not os.path.isdir(given):
        return PROGRAM
    _link_all(PROGRAM, WORK)
    _link_all(given, WORK)
    if writable:
        os.chmod(WORK, 0o775)  # noqa: S103
        _give_away(given)
    return WORK


def _link_all(here: str, there: str) -> None:
    """Have all files below a directory below another one, in place of those that are there."""
    for folder, _, names in os.walk(here):
        below = os.path.normpath(os.path.join(there, os.path.relpath(folder, here)))
        os.makedirs(below, exist_ok=True)
        for name in names:
            path = os.path.join(below, name)
            if os.path.lexists(path):
                os.unlink(path)
            os.link(os.path.join(folder, name), path)


def _give_away(given: str) -> None:
    """Let the submission write into directories, and over files of the case; its own program goes on to the next."""
    own = {os.stat(os.path.join(folder, name)).st_ino for folder, _, names in os.walk(given) for name in names}
    for folder, folders, names in os.walk(WORK):
        changed = folders + [name for name in names if os.lstat(os.path.join(folder, name)).st_ino in own]
        for name in changed:
            path = os.path.join(folder, name)
            os.chown(path, -1, cp_users.SUBMISSION)
            os.chmod(path, 0o775 if name in folders else 0o664)


def clear_work() -> None:
    """Leave nothing of a case to the next one."""
    os.chmod(WORK, 0o755)  # noqa: S103
    if os.listdir(WORK):
        os.chmod(WORK, 0o775)  # noqa: S103
        cp_users.clear(WORK, cp_users.SUBMISSION)
        os.chmod(WORK, 0o755)  # noqa: S103
