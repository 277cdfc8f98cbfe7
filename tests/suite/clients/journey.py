# mypy: disable-error-code="import-not-found"
"""The journey's first steps with the generated Python client: what an integrator would write, and nothing more.

Run by test_journey_by_clients.py: `python journey.py ADDRESS FACTS`, with the client's folder on PYTHONPATH. FACTS is
a JSON file.
"""

from __future__ import annotations

import json
import sys
import uuid
from pathlib import Path
from typing import Any

from lika_client import AuthenticatedClient, Client
from lika_client.api.gateway_own_account import me_get
from lika_client.api.gateway_tokens import token_create
from lika_client.api.projects_library import project_get, project_propose, project_submit
from lika_client.api.registry_household_imports import household_import_template
from lika_client.api.registry_households import household_change, household_get, household_list, household_open
from lika_client.models import (
    Household,
    HouseholdChange,
    Me,
    NewHousehold,
    Problem,
    Project,
    ProjectEntryInput,
    Submission,
    TokenAnswer,
    TokenCreateBody,
    TokenCreateBodyGrantType,
)
from lika_client.types import File


def main(address: str, facts: dict[str, Any]) -> None:
    form = TokenCreateBody(
        grant_type=TokenCreateBodyGrantType.PASSWORD, username=facts["username"], password=facts["password"]
    )
    anonymous = Client(base_url=address)
    wrong = TokenCreateBody(
        grant_type=TokenCreateBodyGrantType.PASSWORD, username="nobody.at.all", password="not this one"
    )
    refused = token_create.sync_detailed(client=anonymous, body=wrong)
    assert refused.status_code in (400, 401), refused
    token = token_create.sync(client=anonymous, body=form)
    assert isinstance(token, TokenAnswer), token
    lika = AuthenticatedClient(base_url=address, token=token.access_token)

    me = me_get.sync(client=lika)
    assert isinstance(me, Me), me
    assert facts["household"]["village_code"].startswith(me.scope[0]), me.scope

    key = uuid.uuid4().hex
    household = NewHousehold.from_dict(facts["household"])
    opened = household_open.sync_detailed(client=lika, body=household, idempotency_key=key)
    assert opened.status_code == 201, opened.content
    assert isinstance(opened.parsed, Household)
    again = household_open.sync_detailed(client=lika, body=household, idempotency_key=key)
    assert again.headers["idempotency-replayed"] == "true"
    assert again.parsed == opened.parsed

    first = household_list.sync(client=lika, limit=1)
    assert len(first.items) == 1
    second = household_list.sync(client=lika, limit=1, cursor=first.next_cursor)
    assert second.items[0].id != first.items[0].id

    read = household_get.sync_detailed(client=lika, household_id=opened.parsed.id)
    assert isinstance(read.parsed, Household)
    assert read.parsed.members[0].identity_number_masked.startswith("341")

    change = HouseholdChange.from_dict(facts["change"])
    stale = household_change.sync_detailed(
        client=lika, household_id=opened.parsed.id, body=change, if_match='"999"', idempotency_key=uuid.uuid4().hex
    )
    assert stale.status_code == 412, stale.content
    assert isinstance(stale.parsed, Problem)

    project = project_propose.sync(client=lika, body=ProjectEntryInput.from_dict(facts["project"]))
    assert isinstance(project, Project), project
    submitted = project_submit.sync_detailed(client=lika, code=project.project_code, body=Submission())
    assert submitted.status_code == 422, submitted.content
    assert isinstance(submitted.parsed, Problem)
    assert submitted.parsed.code == "projects.performance_targets_missing"
    assert submitted.parsed.titles["zh"]
    draft = project_get.sync(client=lika, code=project.project_code)
    assert isinstance(draft, Project)
    assert draft.state == "draft"

    template = household_import_template.sync(client=lika)
    assert isinstance(template, File)
    assert template.payload.read(2) == b"PK"
    print("10 steps")


if __name__ == "__main__":
    main(sys.argv[1], json.loads(Path(sys.argv[2]).read_text(encoding="utf-8")))
