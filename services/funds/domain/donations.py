"""Rules of donations: who is named, what a donor's aim allows, how a receipt is numbered."""

from __future__ import annotations

from services.funds.domain.allocations import ENDED, Grant
from services.funds.domain.divisions import COUNTY_DIGITS
from services.funds.domain.personal_numbers import holds_number
from services.funds.domain.refusals.giving import (
    AimNotOne,
    DonationForOther,
    DonorUnclear,
    PlaceNotOfCounty,
    ProjectElsewhere,
    PublishedPersonal,
)
from services.funds.domain.uscc import require_uscc


def require_place(division_code: str) -> str:
    """The county of a place. Raises PlaceNotOfCounty."""
    if len(division_code) < COUNTY_DIGITS:
        raise PlaceNotOfCounty()
    return division_code[:COUNTY_DIGITS]


def require_donor(kind: str, name: str | None, uscc: str | None, public_name: str | None) -> None:
    """Refuse a donor nobody could write a receipt for. Raises DonorUnclear, UsccWrong."""
    coded = kind == "organisation" and name is not None
    if coded != (uscc is not None) or (public_name is not None and name is None):
        raise DonorUnclear()
    if uscc is not None:
        require_uscc(uscc, "/donor_uscc")


def require_of_county(project_county: str, donation_county: str) -> None:
    """Refuse a project of another county than the donation was made to. Raises ProjectElsewhere."""
    if project_county != donation_county:
        raise ProjectElsewhere()


def require_impersonal(**published: str | None) -> None:
    """Refuse a person's number in what everybody will read, by field. Raises PublishedPersonal."""
    for field, words in published.items():
        if words is not None and holds_number(words):
            raise PublishedPersonal(pointer=f"/{field}")


def require_at_most_one_aim(project_code: str | None, programme: str | None) -> None:
    """Refuse two aims. Raises AimNotOne."""
    if project_code is not None and programme is not None:
        raise AimNotOne()


def require_aim(
    project_code: str | None, programme: str | None, wished_project: str | None, wished_programme: str | None
) -> None:
    """Refuse a use for none or two aims, or for another aim than the donor's. Raises AimNotOne, DonationForOther."""
    if (project_code is None) == (programme is None):
        raise AimNotOne()
    if wished_project is not None and project_code != wished_project:
        raise DonationForOther()
    if wished_programme is not None and programme != wished_programme:
        raise DonationForOther(pointer="/programme")


def has_ended(grant: Grant | None) -> bool:
    """Whether the project a donor named can receive the gift no more; of one nobody answers for it is not known."""
    return grant is not None and (grant.state in ENDED or not grant.in_library)


def receipt_no(county_code: str, year: int, number: int) -> str:
    """A receipt's number as it is printed: county, year, number."""
    return f"{county_code}-{year}-{number:06d}"
