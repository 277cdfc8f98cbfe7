"""What may be published of a project: the fields the publicity rule names (国开办发〔2018〕11号), and no others."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from services.projects.domain import code_lists
from services.projects.storage.tables import Project
from shared.schemas.projects import ProjectEntry
from shared.schemas.projects_public import PublishedProject, PublishedTarget


def project(row: Project) -> PublishedProject:
    """The published fields of a submitted project, codes as the names people read."""
    entry = ProjectEntry.model_validate(row.entry)
    if (
        entry.beneficiaries is None
        or entry.responsible_office is None
        or entry.planned_start_on is None
        or entry.planned_end_on is None
    ):
        raise AssertionError("a submitted entry is complete")
    return PublishedProject(
        project_code=row.project_code,
        name=entry.name,
        year=entry.year,
        category=_name(code_lists.categories(), entry.category),
        nature=_name(code_lists.natures(), entry.nature),
        division_codes=entry.division_codes,
        place=entry.place or "",
        tasks=entry.tasks or "",
        amount_fen=entry.amount_fen or 0,
        funding_sources=[_name(code_lists.fund_sources(), line.source) for line in entry.funding],
        planned_start_on=entry.planned_start_on,
        planned_end_on=entry.planned_end_on,
        office_name=entry.responsible_office.name,
        households=entry.beneficiaries.households,
        people=entry.beneficiaries.people,
        poor_people=entry.beneficiaries.poor_people,
        performance_targets=[PublishedTarget.model_validate(target) for target in entry.performance_targets],
        participation_mechanism=entry.participation_mechanism or "",
    )


def fund_source(code: str) -> str:
    """The name of a source of funds."""
    return _name(code_lists.fund_sources(), code)


def _name(names: Mapping[str, Any], code: str | None) -> str:
    found = names.get(code or "")
    return str(found.name) if found else code or ""
