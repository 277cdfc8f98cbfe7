"""Wire vocabulary of funds: the tree of the money, its age, its uses, and the management fee."""

from __future__ import annotations

from datetime import date

from pydantic import Field

from shared.schemas.funds import Batch
from shared.schemas.wire import Wire


class TreeSums(Wire):
    """What a node did with its money: received = kept + passed_down + unallocated, to the fen."""

    received_fen: int
    kept_fen: int = Field(description="with projects of the node (分配本级), spent or not")
    passed_down_fen: int = Field(description="handed to levels below (分配下级), less what was called back")
    under_way_fen: int = Field(description="of it, not registered below yet")
    unallocated_fen: int = Field(description="neither (未分配)")
    proposed_fen: int = Field(description="of it, proposed for a project")
    recalling_fen: int = Field(description="of it, proposed to be called back")


class TreeCell(TreeSums):
    """One kind and batch of a node's money."""

    fund_kind: str
    batch: Batch


class TreeNode(Wire):
    division_code: str
    name: str
    level: str
    total: TreeSums
    cells: list[TreeCell]
    children: list[TreeNode]


class FundsTree(Wire):
    fund_year: int
    as_of: date
    difference_fen: int = Field(description="0; anything else is an alarm: papers and ledger disagree somewhere")
    root: TreeNode


class AgeBucket(Wire):
    bucket: str = Field(description="in_year, or how long the money has been carried over: up_to_1, up_to_2, over_2")
    fund_years: list[int]
    unspent_fen: int


class ReclaimItem(Wire):
    """Money carried over too long: `free_fen` can be called back at once, `bound_fen` is claimed or at the bank."""

    receipt_id: int
    division_code: str
    division_name: str
    fund_year: int
    fund_kind: str
    batch: Batch
    carried_over_since: date
    free_fen: int
    bound_fen: int
    allocation_ids: list[int] = Field(description="allocations that hold some of the free money")


class FundAges(Wire):
    division_code: str
    as_of: date
    first_bucket_years: int
    reclaim_years: int
    source: str
    buckets: list[AgeBucket]
    reclaim: list[ReclaimItem] = Field(description="largest first")


class FundUse(Wire):
    code: str
    label_zh: str
    label_en: str
    source: str


class FundUses(Wire):
    items: list[FundUse]


class ForbiddenUse(Wire):
    """A use forbidden to a kind, or to all special money (`special`), from a day to a day, in an area."""

    division_code: str
    fund_kind: str
    use_code: str
    valid_from: date
    valid_to: date | None
    source: str


class ForbiddenUses(Wire):
    items: list[ForbiddenUse]


class ManagementFee(Wire):
    """How much of a county's money of one kind may be its management fee, and how much is."""

    division_code: str
    fund_year: int
    fund_kind: str
    received_fen: int
    excluded_fen: int = Field(description="of it, of directions that are no part of the base")
    excluded_directions: list[str]
    base_fen: int
    rate: str
    ceiling_fen: int
    used_fen: int = Field(description="proposed or allocated as management fee")
    left_fen: int
    source: str


class ManagementFees(Wire):
    items: list[ManagementFee]
