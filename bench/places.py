"""The made-up province of a run: its divisions, and the place codes its people's identity numbers begin with.

Province 68 is in no national list. The identity numbers begin with places that are, since a register of people whose
numbers were issued nowhere would be nothing but warnings.
"""

from __future__ import annotations

import csv
import gzip
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from services.registry.domain.tables_of_facts import rows_of

PROVINCE = "68"
COUNTIES_PER_CITY = 12
_DIGITS = "〇一二三四五六七八九"
_VILLAGES = "河山桥岭塘湾坪沟庄店寨坡井林溪石"

Line = tuple[str, str, str, str]
"""code, level, name, parent's code."""


@dataclass(frozen=True, slots=True)
class Province:
    """Divisions by number. `counties` are filled by the run; `spare` ones are for loads into an empty county."""

    counties: int
    spare: int
    townships_per_county: int
    villages_per_county: int

    def county(self, number: int) -> str:
        """The code of a county, 0 to counties + spare - 1."""
        city, place = divmod(number, COUNTIES_PER_CITY)
        return f"{PROVINCE}{city + 1:02d}{place + 1:02d}"

    def villages(self, number: int) -> list[str]:
        """The codes of a county's villages."""
        county = self.county(number)
        return [
            f"{county}{place % self.townships_per_county + 101:03d}{place // self.townships_per_county + 201:03d}"
            for place in range(self.villages_per_county)
        ]

    def lines(self) -> Iterator[Line]:
        """Every division, each after the one above it; one natural village in every village."""
        yield PROVINCE, "province", "试算省", ""
        for number in range(self.counties + self.spare):
            code = self.county(number)
            if number % COUNTIES_PER_CITY == 0:
                yield code[:4], "city", f"试算{_spelt(number // COUNTIES_PER_CITY + 1)}市", PROVINCE
            yield code, "county", f"试算{_spelt(number + 1)}县", code[:4]
            for township in range(self.townships_per_county):
                yield f"{code}{township + 101:03d}", "township", f"试算{_spelt(township + 1)}乡", code
            for place, village in enumerate(self.villages(number)):
                yield village, "village", f"{_VILLAGES[place % 16]}{_spelt(place + 1)}村", village[:9]
                yield f"{village}001", "natural_village", f"{_VILLAGES[place % 16]}上组", village

    def write(self, path: Path) -> int:
        """Write the list of divisions the registry loads (csv.gz); returns its rows."""
        rows = 0
        with gzip.open(path, "wt", encoding="utf-8", newline="", compresslevel=1) as file:
            writer = csv.writer(file, lineterminator="\n")
            writer.writerow(("code", "level", "name", "parent_code"))
            for line in self.lines():
                writer.writerow(line)
                rows += 1
        return rows


def _spelt(number: int) -> str:
    return "".join(_DIGITS[int(digit)] for digit in str(number))


ISSUING_PLACES = tuple(
    row["code"] for row in rows_of("place_codes") if not row["to_year"] and not row["code"].endswith("00")
)
"""Six-digit places that issue identity numbers. Each is used by one sheet only, so that no number is given twice."""
