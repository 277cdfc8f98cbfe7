"""What funds share with departments, as SQL: payments of public money, from their order to the payee."""

from __future__ import annotations

from shared.chassis.changes import Feed

PAYMENTS = Feed(
    table="payments",
    key="id",
    area="division_code",
    columns=(
        "county_code", "fund_year", "order_no", "claim_id", "allocation_id", "amount_fen", "payee_name", "payee_uscc",
        "ordered_on", "state", "settled_on", "bank_reference",
    ),
    numbered=True,
)  # fmt: skip
FEEDS = {"payments": PAYMENTS}
