"""What all tables of the gateway share."""

from __future__ import annotations

from typing import Any

from sqlalchemy import MetaData, String
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import DeclarativeBase

from shared.chassis.tables import NAMING, TYPES

COLUMN_TYPES: dict[Any, Any] = {**TYPES, list[str]: ARRAY(String)}


class Base(DeclarativeBase):
    metadata = MetaData(naming_convention=NAMING)
    type_annotation_map = COLUMN_TYPES
