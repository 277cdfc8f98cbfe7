"""Wire vocabulary of funds: payees' accounts, files of orders for the bank, the bank's answers."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from shared.schemas.funds import Id
from shared.schemas.wire import DivisionCode, LongText, Text, Wire

Uscc = Annotated[str, Field(strict=True), StringConstraints(pattern=r"^[0-9A-HJ-NPQRTUWXY]{18}$")]
"""A unified social credit code (GB 32100)."""
AccountNumber = Annotated[str, Field(strict=True), StringConstraints(pattern=r"^[0-9]{8,32}$")]
BankName = Annotated[Text, Field(pattern=r"^[^=+\-@]")]
"""Never begins like a formula: the file for the bank is opened by spreadsheet programs."""


FileForm = Literal["csv", "xlsx"]
"""The rows are the same in both; the hash of a file is that of its csv."""


class NewPayeeAccount(Wire):
    county_code: DivisionCode
    payee_uscc: Uscc
    account: AccountNumber
    bank_name: BankName
    reason: Text = Field(description="why the account is entered or changed")


class NewAccountDecision(Wire):
    outcome: Literal["approve", "refuse"]
    opinion: LongText


class PayeeAccount(Wire):
    payee_account_id: int
    county_code: str
    payee_uscc: str
    payee_name: str
    bank_name: str
    account_masked: str
    reason: str
    state: Literal["proposed", "approved", "refused"]
    usable_from: date | None = Field(description="a changed account waits; null until approved")
    entered_by: str
    decided_by: str | None
    opinion: str | None


class NewBankFile(Wire):
    payment_ids: Annotated[list[Id], Field(min_length=1, max_length=500)]


class NewBankFileVoid(Wire):
    reason: LongText = Field(description="why the file does not go to the bank, such as an account that changed")


class BankFileVoid(Wire):
    reason: str
    voided_by: str
    voided_at: datetime


class BankFileHead(Wire):
    bank_file_id: int
    number: str
    county_code: str
    made_on: date
    made_by: str
    line_count: int
    total_fen: int
    content_sha256: str
    void: BankFileVoid | None = Field(default=None, description="taken back: its payments may stand in another file")


class BankFileLine(Wire):
    end_to_end_id: str
    payment_id: int
    amount_fen: int
    payee_name: str
    account_masked: str
    bank_name: str
    state: Literal["ordered", "paid", "refused", "returned"] = Field(
        description="ordered: with the bank, which has not said what became of it"
    )


class BankResult(Wire):
    """A result file as it was entered. `known` when the very same file had been entered before: nothing moved."""

    bank_result_id: int
    content_sha256: str
    line_count: int
    total_fen: int
    paid: int
    refused: int
    returned: int
    accepted: int
    repeated: int = Field(description="lines that said what an earlier result had said")
    known: bool = False


class BankFile(BankFileHead):
    lines: list[BankFileLine]
    results: list[BankResult]
