"""Pointers of validation errors."""

from __future__ import annotations

from shared.chassis.problems import pointer_of


def test_a_pointer_names_the_field() -> None:
    assert pointer_of(("body", "lines", 3, "paper_sha256")) == "/lines/3/paper_sha256"
    assert pointer_of(("body", "nickname")) == "/nickname"


def test_a_pointer_never_repeats_a_name_that_may_be_anything() -> None:
    assert pointer_of(("body", "members", 0, "341622199001011234")) == "/members/0"
    assert pointer_of(("body", "checklist", "蒙城县张三", "[key]")) == "/checklist"
    assert pointer_of(("body", "a\x00b")) == ""
