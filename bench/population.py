"""People sheets of any length, the same for the same seed and day, and all good but for a stated share.

A sheet belongs to one county and one issuing place; sheets of different numbers share no person, no telephone and no
account. One household in `FAULT_EVERY` has a fault in one row, of kinds that reading, rules and code lists each find.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from random import Random

from bench import numbers
from bench.families import COLUMN, GENERATIONS, PersonShape, shapes
from bench.places import ISSUING_PLACES
from deploy.demonstration.names import SURNAMES, characters

SEED = "lika"
FAULT_EVERY = 100
PEOPLE_AT_MOST = 100_000
"""In one sheet: an issuing place has 48 numbers for each sex and day."""
_GIVEN = 4_000

_VILLAGE, _NATURAL = COLUMN["household", "village_code"], COLUMN["household", "natural_village"]
_HOUSEHOLD_NO, _PERSON_NO = COLUMN["household", "national_household_no"], COLUMN["member", "national_person_no"]
_PHONE, _OWN_PHONE = COLUMN["household", "phone"], COLUMN["member", "phone"]
_MONITOR, _MONITOR_PHONE = COLUMN["household", "monitor_type"], COLUMN["household", "monitor_phone"]
_ACCOUNT, _AWAY_PLACE = COLUMN["household", "bank_account"], COLUMN["member", "away_place"]
_NAME, _NUMBER = COLUMN["member", "name"], COLUMN["member", "identity_number"]
_CERTIFICATE = COLUMN["member", "disability_certificate"]
_LABOUR, _EDUCATION = COLUMN["member", "labour"], COLUMN["member", "education"]
_SCHOOLING, _MAIN_CAUSE = COLUMN["member", "schooling"], COLUMN["household", "main_cause"]

LARGEST_HOUSEHOLD = 7
Row = list[str]


def _wrong_check_digit(row: Row) -> None:
    row[_NUMBER] = row[_NUMBER][:-1] + ("0" if row[_NUMBER][-1] != "0" else "1")


def _unknown_label(row: Row) -> None:
    row[_LABOUR] = "不详"


def _no_name(row: Row) -> None:
    row[_NAME] = ""


def _both_schools(row: Row) -> None:
    row[_EDUCATION], row[_SCHOOLING] = "小学", "本科一年级"


def _unknown_cause(row: Row) -> None:
    row[_MAIN_CAUSE] = "不详"


FAULTS: tuple[Callable[[Row], None], ...] = (
    _wrong_check_digit,
    _unknown_label,
    _no_name,
    _both_schools,
    _unknown_cause,
)
"""What is put into the head's row of a household that is to be refused."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """Which people: the sheet's number (0 up), its villages in order, and how many rows at least.

    Rows end with a whole household, so there may be up to six more than asked.
    """

    number: int
    villages: tuple[str, ...]
    rows: int
    bad: bool = True


class Population:
    """Makes sheets of people who are as old as they should be on one day."""

    def __init__(self, on: date, seed: str = SEED) -> None:
        self.on, self.seed = on, seed
        self._shapes = shapes(f"{seed}:shapes", on)
        self._given = _given_names(Random(f"{seed}:names"))

    def rows(self, sheet: Sheet) -> Iterator[Row]:
        """The sheet's rows of people, without the header row; each a list of its own."""
        random = Random(f"{self.seed}:{sheet.number}").random
        issued = _Issued(sheet.number)
        known, villages = self._shapes, sheet.villages
        made, household, first = 0, 0, sheet.number * PEOPLE_AT_MOST
        while made < sheet.rows:
            household += 1
            family = SURNAMES[int(random() * len(SURNAMES))]
            people = known[int(random() * len(known))]
            rows = [self._row(one, family, random, issued, str(first + household)) for one in people]
            issued.household(rows[0], villages[made * len(villages) // sheet.rows])
            if sheet.bad and household % FAULT_EVERY == 0:
                FAULTS[household // FAULT_EVERY % len(FAULTS)](rows[0])
            made += len(rows)
            yield from rows

    def _row(self, one: PersonShape, family: str, random: Callable[[], float], issued: _Issued, serial: str) -> Row:
        row = one.cells.copy()
        if one.married_in:
            family = SURNAMES[int(random() * len(SURNAMES))]
        given = self._given[one.stock]
        row[0] = serial
        row[_NAME] = family + given[int(random() * len(given))]
        number = row[_NUMBER] = issued.identity.next(one.births[int(random() * len(one.births))], one.male)
        issued.person(row, one, number)
        return row


class _Issued:
    """Numbers given out in one sheet."""

    def __init__(self, sheet: int) -> None:
        self._place = ISSUING_PLACES[sheet]
        self.identity = numbers.IdentityNumbers(self._place)
        self._count = sheet * (PEOPLE_AT_MOST + 10)

    def person(self, row: Row, one: PersonShape, number: str) -> None:
        """A person's number in the national system, certificate, place of work and telephone."""
        self._count += 1
        row[_PERSON_NO] = f"68{self._count:012d}"
        if one.certificate:
            row[_CERTIFICATE] = number + one.certificate
        if one.away:
            row[_AWAY_PLACE] = "68"
        if one.phone:
            row[_OWN_PHONE] = numbers.phone(self._count)

    def household(self, head: Row, village: str) -> None:
        """A household's place, number in the national system, telephone and account."""
        head[_VILLAGE], head[_NATURAL] = village, f"{village}001"
        head[_HOUSEHOLD_NO] = f"{self._count:012d}"
        head[_PHONE], head[_ACCOUNT] = numbers.phone(self._count), numbers.account(self._count)
        if head[_MONITOR]:
            head[_MONITOR_PHONE] = head[_PHONE]


def _given_names(rng: Random) -> dict[tuple[bool, int], list[str]]:
    """Given names of one or two characters by sex and generation."""
    pools = {}
    for male in (True, False):
        for generation, age in enumerate(GENERATIONS):
            stock = sorted(set(characters(age, male=male)))
            lengths = (2 if rng.random() < 0.78 else 1 for _ in range(_GIVEN))
            pools[male, generation] = ["".join(rng.sample(stock, length)) for length in lengths]
    return pools
