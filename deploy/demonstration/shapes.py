"""Who lives together: the household shapes of a village, by size. Weights and ages are invented.

A shape names the members besides the head. `ages` bounds the head's age so that every generation fits.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Kind = Literal[
    "spouse",
    "child",
    "parent",
    "spouse_parent",
    "grandparent",
    "mothers_parent",
    "sibling",
    "uncle",
    "brother_wife",
    "nephew",
    "grown_son",
    "daughter_in_law",
    "grown_daughter",
    "son_in_law",
    "grandchild",
    "daughters_child",
    "great_grandchild",
]


@dataclass(frozen=True, slots=True)
class Shape:
    """One way to make up a household: its weight, the head's age, who else, the share headed by men."""

    weight: int
    ages: tuple[int, int]
    kin: tuple[Kind, ...]
    men: float = 0.93


SIZES = {1: 17, 2: 23, 3: 24, 4: 19, 5: 10, 6: 5, 7: 2}

SHAPES: tuple[Shape, ...] = (
    Shape(72, (61, 88), (), 0.68),
    Shape(28, (36, 60), (), 0.85),
    Shape(46, (58, 84), ("spouse",)),
    Shape(20, (32, 58), ("child",), 0.55),
    Shape(12, (34, 60), ("parent",), 0.85),
    Shape(9, (57, 73), ("grandchild",), 0.5),
    Shape(5, (40, 66), ("sibling",), 1.0),
    Shape(2, (22, 30), ("grandparent",), 1.0),
    Shape(1, (22, 30), ("mothers_parent",), 1.0),
    Shape(2, (36, 58), ("uncle",), 1.0),
    Shape(2, (36, 55), ("nephew",), 1.0),
    Shape(1, (78, 88), ("great_grandchild",), 0.6),
    Shape(46, (28, 56), ("spouse", "child")),
    Shape(14, (34, 60), ("spouse", "parent")),
    Shape(14, (57, 73), ("spouse", "grandchild")),
    Shape(8, (34, 54), ("parent", "child"), 0.65),
    Shape(8, (57, 73), ("grandchild", "grandchild"), 0.5),
    Shape(5, (32, 56), ("child", "child"), 0.4),
    Shape(3, (36, 55), ("brother_wife", "nephew"), 1.0),
    Shape(2, (34, 58), ("spouse", "spouse_parent"), 1.0),
    Shape(2, (22, 30), ("grandparent", "grandparent"), 1.0),
    Shape(50, (30, 55), ("spouse", "child", "child")),
    Shape(22, (32, 55), ("spouse", "child", "parent")),
    Shape(14, (57, 73), ("spouse", "grandchild", "grandchild")),
    Shape(8, (34, 54), ("child", "child", "parent"), 0.6),
    Shape(5, (58, 74), ("grown_son", "daughter_in_law", "grandchild"), 0.5),
    Shape(3, (32, 55), ("spouse", "child", "spouse_parent"), 1.0),
    Shape(42, (32, 54), ("spouse", "child", "child", "parent")),
    Shape(22, (32, 55), ("spouse", "child", "child", "child")),
    Shape(20, (58, 74), ("spouse", "grown_son", "daughter_in_law", "grandchild")),
    Shape(7, (58, 74), ("spouse", "grown_daughter", "son_in_law", "daughters_child")),
    Shape(9, (34, 54), ("spouse", "child", "parent", "parent")),
    Shape(40, (34, 52), ("spouse", "child", "child", "parent", "parent")),
    Shape(25, (34, 52), ("spouse", "child", "child", "child", "parent")),
    Shape(28, (58, 74), ("spouse", "grown_son", "daughter_in_law", "grandchild", "grandchild")),
    Shape(7, (58, 74), ("spouse", "grown_daughter", "son_in_law", "daughters_child", "daughters_child")),
    Shape(55, (34, 50), ("spouse", "child", "child", "child", "parent", "parent")),
    Shape(45, (58, 62), ("spouse", "grown_son", "daughter_in_law", "grandchild", "grandchild", "parent")),
)


def shapes_of(size: int) -> list[Shape]:
    """The shapes with that many members, head included."""
    return [shape for shape in SHAPES if len(shape.kin) + 1 == size]
