"""Wire vocabulary of funds: files of grants for the bank and the bank's answers."""

from __future__ import annotations

from datetime import date, datetime
from typing import Literal

from pydantic import Field

from shared.schemas.funds import Id
from shared.schemas.wire import LongText, Wire


class NewGrantFile(Wire):
    batch_id: Id = Field(description="a batch whose payment was ordered; its lines that are with the bank go in")


class NewGrantFileVoid(Wire):
    reason: LongText = Field(description="why the file does not go to the bank, such as an account that changed")


class GrantFileVoid(Wire):
    reason: str
    voided_by: str
    voided_at: datetime


class GrantFileHead(Wire):
    grant_file_id: int
    number: str
    batch_id: int
    county_code: str
    made_on: date
    made_by: str
    line_count: int
    total_fen: int
    content_sha256: str = Field(description="of the csv")
    void: GrantFileVoid | None = Field(default=None, description="taken back: its grants may stand in another file")


class GrantFileLine(Wire):
    end_to_end_id: str
    line_id: int
    amount_fen: int
    name_masked: str | None
    state: str


class GrantLeftOut(Wire):
    """A line that stays with the office: its account is missing, unusable, or another than was checked."""

    line_id: int
    reason: Literal["account_missing", "account_unusable", "account_changed"]


class GrantFileResult(Wire):
    """An answer as it was entered. `known` when the very same file had been entered before: nothing moved."""

    grant_file_result_id: int
    content_sha256: str
    line_count: int
    total_fen: int
    paid: int
    returned: int = Field(description="refused or sent back: the money is the allocation's again")
    accepted: int
    repeated: int
    known: bool = False


class GrantFile(GrantFileHead):
    lines: list[GrantFileLine]
    left_out: list[GrantLeftOut]
    results: list[GrantFileResult]
