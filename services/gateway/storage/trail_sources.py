"""The gateway's trails: signing in and administration are sealed like reads and changes."""

from __future__ import annotations

from dataclasses import replace

from shared.chassis.trail_sources import CHANGES, READS, Source

_ADMINISTRATION = "^(account|office|person|role|client|delegation|parameter|session|sign_in|second_factor|password|key)"

SIGN_INS = Source(
    "sign_in",
    "sign_ins",
    (
        "id", "at", "grant", "outcome", "account_id", "username", "office_code", "division_code", "peer", "trace_id",
        "times",
    ),
    "case when t.account_id = '' then array[]::text[] else array[t.account_id] end",
    "'sign_in'",
    actor="account_id",
    office="office_code",
    action="('sign_in.' || t.outcome)",
    facts="jsonb_build_object('grant', t.grant, 'peer', t.peer, 'times', t.times)",
)  # fmt: skip
SOURCES = (
    READS,
    replace(CHANGES, sort=f"case when t.action ~ '{_ADMINISTRATION}' then 'administration' else 'change' end"),
    SIGN_INS,
)
