"""What a violated database constraint means to the person who caused it."""

from __future__ import annotations

from services.gateway.domain.refusals.accounts import PersonUnknown, UsernameTaken
from services.gateway.domain.refusals.offices import DivisionUnknown, OfficeCodeMalformed, OfficeExists, OfficeUnknown
from services.gateway.domain.refusals.parameters import ParameterDayPast
from shared.refusals import Refusal

CONSTRAINTS: dict[str, type[Refusal]] = {
    "pk_offices": OfficeExists,
    "ck_offices_code_begins_with_division": OfficeCodeMalformed,
    "ck_offices_division_form": DivisionUnknown,
    "uq_accounts_username": UsernameTaken,
    "fk_accounts_office_code": OfficeUnknown,
    "fk_accounts_person_id": PersonUnknown,
    "uq_parameters_key_division_code_valid_from": ParameterDayPast,
}
