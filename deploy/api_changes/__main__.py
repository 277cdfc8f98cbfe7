"""`python -m deploy.api_changes` (`make api-changes`): what changed in the public API, and what of it breaks clients.

Ends with 1 when something breaks that nobody approved.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from deploy import openapi
from deploy.api_changes import page, released
from deploy.api_changes.compare import changes


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m deploy.api_changes", description=__doc__)
    parser.add_argument("--from", dest="old", help="a git revision or a saved document; the last release if left out")
    parser.add_argument("--release", metavar="VERSION", help="keep the present document as this release's")
    parser.add_argument("--page", action="store_true", help="write docs/api-changes.md and end")
    chosen = parser.parse_args()
    present = openapi.merged(openapi.FOLDER)
    if chosen.release:
        print(released.keep(present, chosen.release))
        return 0
    found = changes(_old(chosen.old), present)
    reasons = page.approved()
    if chosen.page:
        page.PAGE.write_text(page.text(released.version(released.last()), found, reasons), encoding="utf-8")
        print("docs/api-changes.md")
        return 0
    broken = [one for one in found if one.breaking and one.line not in reasons]
    for one in found:
        mark = "BREAKS" if one in broken else "breaks, approved" if one.breaking else one.kind
        print(f"{mark:<17} {one.line}")
    print(f"{len(found)} changes, {len(broken)} of them break clients and are not approved")
    return 1 if broken else 0


def _old(given: str | None) -> released.Document:
    if given is None:
        return released.read(released.last())
    return released.read(Path(given)) if Path(given).is_file() else released.at_revision(given)


if __name__ == "__main__":
    raise SystemExit(main())
