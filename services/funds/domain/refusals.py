"""Everything funds refuse, each with its stable code and its sentence; split by the way of the money."""

from __future__ import annotations

from services.funds.domain.refusals_documents import *  # noqa: F403
from services.funds.domain.refusals_grants import *  # noqa: F403
from services.funds.domain.refusals_spending import *  # noqa: F403
