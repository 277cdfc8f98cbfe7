"""What projects share with departments, as SQL: projects of the library, and approved plans."""

from __future__ import annotations

from shared.chassis.changes import Feed

PROJECTS = Feed(
    table="projects",
    key="project_code",
    area="county_code",
    columns=(
        "county_code", "area_code", "year", "name", "category", "nature", "purpose", "amount_fen", "office_code",
        "planned_end_on", "state", "state_since", "filed_on", "plan_year", "plan_line_fen", "funded_fen",
        "contractor_name", "contractor_uscc", "contract_fen", "accepted_on",
    ),
    shared="in_library",
    gone="filed_on is not null",
)  # fmt: skip
PLANS = Feed(
    table="plans",
    key="id",
    area="county_code",
    columns=("county_code", "fund_year", "total_fen", "lines", "proposed_on"),
    shared="state = 'approved'",
)
FEEDS = {"projects": PROJECTS, "plans": PLANS}
