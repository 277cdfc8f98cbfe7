"""Posting opening books: every line becomes what it would be had it been entered on its days, through the ledger.

Rows are entered by whoever sent the books in and decided by whoever posts them; `book_import_entries` marks them.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from services.funds.domain.book_checks import Checked
from services.funds.domain.book_lines import AllocationLine, Books, PaymentLine, ReceiptLine
from services.funds.domain.book_steps import Account, Step
from services.funds.domain.documents import number_key, stated_key
from services.funds.storage import book_imports as storage
from services.funds.storage import ledger
from services.funds.storage.tables import (
    Allocation,
    BookImport,
    BookImportEntry,
    Claim,
    Document,
    DocumentLine,
    LedgerAccount,
    Payment,
    PaymentReturn,
    Receipt,
)
from shared.chassis import clock
from shared.chassis.identity import Actor
from shared.schemas.projects import ProjectGrant

AT_ONCE = 1_000
"""Movements of one call of the ledger."""
OPINION = "期初账簿导入"


class Posting:
    """One import being posted; accounts are known by their kind and the office's own number."""

    def __init__(
        self, session: AsyncSession, actor: Actor, row: BookImport, grants: Mapping[str, ProjectGrant]
    ) -> None:
        self._session, self._actor, self._row, self._grants = session, actor, row, grants
        self._accounts: dict[Account, LedgerAccount] = {}
        self._wanted: dict[Account, dict[str, Any]] = {}
        """Accounts to open, as values: thousands of them, opened by one statement."""
        self._given: dict[int, Allocation] = {}
        self._entries: list[BookImportEntry] = []
        now = clock.now()
        self._entered = {
            "entered_at": now, "entered_by": row.entered_by, "entered_person": row.entered_person,
            "entered_office": row.entered_office,
        }  # fmt: skip
        self._decided = {
            "decided_at": now, "decided_by": actor.account, "decided_person": actor.person,
            "decided_office": actor.office, "opinion": OPINION,
        }  # fmt: skip

    async def post(self, checked: Checked) -> None:
        """Insert what the lines stand for, open the accounts, move the money in the order of the days."""
        books = checked.books
        receipts = await self._receipts(books)
        allocations = await self._allocations(books, receipts)
        await self._payments(books, allocations)
        self._session.add_all(self._entries)
        opened = await storage.open_accounts(self._session, list(self._wanted.values()))
        self._accounts |= dict(zip(self._wanted, opened, strict=True))
        for start in range(0, len(checked.steps), AT_ONCE):
            moves = [self._move(step) for step in checked.steps[start : start + AT_ONCE]]
            await ledger.post(self._session, self._actor, self._row.division_code, moves)

    def _move(self, step: Step) -> ledger.Movement:
        debit, credit = self._accounts[step.debit], self._accounts[step.credit]
        return ledger.Movement(debit, credit, step.amount_fen, step.kind, step.on, storage.CAUSE, self._row.id)

    def _mark(self, part: str, row: int, subject_type: str, subject_id: int) -> None:
        self._entries.append(
            BookImportEntry(
                import_id=self._row.id, part=part, row=row, subject_type=subject_type, subject_id=subject_id
            )
        )

    def _want(self, kind: str, key: str, owner_id: int, money: Mapping[str, Any]) -> None:
        self._wanted[kind, key] = {
            "kind": kind, "owner_id": owner_id, "allocation_id": None, "claim_id": None, **money,
        }  # fmt: skip

    async def _add(self, rows: list[Any]) -> None:
        self._session.add_all(rows)
        await self._session.flush()

    async def _receipts(self, books: Books) -> dict[str, Receipt]:
        """Documents with their lines for the county, and the receipts that registered them."""
        by_number: dict[str, list[ReceiptLine]] = defaultdict(list)
        for line in books.receipts:
            by_number[line.number].append(line)
        numbers = await self._free_numbers(list(by_number))
        documents = {number: self._document(numbers[number], lines) for number, lines in by_number.items()}
        await self._add(list(documents.values()))
        lines = {
            line.key: self._line(documents[number], place, line)
            for number, of_document in by_number.items()
            for place, line in enumerate(of_document, start=1)
        }
        await self._add(list(lines.values()))
        receipts = {line.key: self._receipt(lines[line.key], documents[line.number], line) for line in books.receipts}
        await self._add(list(receipts.values()))
        for number, of_document in by_number.items():
            self._mark("receipts", of_document[0].row, "document", documents[number].id)
        for line in books.receipts:
            self._mark("receipts", line.row, "line", lines[line.key].id)
            self._mark("receipts", line.row, "receipt", receipts[line.key].id)
            await self._open_receipt(line, lines[line.key], receipts[line.key])
        return receipts

    async def _free_numbers(self, numbers: list[str]) -> dict[str, str]:
        """A number books had that were undone is taken for ever; the document entered anew says so beside it."""
        keys = [number_key(number) for number in numbers]
        taken = await storage.taken_numbers(self._session, self._row.division_code, keys)
        again = f"(重录{self._row.id})"
        return {number: number + again if number_key(number) in taken else number for number in numbers}

    def _document(self, number: str, lines: list[ReceiptLine]) -> Document:
        head = lines[0]
        key = stated_key(number_key(number), self._row.division_code)
        return Document(
            number=number, number_key=key, title=head.title, issued_on=head.issued_on,
            issuing_division=head.issuer, fund_year=self._row.fund_year, fund_kind=head.fund_kind, batch=head.batch,
            tranche=head.tranche, total_fen=sum(line.amount_fen for line in lines), drawn_on_receipt_id=None,
            **self._entered,
        )  # fmt: skip

    def _line(self, document: Document, place: int, line: ReceiptLine) -> DocumentLine:
        return DocumentLine(
            document_id=document.id, number=place, number_key=number_key(document.number),
            division_code=self._row.division_code, direction=line.direction, project_code=line.project_code,
            amount_fen=line.amount_fen,
        )  # fmt: skip

    def _receipt(self, row: DocumentLine, document: Document, line: ReceiptLine) -> Receipt:
        return Receipt(
            document_id=document.id, document_line_id=row.id, division_code=self._row.division_code,
            fund_year=self._row.fund_year, fund_kind=line.fund_kind, batch=line.batch, direction=line.direction,
            project_code=line.project_code, amount_fen=line.amount_fen, received_on=line.received_on, **self._entered,
        )  # fmt: skip

    async def _open_receipt(self, line: ReceiptLine, row: DocumentLine, receipt: Receipt) -> None:
        money = {
            "division_code": self._row.division_code, "fund_year": self._row.fund_year, "fund_kind": line.fund_kind,
            "batch": line.batch,
        }  # fmt: skip
        self._accounts["source", line.key] = await ledger.source_account(
            self._session, line.issuer, self._row.fund_year, line.fund_kind
        )
        self._want("transit", line.key, row.id, money | {"receipt_id": None})
        self._want("receipt", line.key, receipt.id, money | {"receipt_id": receipt.id})

    async def _allocations(self, books: Books, receipts: Mapping[str, Receipt]) -> dict[str, Allocation]:
        rows = {line.key: self._allocation(line, receipts[line.receipt]) for line in books.allocations}
        await self._add(list(rows.values()))
        for line in books.allocations:
            row = rows[line.key]
            self._mark("allocations", line.row, "allocation", row.id)
            for kind in ("reserved", "allocation"):
                self._want(kind, line.key, row.id, _money_of(row) | {"allocation_id": row.id})
            self._given[row.id] = row
        return rows

    def _allocation(self, line: AllocationLine, receipt: Receipt) -> Allocation:
        grant = self._grants[line.project_code]
        return Allocation(
            receipt_id=receipt.id, project_code=grant.project_code, project_name=grant.name,
            county_code=grant.county_code, division_code=grant.division_code, fund_year=receipt.fund_year,
            fund_kind=receipt.fund_kind, batch=receipt.batch, purpose=grant.purpose, office=grant.office,
            office_name=grant.office_name, amount_fen=line.amount_fen, use_code=line.use, state="approved",
            proposed_on=line.proposed_on, decided_on=line.decided_on, grant_version=grant.version,
            decided_grant_version=grant.version, **self._entered, **self._decided,
        )  # fmt: skip

    async def _payments(self, books: Books, allocations: Mapping[str, Allocation]) -> None:
        """Claims with their payments; those that release retention after those that withheld it; returns last."""
        claims: dict[str, Claim] = {}
        payments: dict[str, Payment] = {}
        whole = books.came_back_whole()
        for kind in ("pay", "retention"):
            lines = [line for line in books.payments if line.kind == kind]
            found = {line.key: self._claim(line, claims, allocations) for line in lines}
            await self._add(list(found.values()))
            claims |= found
            payments |= {line.key: self._payment(line, claims[line.key]) for line in lines}
        for key in whole:
            claims[key].state = payments[key].state = "returned"
        for key, before in books.made_again().items():
            claims[key].repeats_claim_id = claims[before].id
        await self._add(list(payments.values()))
        for line in books.payments:
            if line.kind != "return":
                self._open_payment(line, claims[line.key], payments[line.key])
        await self._returns(books, payments)

    def _claim(self, line: PaymentLine, claims: Mapping[str, Claim], allocations: Mapping[str, Allocation]) -> Claim:
        first = claims.get(line.original) if line.kind == "retention" else None
        allocation_id = first.allocation_id if first else allocations[line.allocation].id
        project_code = first.project_code if first else allocations[line.allocation].project_code
        grant = self._grants[project_code]
        return Claim(
            allocation_id=allocation_id, project_code=project_code, county_code=grant.county_code,
            division_code=grant.division_code, fund_year=self._row.fund_year,
            kind="retention" if line.kind == "retention" else line.claim_kind,
            amount_fen=line.amount_fen + line.withheld_fen, payable_fen=line.amount_fen, withheld_fen=line.withheld_fen,
            retention_rate=grant.retention_rate or "0" if line.withheld_fen else "0", claimed_on=line.claimed_on,
            state="paid", grant_version=grant.version, releases_claim_id=first.id if first else None,
            payee_name=line.payee or (first.payee_name if first else ""),
            payee_uscc=line.uscc or (first.payee_uscc if first else ""), decided_on=line.reviewed_on,
            **self._entered, **self._decided,
        )  # fmt: skip

    def _payment(self, line: PaymentLine, claim: Claim) -> Payment:
        return Payment(
            claim_id=claim.id, allocation_id=claim.allocation_id, county_code=claim.county_code,
            division_code=claim.division_code, fund_year=claim.fund_year, order_no=line.key,
            amount_fen=line.amount_fen, payee_name=claim.payee_name, payee_uscc=claim.payee_uscc,
            ordered_on=line.ordered_on, state="paid", settled_on=line.settled_on,
            settled_at=self._entered["entered_at"], settled_by=self._actor.account, bank_reference=line.reference,
            **self._entered,
        )  # fmt: skip

    def _open_payment(self, line: PaymentLine, claim: Claim, payment: Payment) -> None:
        origin = self._given[claim.allocation_id]
        money = _money_of(origin) | {"allocation_id": origin.id, "claim_id": claim.id}
        owners = {"claim": claim.id, "withheld": claim.id, "in_flight": payment.id, "paid": payment.id}
        for kind, owner in owners.items():
            self._want(kind, line.key, owner, money)
        self._mark("payments", line.row, "claim", claim.id)
        self._mark("payments", line.row, "payment", payment.id)

    async def _returns(self, books: Books, payments: Mapping[str, Payment]) -> None:
        lines = [line for line in books.payments if line.kind == "return"]
        county = self._row.division_code
        taken = await storage.taken_references(self._session, county, [line.reference for line in lines])
        rows = [
            PaymentReturn(
                payment_id=payments[line.original].id, county_code=county, amount_fen=line.amount_fen,
                returned_on=line.settled_on, reason=line.reason or OPINION, **self._entered,
                bank_reference=f"{line.reference[:50]}-{self._row.id}" if line.reference in taken else line.reference,
            )
            for line in lines
        ]  # fmt: skip
        await self._add(rows)
        for line, row in zip(lines, rows, strict=True):
            self._mark("payments", line.row, "return", row.id)


def _money_of(row: Allocation) -> dict[str, Any]:
    """Whose money an account of an allocation holds."""
    names = ("fund_year", "fund_kind", "batch", "receipt_id")
    return {"division_code": row.county_code} | {name: getattr(row, name) for name in names}
