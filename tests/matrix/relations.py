"""Where somebody stands to an object of an area: actors of every relation, made from one who may do the thing."""

from __future__ import annotations

import re
import uuid
from dataclasses import replace

from shared.chassis.identity import Actor

LEVELS = {0: "nation", 2: "province", 4: "city", 6: "county", 9: "township", 12: "village"}
BELOW = {2: 4, 4: 6, 6: 9, 9: 12}
FOREIGN = ("sibling", "around", "parent", "other province", "no area")
"""Relations from which an object is absent. `around`: areas on both sides, whose smallest range holds the object;
`parent`: an area below the object's, or beside it in the same parent."""
ASIDE = {"sibling": ("65",), "around": ("64", "66"), "parent": ("650101",), "other province": ("66",)}
"""Where strangers to what the country's own people do are: provinces in which nothing is."""
FAR = 5
"""Steps to a neighbour: further than the villages and counties that tests are about."""
UPPER = ("child", "nation")
"""Relations from which an object is seen besides its own area's: from the area above, from the country."""


def stranger(who: Actor, relation: str, permissions: frozenset[str] | None = None) -> Actor:
    """Another human with the same rights (or these) in areas that stand in this relation to everything of `who`."""
    areas = tuple(dict.fromkeys(area for own in who.scope for area in _areas(own, relation)))
    first = areas[0] if areas else "99"
    human = uuid.uuid4().hex
    return replace(
        who,
        account=human,
        person=human,
        office=re.sub(r"^\d+", first, who.office),
        level=LEVELS.get(0 if first == "00" else len(first), who.level),
        scope=areas,
        permissions=who.permissions if permissions is None else permissions,
        offices_before=(),
    )


def _areas(own: str, relation: str) -> tuple[str, ...]:
    if relation == "no area":
        return ()
    if relation in UPPER and (relation == "nation" or own == "00"):
        return ("00",)
    if own == "00":
        return ASIDE[relation]
    if relation == "sibling":
        return (_beside(own, FAR),)
    if relation == "around":
        return (_beside(own, -FAR), _beside(own, FAR))
    if relation == "parent":
        return (own + "9" * (BELOW[len(own)] - len(own)),) if len(own) in BELOW else (_beside(own, 7),)
    if relation == "other province":
        return (("41" if own[:2] != "41" else "42") + own[2:],)
    assert relation == "child", relation
    above = {12: 9, 9: 6, 6: 4, 4: 2}.get(len(own))
    return (own[:above],) if above else ("00",)


def _beside(own: str, steps: int) -> str:
    """The code some steps further among those of the same length."""
    return f"{(int(own) + steps) % 10 ** len(own):0{len(own)}d}"
