"""Kinship within a household: nobody is older than a parent, and each single place is taken once."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from services.registry.domain import identity_numbers, refusals
from services.registry.domain.code_lists import BY_CODE
from services.registry.domain.faults import Fault
from services.registry.domain.members import Member

_RELATIONS = BY_CODE["relation_to_head"]
ONCE = frozenset(code for code, value in _RELATIONS.items() if value.facts.get("once") == "1")
"""Relations only one living person can have: father, mother, a grandparent of each side."""
GENERATION = {code: int(value.facts.get("generation", "0")) for code, value in _RELATIONS.items()}
"""How many generations a relation stands above (+) or below (-) the head; 0 where it says nothing."""
HEAD_SEX = {code: value.facts["head_sex"] for code, value in _RELATIONS.items() if "head_sex" in value.facts}
"""The sex a head must have for a relation: only a man has a wife's parents, only a woman a husband's."""


def faults_of(people: Sequence[Member], head: int) -> Iterator[Fault]:
    """Relations that contradict each other or the birth dates in the identity numbers."""
    taken: set[str] = set()
    head_sex = people[head].sex_by_number()
    head_born = identity_numbers.birth_digits(people[head].identity_number)
    for index, person in enumerate(people):
        relation = person.relation
        if relation in ONCE:
            if relation in taken:
                yield Fault(refusals.RelationTwice, f"/members/{index}/relation")
            taken.add(relation)
        if head_sex is not None and HEAD_SEX.get(relation, head_sex) != head_sex:
            yield Fault(refusals.RelationAgainstHead, f"/members/{index}/relation")
        generation = GENERATION.get(relation, 0)
        born = identity_numbers.birth_digits(person.identity_number) if generation else ""
        if not born or not head_born:
            continue
        if (generation > 0 and born >= head_born) or (generation < 0 and born <= head_born):
            yield Fault(refusals.RelationAgainstAge, f"/members/{index}/relation")
