"""Wire vocabulary of natural change (自然变更): birth, death, marriage, split, merge, move, absence, return."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from shared.schemas.household_size import MOST_MEMBERS
from shared.schemas.registry_households import GroupName, HouseholdFacts, MemberSent, NaturalVillageCode, RowId
from shared.schemas.wire import Code, CodeLabel, Day, DivisionCode, LongText, Sha256, Text, Wire

ChangeState = Literal["done", "requested", "accepted", "refused", "withdrawn"]
ChangeKind = Literal[
    "birth", "death", "marriage_in", "move_in", "marriage_out", "move_out", "split", "merge", "village_move",
    "imprisonment", "military_service", "return",
]  # fmt: skip


class ChangePaper(Wire):
    """The paper an event is recorded from. The title says what paper it is and names nobody."""

    sha256: Sha256
    title: Text


class MemberRelation(Wire):
    """How a person of the household stands to its head after the event."""

    member_id: RowId
    relation: Code


Relations = Annotated[list[MemberRelation], Field(max_length=MOST_MEMBERS)]


class ChangeSent(Wire):
    """An event. `on` is the day it happened. If-Match is the version of the file `household_id`.

    `relations` are those to the head that the event changes; when the head becomes another person, everybody's.
    """

    household_id: RowId
    on: Day
    reason: Text
    paper: ChangePaper


class Birth(ChangeSent):
    """A child is born. Its identity number is needed: the police gives it with the registration of the birth."""

    member: MemberSent


class Death(ChangeSent):
    """A person died. Of the last of a household it closes the file."""

    member_id: RowId
    relations: Relations = []


class OtherFile(Wire):
    """A second file the event touches, in the version it was read."""

    household_id: RowId
    version: Annotated[int, Field(strict=True, ge=1)]


class GivingFile(OtherFile):
    """The file somebody leaves; `relations` are those of the people who stay there."""

    member_id: RowId
    relation: Code = Field(description="to the head of the household joined")
    relations: Relations = []


class ReceivingFile(OtherFile):
    """The file somebody joins; `relations` are those of the people there."""

    relation: Code = Field(description="of who joins to the head of this household")
    relations: Relations = []


class Joining(ChangeSent):
    """Somebody marries or moves into the household: `member` from outside the register, or `giving` out of another
    file."""

    kind: Literal["marriage_in", "move_in"]
    member: MemberSent | None = None
    giving: GivingFile | None = None
    relations: Relations = []


class Leaving(ChangeSent):
    """Somebody marries or moves out of the household: off the register, or to the file `receiving`."""

    kind: Literal["marriage_out", "move_out"]
    member_id: RowId
    receiving: ReceivingFile | None = None
    relations: Relations = []


class Absence(ChangeSent):
    """A person of the household goes to prison or into the army, and stays of the household."""

    kind: Literal["imprisonment", "military_service"]
    member_id: RowId


class Return(ChangeSent):
    """Somebody comes back: from an absence (nothing more is stated), or after having left (with `relation`, or with
    `member` where more is to be stated again; what is protected and left out stays). From a recorded death, the county
    decides."""

    member_id: RowId
    relation: Code | None = None
    member: MemberSent | None = None
    relations: Relations = []


class Split(ChangeSent):
    """`members` become a household of their own in the same village; what each of the two has is stated again:
    `household` for the new file, `remaining` for the old one."""

    members: Annotated[list[MemberRelation], Field(min_length=1, max_length=MOST_MEMBERS)]
    household: HouseholdFacts
    remaining: HouseholdFacts
    relations: Relations = []


class Merge(ChangeSent):
    """The household `other` of the same village becomes part of this one; `household` states what they have together,
    `relations` how everybody who comes stands to the head."""

    other: OtherFile
    household: HouseholdFacts
    relations: Relations


class VillageMove(ChangeSent):
    """A household asks to move to another village, which must accept it."""

    to_village: DivisionCode


class Acceptance(Wire):
    """The receiving village takes the household in, and says where in the village it lives."""

    opinion: LongText
    group: GroupName = ""
    natural_village: NaturalVillageCode | None = None


class ChangeOpinion(Wire):
    """Why a requested change is refused or withdrawn."""

    opinion: LongText


class CountyDecision(Wire):
    """The county's decision on a return from a recorded death."""

    outcome: Literal["accept", "refuse"]
    opinion: LongText


class ChangeDecision(Wire):
    outcome: Literal["accepted", "refused", "withdrawn"]
    opinion: str
    decided_on: Day
    decided_at: str
    decided_by: str
    decided_office: str


class PreviewPerson(Wire):
    name_masked: str
    relation: CodeLabel


class MovePreview(Wire):
    """What the receiving side sees of a household before it accepts it, and nothing else."""

    household_no: str
    head_name_masked: str
    member_count: int
    attribute: CodeLabel | None
    people: list[PreviewPerson]


class FileVersion(Wire):
    """A file an event wrote, and the version it wrote."""

    household_id: str
    version: int


class NaturalChangeLine(Wire):
    """An event in a list. `village_code` is that of the household before it, `other_village_code` that of the other
    household or the village moved to. `flags` are what an auditor should look at."""

    id: str
    kind: CodeLabel
    state: ChangeState
    household_id: str
    other_household_id: str | None
    village_code: str
    other_village_code: str | None
    member_ids: list[str]
    on: Day
    reason: str
    flags: list[str]
    recorded_on: Day
    recorded_by: str
    recorded_office: str


class NaturalChange(NaturalChangeLine):
    """An event with its paper, what it wrote and what was decided on it; `preview` while a move is requested."""

    paper: ChangePaper
    relations: list[MemberRelation] = Field(description="those a return from a recorded death asks for")
    versions: list[FileVersion]
    recorded_at: str
    decision: ChangeDecision | None
    preview: MovePreview | None
