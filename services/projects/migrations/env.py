"""Alembic's entry: this service's tables and the chassis's."""

from services.projects.storage import tables_fundings, tables_plans, tables_works  # noqa: F401
from services.projects.storage.tables import APPEND_ONLY, Base
from shared.chassis import migrations
from shared.chassis.tables import ChassisBase

migrations.run([Base.metadata, ChassisBase.metadata], "lika_projects_app", APPEND_ONLY)
