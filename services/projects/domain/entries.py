"""What an entry of the library must hold (国开办发〔2018〕10号 and the provincial rule of 2018-11-09).

An entry is a mapping with the members of `shared.schemas.projects.ProjectEntry`; days are dates, amounts fen.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from services.projects.domain import code_lists, sites
from services.projects.domain.refusals import (
    CategoryUnknown,
    EntryIncomplete,
    FieldMissing,
    FundingDoesNotSum,
    FundSourceUnknown,
    NatureUnknown,
    PeopleTooFew,
    PerformanceTargetsMissing,
    PeriodReversed,
    PoorPeopleTooMany,
    TargetLevelUnknown,
)
from shared.refusals import Refusal, RuleBroken

Entry = Mapping[str, Any]


def faults(entry: Entry) -> Iterator[RuleBroken]:
    """Every rule that what is filled in breaks. What is left out is no fault of a draft."""
    yield from _code_faults(entry)
    yield from _amount_faults(entry)
    yield from _people_faults(entry)
    yield from _target_faults(entry)
    start, end = entry["planned_start_on"], entry["planned_end_on"]
    if start is not None and end is not None and end < start:
        yield PeriodReversed()


def check(entry: Entry) -> None:
    """Refuse an entry that breaks a rule, naming the first."""
    for fault in faults(entry):
        raise fault


def _code_faults(entry: Entry) -> Iterator[RuleBroken]:
    category = code_lists.categories().get(entry["category"] or "")
    if entry["category"] is not None and (category is None or not category.valid_in(entry["year"])):
        yield CategoryUnknown()
    if entry["nature"] is not None and entry["nature"] not in code_lists.natures():
        yield NatureUnknown()


def _amount_faults(entry: Entry) -> Iterator[RuleBroken]:
    funding = entry["funding"]
    for index, line in enumerate(funding):
        if line["source"] not in code_lists.fund_sources():
            yield FundSourceUnknown(pointer=f"/funding/{index}/source")
    total = sum(line["amount_fen"] for line in funding)
    if funding and entry["amount_fen"] is not None and total != entry["amount_fen"]:
        yield FundingDoesNotSum(amount_fen=entry["amount_fen"], funding_fen=total)


def _people_faults(entry: Entry) -> Iterator[RuleBroken]:
    gaining = entry["beneficiaries"]
    if gaining is None:
        return
    if gaining["poor_people"] > gaining["people"]:
        yield PoorPeopleTooMany()
    if gaining["people"] < gaining["households"]:
        yield PeopleTooFew()


def _target_faults(entry: Entry) -> Iterator[RuleBroken]:
    for index, target in enumerate(entry["performance_targets"]):
        if (target["level1"], target["level2"]) not in code_lists.performance_levels():
            yield TargetLevelUnknown(pointer=f"/performance_targets/{index}/level1")


def full_level(name: str) -> str:
    """The official name of a level: people write 产出 as well as 产出指标."""
    return name if name.endswith("指标") else name + "指标"


def missing(entry: Entry) -> list[Refusal]:
    """What a submission still lacks: one refusal for every required field, with its pointer."""
    lacking: list[Refusal] = []
    for field in code_lists.required_fields():
        value = entry[field]
        if field == "performance_targets":
            if not _targets_suffice(value):
                lacking.append(PerformanceTargetsMissing())
        elif value is None or value == []:
            lacking.append(FieldMissing(pointer="/" + field))
        elif field == "responsible_office" and not value["code"]:
            lacking.append(FieldMissing(pointer="/responsible_office/code"))
    return lacking


def _targets_suffice(targets: list[Mapping[str, Any]]) -> bool:
    present = {target["level1"] for target in targets}
    return all(present & any_of for any_of in code_lists.required_targets())


def require_complete(entry: Entry) -> None:
    """Refuse to take an incomplete proposal in; without targets the refusal says so before all else."""
    lacking = missing(entry)
    if not lacking:
        return
    without_targets = any(isinstance(fault, PerformanceTargetsMissing) for fault in lacking)
    refusal = PerformanceTargetsMissing() if without_targets else EntryIncomplete(missing=len(lacking))
    refusal.errors = tuple(
        (fault.pointer, fault.code, fault.zh, fault.en)
        for fault in lacking
        if not isinstance(fault, PerformanceTargetsMissing)
    )
    raise refusal


def office_code(division_codes: Sequence[str], name: str) -> str:
    """The code of the office that answers for these sites, by the ending of its name; empty when not known.

    A bureau is the county's (341622-transport), a town is the one the sites lie in (341622106-township).
    """
    area = sites.area_of(division_codes)
    sector = next((sector for ending, sector in code_lists.office_endings() if name.endswith(ending)), "")
    length = sites.TOWNSHIP_LENGTH if sector == "township" else sites.COUNTY_LENGTH
    return f"{area[:length]}-{sector}" if sector and len(area) >= length else ""
