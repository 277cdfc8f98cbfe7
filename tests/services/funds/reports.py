"""Reports of a county in a test: its books of published figures, drafting and sending, and the text of a PDF."""

from __future__ import annotations

import re
import zlib
from base64 import a85decode
from typing import Any

from shared.chassis.clock import office_today
from shared.chassis.identity import Actor
from tests.services.funds.opening_books import CHIEF, CLERK, allocation, checked, decision, paid, receipt, workbook
from tests.services.funds.world import COUNTY, READING, YEAR, World, day, desk, grant_of
from tests.support.harness import actor

DRAFTER = desk("progress_report.write", "spending_target.write", "campaign.write", *READING)
SENDER = desk("progress_report.send", "spending_target.decide", *READING)
ABOVE = actor("progress_report.receive", *READING, scope=("3416",), office="3416-finance", level="city")
TODAY = office_today().isoformat()
OTHER_COUNTY = "341621"
CITY_DRAFTER = actor("progress_report.write", *READING, scope=("3416",), office="3416-finance", level="city")
CITY_SENDER = actor("progress_report.send", *READING, scope=("3416",), office="3416-finance", level="city")


def desk_of(county: str, who: Actor) -> Actor:
    """The same desk in another county."""
    return actor(*who.permissions, scope=(county,), office=f"{county}-finance", level="county")


async def books(world: World, received: str, spent: str, county: str = COUNTY) -> None:
    """A county's books: yuan received in February, all of it allocated, spent by 4 April, posted by two persons."""
    code = f"P{county}"
    fen = int(received.replace(".", ""))
    world.projects[code] = grant_of(
        code, county_code=county, division_code=f"{county}101200", plan_line_fen=fen, contract_fen=fen,
        retention_rate="0",
    )  # fmt: skip
    days = [day(4), day(4, 2), day(4, 3), day(4, 4)]
    content = workbook(
        {
            "receipts": [receipt("R1", received, number=f"皖财预〔{YEAR}〕{county}号")],
            "allocations": [allocation("A1", "R1", received, code)],
            "payments": [paid("V1", "A1", spent, "0", days, reference=f"ref-{county}")],
        }
    )
    sent = await checked(world, content, who=desk_of(county, CLERK), division=county)
    assert sent["state"] == "checked", sent
    path = f"/book-imports/{sent['import_id']}/decision"
    assert (await world.made(desk_of(county, CHIEF), path, decision()))["state"] == "posted"


def body(**changes: Any) -> dict[str, Any]:
    return {"division_code": COUNTY, "kind": "monthly", "period": f"{YEAR}-04", "fund_year": YEAR} | changes


async def drafted(world: World, who: Actor = DRAFTER, **changes: Any) -> dict[str, Any]:
    return await world.made(who, "/progress-reports", body(**changes))


async def sent(world: World, who: Actor = DRAFTER, by: Actor = SENDER, **changes: Any) -> dict[str, Any]:
    report = await drafted(world, who, **changes)
    return await world.made(by, f"/progress-reports/{report['report_id']}/sending", {"opinion": "账表相符,同意报送"})


async def file_of(world: World, report: dict[str, Any], who: Actor = DRAFTER, **params: Any) -> bytes:
    answer = await world.get(who, f"/progress-reports/{report['report_id']}/file", **params)
    assert answer.status_code == 200, answer.text
    content: bytes = answer.content
    return content


def pdf_text(content: bytes) -> str:
    """The text of every page in the order it is drawn. Text in the Chinese font is UTF-16, two bytes a character."""
    found = []
    for stream in re.findall(rb"stream\r?\n(.*?)endstream", content, re.DOTALL):
        try:
            drawn = zlib.decompress(a85decode(stream.strip().removesuffix(b"~>")))
        except (ValueError, zlib.error):
            continue
        found += [_shown(text) for text in re.findall(rb"\(((?:\\.|[^\\()])*)\) Tj", drawn, re.DOTALL)]
    return "\n".join(found)


def _shown(text: bytes) -> str:
    def character(match: re.Match[bytes]) -> bytes:
        inner = match[1]
        return bytes([int(inner, 8)]) if inner.isdigit() else {b"n": b"\n", b"r": b"\r", b"t": b"\t"}.get(inner, inner)

    return re.sub(rb"\\([0-7]{3}|.)", character, text, flags=re.DOTALL).decode("utf-16-be", "replace")
