"""Where somebody stands to an object of an area: actors of every relation, made from one who may do the thing."""

from __future__ import annotations

import re
import uuid
from dataclasses import replace

from shared.chassis.identity import Actor

LEVELS = {0: "nation", 2: "province", 4: "city", 6: "county", 9: "township", 12: "village"}
BELOW = {2: 4, 4: 6, 6: 9, 9: 12}
FOREIGN = ("sibling", "around", "parent", "moved", "other province", "no area")
"""Relations from which an object is absent. `around`: areas on both sides, whose smallest range holds the object;
`parent`: an area below the object's, or beside it in the same parent; `moved`: the area the object's was before it was
moved or merged (`moved.py`), at an office that has taken over from the very office at hand."""
ASIDE = {"sibling": ("65",), "around": ("64", "66"), "parent": ("650101",), "moved": ("63",), "other province": ("66",)}
"""Where strangers to what the country's own people do are: provinces in which nothing is."""
FAR = 5
"""Steps to a neighbour: further than the villages and counties that tests are about."""
RENUMBERED = 11
"""Steps to the parent an area had before it was moved."""
MACHINE = "client-"
"""What the accounts of departments' machines begin with: theirs are tried by other machines."""
UPPER = ("child", "nation")
"""Relations from which an object is seen besides its own area's: from the area above, from the country."""


def stranger(who: Actor, relation: str) -> Actor:
    """Another human, or machine, with the same rights in areas that stand in this relation to everything of `who`."""
    areas = tuple(dict.fromkeys(area for own in who.scope for area in _areas(own, relation)))
    first = areas[0] if areas else "99"
    human = uuid.uuid4().hex
    return replace(
        who,
        account=MACHINE + human if who.account.startswith(MACHINE) else human,
        person=human,
        office=re.sub(r"^\d+", first, who.office),
        level=LEVELS.get(0 if first == "00" else len(first), who.level),
        scope=areas,
        offices_before=(who.office, *who.offices_before) if relation == "moved" else (),
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
    if relation == "moved":
        return (former(own),)
    if relation == "other province":
        return (("41" if own[:2] != "41" else "42") + own[2:],)
    assert relation == "child", relation
    above = {12: 9, 9: 6, 6: 4, 4: 2}.get(len(own))
    return (own[:above],) if above else ("00",)


def former(own: str) -> str:
    """The code an area had while it lay in another parent: of a village, township, county or city moved, a province."""
    above = max((level for level in (0, 2, 4, 6, 9) if level < len(own)), default=0)
    return _beside(own[:above], RENUMBERED) + own[above:] if above else _beside(own, RENUMBERED)


def _beside(own: str, steps: int) -> str:
    """The code some steps further among those of the same length."""
    return f"{(int(own) + steps) % 10 ** len(own):0{len(own)}d}"
