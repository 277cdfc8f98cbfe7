"""What a violated database constraint means to the person who caused it."""

from __future__ import annotations

from services.gateway.domain import refusals
from shared.refusals import Refusal

CONSTRAINTS: dict[str, type[Refusal]] = {
    "pk_offices": refusals.OfficeExists,
    "ck_offices_code_begins_with_division": refusals.OfficeCodeMalformed,
    "ck_offices_division_form": refusals.DivisionUnknown,
    "uq_accounts_username": refusals.UsernameTaken,
    "fk_accounts_office_code": refusals.OfficeUnknown,
    "fk_accounts_person_id": refusals.PersonUnknown,
    "uq_parameters_key_division_code_valid_from": refusals.ParameterDayPast,
}
