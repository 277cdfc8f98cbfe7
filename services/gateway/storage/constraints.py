"""What a violated database constraint means to the person who caused it."""

from __future__ import annotations

from services.gateway.domain.refusals.accounts import PersonUnknown, SuccessorIsLeaver, UsernameTaken
from services.gateway.domain.refusals.clients import CredentialPresent
from services.gateway.domain.refusals.delegations import DelegationDaysWrong, DelegationToOneself
from services.gateway.domain.refusals.issuer_links import SubjectLinked
from services.gateway.domain.refusals.offices import (
    DivisionUnknown,
    OfficeCodeMalformed,
    OfficeDaysWrong,
    OfficeExists,
    OfficeUnknown,
)
from services.gateway.domain.refusals.parameters import ParameterDayPast
from shared.refusals import Refusal, TryAgain

CONSTRAINTS: dict[str, type[Refusal]] = {
    "pk_offices": OfficeExists,
    "ck_offices_code_begins_with_division": OfficeCodeMalformed,
    "ck_offices_division_form": DivisionUnknown,
    "uq_accounts_username": UsernameTaken,
    "ck_offices_days_in_order": OfficeDaysWrong,
    "ck_delegations_two_persons": DelegationToOneself,
    "ck_delegations_days_in_order": DelegationDaysWrong,
    "ck_handovers_two_persons": SuccessorIsLeaver,
    "fk_accounts_office_code": OfficeUnknown,
    "fk_accounts_person_id": PersonUnknown,
    "uq_issuer_links_issuer_subject": SubjectLinked,
    "uq_client_credentials_account_id_mark": CredentialPresent,
    "uq_parameters_key_division_code_valid_from": ParameterDayPast,
    "uq_complaints_submission_digest": TryAgain,
}
