"""The demonstration in the local suite: the launcher itself makes the first two accounts."""

from __future__ import annotations

from deploy.demonstration import load
from deploy.demonstration.accounts import ADMINISTRATOR, OPERATOR, Book
from deploy.demonstration.load import Place
from deploy.local.progress import Reporter
from deploy.local.suite import Suite


def place_of(suite: Suite) -> Place:
    """The demonstration's place of a local suite: its own data folder."""
    return Place(suite.address, suite.folder)


def ensure_loaded(suite: Suite, reporter: Reporter) -> None:
    """Load the demonstration into the local suite unless it is there."""
    load.ensure_loaded(place_of(suite), reporter, lambda book: _bootstrap(suite, book))


def _bootstrap(suite: Suite, book: Book) -> None:
    """The first two accounts, made by the gateway's own command as an installer would."""
    files = {}
    for username in (ADMINISTRATOR, OPERATOR):
        files[username] = suite.secrets / f"bootstrap_{username}"
        files[username].touch(mode=0o600)
        files[username].write_text(book.first_password(username))
    process = suite.command(
        "gateway",
        "bootstrap",
        *("--username", ADMINISTRATOR, "--password-file", str(files[ADMINISTRATOR])),
        *("--operator-username", OPERATOR, "--operator-password-file", str(files[OPERATOR])),
    )
    output, _ = process.communicate()
    for path in files.values():
        path.unlink()
    if process.returncode != 0:
        raise RuntimeError(f"the first accounts could not be made:\n{output[-2000:]}")
