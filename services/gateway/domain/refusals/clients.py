"""What granting a machine client is refused for."""

from __future__ import annotations

from shared.refusals import RuleBroken


class ClientAlreadyExpired(RuleBroken):
    code = "gateway.client_expiry_past"
    zh = "有效期须在今天之后,且不超过三年"
    en = "The last day must lie ahead, and within three years"
    pointer = "/expires_on"
