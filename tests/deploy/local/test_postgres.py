"""The embedded PostgreSQL: what it takes of a machine."""

from __future__ import annotations

import pytest

from deploy.local.postgres import pages_mib


@pytest.mark.parametrize(
    ("memory", "pages"), [(512, 128), (1_024, 128), (4_096, 512), (16_384, 2_048), (262_144, 2_048)]
)
def test_pages_take_an_eighth_of_the_memory_within_bounds(memory: int, pages: int) -> None:
    assert pages_mib(memory) == pages
