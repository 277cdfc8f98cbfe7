"""Alembic's entry: this service's tables and the chassis's."""

from services.gateway.storage.tables import APPEND_ONLY, Base
from shared.chassis import migrations
from shared.chassis.tables import ChassisBase

migrations.run([Base.metadata, ChassisBase.metadata], "lika_gateway_app", APPEND_ONLY)
