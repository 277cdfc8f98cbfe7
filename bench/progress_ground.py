"""Where progress is measured: a funds service upon a province's books, beside a register of its divisions."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from dataclasses import dataclass, field

from bench.ground import TOKEN_LIFE_S, Ground, Register, connect
from bench.money_ground import FUNDS, dsn, environment, migrate
from bench.places import Province
from deploy import databases, secret_files
from deploy.local.postgres import free_port
from deploy.local.processes import ROOT, Service, wait_ready
from services.registry.domain.division_lists import ListFacts
from services.registry.operations.division_loads import load_country
from shared.chassis import clock
from shared.chassis.identity import GATEWAY, Actor, InnerTokens

TOWNSHIPS, VILLAGES = 12, 12
DATABASE = "bench_books"
_PERMISSIONS = frozenset({"progress.read", "fund.read", "payment.confirm"})


@dataclass(slots=True)
class Books:
    """A province's books in a database of their own, the service upon them, and the register it asks."""

    ground: Ground
    province: Province
    register: Register
    service: Service
    transfers: int = 0
    posted_per_second: float = 0.0
    """Transfers per second while the books were filled."""
    _signed: dict[tuple[str, str], tuple[float, str]] = field(default_factory=dict)

    @property
    def app_dsn(self) -> str:
        return dsn(self.ground, "app", DATABASE)

    @property
    def admin_dsn(self) -> str:
        return self.ground.dsn(DATABASE)

    @property
    def counties(self) -> list[str]:
        return [self.province.county(number) for number in range(self.province.counties)]

    def start(self) -> None:
        """The register and the service, both answering."""
        for one in (self.register.service, self.service):
            if one.pid is None or one.exited() is not None:
                one.start()
        wait_ready([self.register.service, self.service])

    def token(self, area: str, person: str = "reader") -> str:
        """An inner token of the finance office of this area, good for some seconds yet."""
        known = self._signed.get((area, person))
        if known is None or time.monotonic() - known[0] > TOKEN_LIFE_S:
            secrets = self.ground.secrets
            tokens = InnerTokens(GATEWAY, secrets / secret_files.inner_key(GATEWAY), secrets / secret_files.JWKS)
            known = self._signed[area, person] = (time.monotonic(), tokens.sign(officer(area, person), FUNDS))
        return known[1]

    async def catch_up(self) -> None:
        """Leave nothing waiting to be added to the sums, so that the service is not busy with it meanwhile."""
        connection = await connect(self.admin_dsn)
        try:
            if await connection.fetchval("select exists (select from spending_tail)"):
                await connection.execute("select rebuild_spending()")
            await connection.execute("vacuum analyze")
        finally:
            await connection.close()

    def verify(self) -> None:
        """What `make verify-ledger` does, sums by day included. RuntimeError with what it says if anything differs."""
        done = subprocess.run(
            [sys.executable, "-m", f"services.{FUNDS}.verify"],
            env=os.environ | {"LIKA_FUNDS_DATABASE_URL": self.app_dsn},
            cwd=ROOT,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode != 0:
            raise RuntimeError(f"the books do not agree:\n{done.stdout[-1000:]}{done.stderr[-2000:]}")


def officer(area: str, person: str) -> Actor:
    """Somebody of the finance office of an area."""
    return Actor(
        account=f"account-{area}-{person}",
        person=f"person-{area}-{person}",
        office=f"{area}-finance",
        office_name=f"{area} 财政部门",
        level={2: "province", 4: "city", 6: "county"}[len(area)],
        sector="finance",
        roles=("county_finance_officer",),
        permissions=_PERMISSIONS,
        scope=(area,),
    )


async def empty_books(ground: Ground, counties: int) -> Books:
    """The tables of funds with nothing in them, a register of so many counties, both services not started."""
    province = Province(counties, 0, TOWNSHIPS, VILLAGES)
    register = await ground.register("places")
    path = ground.folder / "places.csv.gz"
    province.write(path)
    facts = ListFacts(clock.office_today().replace(year=2014, day=1), "made up for measuring")
    await load_country(register.app_dsn, path, facts=facts)
    await _create(ground)
    migrate(ground, DATABASE)
    port = free_port()
    variables = environment(ground, DATABASE) | {
        "LIKA_FUNDS_PORT": str(port),
        "LIKA_FUNDS_REGISTRY_URL": register.service.address,
    }
    service = Service(FUNDS, port, variables, ground.folder / "logs" / "books.log")
    ground.services.append(service)
    return Books(ground, province, register, service)


async def _create(ground: Ground) -> None:
    """A database beside the service's own one: same roles, same locale."""
    owner, app = databases.role(FUNDS, "owner"), databases.role(FUNDS, "app")
    connection = await connect(ground.admin_dsn)
    try:
        await connection.execute(
            f"create database {DATABASE} owner {owner} template template0 encoding 'UTF8'"
            " locale_provider builtin builtin_locale 'C.UTF-8' locale 'C'"
        )
    finally:
        await connection.close()
    connection = await connect(ground.dsn(DATABASE))
    try:
        await connection.execute(
            f"grant usage, create on schema public to {owner}; grant usage on schema public to {app}"
        )
    finally:
        await connection.close()
