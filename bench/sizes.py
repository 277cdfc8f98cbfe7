"""How much is measured: `small` for every day, `province` for a real one."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Size:
    """One size of a run. Households follow from the people: 3.03 to one."""

    name: str
    people: int
    counties: int
    villages_per_county: int
    townships_per_county: int
    import_rows: int
    """Rows of one sheet of the import bars."""
    xlsx_rows: int
    memory_rows: int
    """Rows of the one sheet during whose import memory is watched."""
    quality_people: int
    quality_passes: int
    seconds: float
    """How long one side of a read pair is kept busy."""
    searches: int
    """Searches of one side of a pair: enough for a 99th percentile."""
    scans: int
    """Parallel scans of one side of a pair."""
    division_loads: int
    book_counties: int
    """Counties and projects of the books that progress is measured on: 28.6 transfers to a project."""
    book_projects: int
    asked: int
    """Questions for progress on one side of a pair."""
    posts: int
    """Postings over HTTP on one side of a pair: some seconds, as TPC-B beside it is given."""
    pairs: int = 5

    @property
    def people_per_county(self) -> int:
        return self.people // self.counties


SMALL = Size(
    name="small",
    people=100_000,
    counties=3,
    villages_per_county=300,
    townships_per_county=12,
    import_rows=20_000,
    xlsx_rows=10_000,
    memory_rows=100_000,
    quality_people=100_000,
    quality_passes=3,
    seconds=1.0,
    searches=200,
    scans=30,
    division_loads=1,
    book_counties=16,
    book_projects=3_500,
    asked=100,
    posts=3_000,
)
PROVINCE = Size(
    name="province",
    people=5_760_000,
    counties=157,
    villages_per_county=300,
    townships_per_county=12,
    import_rows=100_000,
    xlsx_rows=50_000,
    memory_rows=1_000_000,
    quality_people=200_000,
    quality_passes=5,
    seconds=5.0,
    searches=400,
    scans=20,
    division_loads=5,
    book_counties=160,
    book_projects=35_000,
    asked=200,
    posts=3_000,
)
SIZES = {size.name: size for size in (SMALL, PROVINCE)}
