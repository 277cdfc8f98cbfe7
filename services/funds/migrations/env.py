"""Alembic's entry: this service's tables and the chassis's."""

from services.funds.storage.tables import APPEND_ONLY, READ_ONLY, Base
from shared.chassis import migrations
from shared.chassis.tables import ChassisBase

migrations.run([Base.metadata, ChassisBase.metadata], "lika_funds_app", APPEND_ONLY, READ_ONLY)
