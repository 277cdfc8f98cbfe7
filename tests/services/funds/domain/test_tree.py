"""The tree of the money: nodes under the nearest node above, sums exact, a difference never hidden by another."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from services.funds.domain.tree import Cell, Sums, difference_of, tree_of, walk

CODES = ("34", "3416", "3412", "341622", "341621", "341204")
AMOUNT = st.integers(min_value=0, max_value=10**12)


@st.composite
def cells(draw: st.DrawFn) -> list[Cell]:
    """Receipts whose parts add up."""
    found = []
    for _ in range(draw(st.integers(0, 12))):
        kept, passed, proposed, recalling, free = (draw(AMOUNT) for _ in range(5))
        received = kept + passed + proposed + recalling + free
        sums = Sums(received, kept, passed, draw(st.integers(0, passed)), proposed, recalling, free)
        kind, batch = (
            draw(st.sampled_from(["central_special", "lottery"])),
            draw(st.sampled_from(["advance", "regular"])),
        )
        found.append(Cell(draw(st.sampled_from(CODES)), kind, batch, sums))
    return found


@given(cells())
def test_every_cell_stands_in_the_tree_once_and_ties_out(found: list[Cell]) -> None:
    root = tree_of(found, "34")
    nodes = list(walk(root))
    assert len({node.division_code for node in nodes}) == len(nodes)
    assert {node.division_code for node in nodes} == {"34", *(cell.division_code for cell in found)}
    whole = sum((node.total for node in nodes), Sums())
    assert whole == sum((cell.sums for cell in found), Sums())
    assert difference_of(root) == 0


@given(cells(), st.integers(min_value=1, max_value=10**6))
def test_two_faults_of_opposite_signs_do_not_hide_each_other(found: list[Cell], fault: int) -> None:
    """Negative control: a fen too much here and too little there is an alarm of both."""
    wrong = [
        Cell("341622", "loan", "advance", Sums(received_fen=fault)),
        Cell("341621", "loan", "advance", Sums(kept_fen=fault)),
    ]
    assert difference_of(tree_of([*found, *wrong], "34")) == 2 * fault


def test_a_county_without_a_city_between_stands_under_the_province() -> None:
    found = [Cell(code, "loan", "advance", Sums(received_fen=1, free_fen=1)) for code in ("341622", "34", "3412")]
    root = tree_of(found, "34")
    assert [child.division_code for child in root.children] == ["3412", "341622"]
    nation = tree_of(found, "00")
    assert [child.division_code for child in nation.children] == ["34"]
