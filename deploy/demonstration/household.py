"""The two shapes every other module of the demonstration speaks of: a household and a person in it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction

Cell = str | int | Decimal | None
"""A cell of a workbook: text, a count, an amount or a measure, or nothing."""

HEAD = "户主"
SPOUSE = "配偶"


@dataclass(frozen=True, slots=True)
class Person:
    """One invented member of a household. Labels are those of the national code lists.

    Exactly one of `education` (left school) and `schooling` (a pupil, or too young for school) is filled.
    `health` holds 健康 alone, one ailment, or 残疾 followed by an illness. `away_months` counts the months
    worked away from home in the past twelve.
    """

    name: str
    identity_number: str
    relation: str
    ethnicity: str
    education: str | None
    schooling: str | None
    health: tuple[str, ...]
    labour: str
    politics: str
    medical_insurance: bool
    pension_insurance: bool
    away_months: int
    phone: str | None

    @property
    def birth_date(self) -> date:
        """The day written in places 7 to 14 of the identity number."""
        digits = self.identity_number
        return date(int(digits[6:10]), int(digits[10:12]), int(digits[12:14]))

    @property
    def male(self) -> bool:
        """Place 17 of the identity number is odd for men (GB 11643-1999)."""
        return int(self.identity_number[16]) % 2 == 1


@dataclass(frozen=True, slots=True)
class Household:
    """One invented household; money in fen for one year. The head stands first among `members`."""

    serial: str
    village_code: str
    group: str
    standard: str
    attribute: str
    main_cause: str
    other_causes: tuple[str, ...]
    housing_grade: str
    safe_water: bool
    electricity: bool
    wage_income_fen: int
    business_income_fen: int
    property_income_fen: int
    transfer_income_fen: int
    business_cost_fen: int
    bank_name: str
    bank_account: str
    members: tuple[Person, ...]
    as_of: date

    @property
    def head(self) -> Person:
        """The member whose relation is 户主."""
        return self.members[0]

    @property
    def net_income_fen(self) -> int:
        """Wages, business, property and transfers less the cost of business, in fen a year."""
        gross = self.wage_income_fen + self.business_income_fen
        return gross + self.property_income_fen + self.transfer_income_fen - self.business_cost_fen

    @property
    def net_income_per_head_fen(self) -> Fraction:
        """The official 人均纯收入, exact: net income over the number of members."""
        return Fraction(self.net_income_fen, len(self.members))
