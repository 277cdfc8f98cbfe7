"""Offices and people of the demonstration: created through the gateway by the administrators who would do it."""

from __future__ import annotations

import json
import secrets
from pathlib import Path
from typing import Any

from deploy.demonstration.client import Desk
from deploy.demonstration.tables import Division, read_mengcheng_divisions, read_rows
from deploy.local.progress import Steps
from shared.chassis.clock import office_today

ADMINISTRATOR = "administrator"
OPERATOR = "operator"
CLIENT_OFFICE = "341622-civil"
CLIENT_NAME = "蒙城县民政局低保系统"
XUTUAN = "341622106"
FROM_ABOVE = ("account_admin", "security_admin", "auditor")

RECORDER_NAMES = (
    "江有声", "池上青", "游方远", "戚长庚", "蓝田玉", "麦秋成", "封千里",
    "桑榆", "柯正", "冉青松", "楼晓月", "宫大为", "邰平安", "仇学文",
)  # fmt: skip


def offices() -> list[dict[str, str]]:
    """All offices, the fourteen village committees of 许疃镇 among them."""
    return read_rows("offices.csv") + [
        {
            "code": f"{village.code}-village",
            "name": f"许疃镇{village.name}",
            "division_code": village.code,
            "sector": "",
        }
        for village in _villages()
    ]


def people() -> list[dict[str, str]]:
    """All accounts: username, person_name, office, roles, title."""
    recorders = [
        {
            "username": recorder_of(village.code),
            "person_name": RECORDER_NAMES[number],
            "office": f"{village.code}-village",
            "roles": "village_recorder",
            "title": f"村级信息员({village.name})",
        }
        for number, village in enumerate(_villages())
    ]
    return read_rows("accounts.csv") + recorders


def recorder_of(village_code: str) -> str:
    """The username of a village's recorder."""
    return f"village.{village_code[-3:]}"


def _villages() -> list[Division]:
    return [division for division in read_mengcheng_divisions() if division.parent_code == XUTUAN]


def division_of(office: str) -> str:
    return next(row["division_code"] for row in offices() if row["code"] == office)


class Book:
    """The demonstration's sign-ins: made once, kept in the accounts file, turned into desks."""

    def __init__(self, path: Path, address: str) -> None:
        self.path, self.address = path, address
        self._desks: dict[str, Desk] = {}
        if path.exists():
            self.rows: list[dict[str, Any]] = json.loads(path.read_text(encoding="utf-8"))
        else:
            self.rows = [self._row(person) for person in people()]
            self._row_of_installer(ADMINISTRATOR, "account_admin", "账号管理员(全国)")
            self._row_of_installer(OPERATOR, "operator", "运维人员")
            self.save()

    def _row(self, person: dict[str, str]) -> dict[str, Any]:
        return {
            "username": person["username"],
            "password": _new_password(),
            "first_password": _new_password(),
            "roles": person["roles"].split(";"),
            "division_code": division_of(person["office"]),
            "office": person["office"],
            "title": person["title"],
        }

    def _row_of_installer(self, username: str, role: str, title: str) -> None:
        self.rows.append(
            {
                "username": username,
                "password": _new_password(),
                "first_password": _new_password(),
                "roles": [role],
                "division_code": "00",
                "office": "00-administration",
                "title": title,
            }
        )

    def save(self) -> None:
        self.path.touch(mode=0o600, exist_ok=True)
        self.path.write_text(json.dumps(self.rows, ensure_ascii=False, indent=1), encoding="utf-8")

    def _row_of(self, username: str) -> dict[str, Any]:
        return next(row for row in self.rows if row.get("username") == username)

    def first_password(self, username: str) -> str:
        """The password an account is made with; once its owner has changed it, the one it has."""
        row = self._row_of(username)
        return str(row.get("first_password", row["password"]))

    def set_first_password(self, username: str, password: str) -> None:
        """Note the password an account was made with elsewhere."""
        self._row_of(username)["first_password"] = password
        self.save()

    def desk(self, username: str) -> Desk:
        """The person's desk. At its first request they change the password somebody else set, as everybody must."""
        if username not in self._desks:
            row = self._row_of(username)
            desk = Desk(self.address, username, row["password"])
            if "first_password" in row:
                row["password"] = desk.own_password(row["first_password"])
                del row["first_password"]
                self.save()
            self._desks[username] = desk
        return self._desks[username]

    def close(self) -> None:
        for desk in self._desks.values():
            desk.close()

    def create(self, steps: Steps) -> None:
        """Create offices, accounts and one machine client. The county's administrator makes the county's."""
        administrator = self.desk(ADMINISTRATOR)
        for office in offices():
            administrator.post("/api/v1/auth/offices", office, key=f"office {office['code']}")
            steps.advance()
        present = self._present()
        for person in people():
            steps.advance()
            if person["username"] in present:
                self.desk(person["username"])
                continue
            maker = administrator
            # Who manages, watches over or audits a county is appointed from above, not by the county itself.
            if person["office"].startswith("341622") and person["roles"] not in FROM_ABOVE:
                maker = self.desk("mengcheng.admin")
            body: dict[str, Any] = {name: person[name] for name in ("username", "person_name", "office", "title")}
            body |= {"roles": person["roles"].split(";"), "password": self.first_password(person["username"])}
            # No key: what carries a password is not kept, not even as a digest.
            maker.post("/api/v1/auth/accounts", body, key="")
            self.desk(person["username"])
        self._create_client()

    def _present(self) -> set[str]:
        """Usernames there already, when a load that was broken off goes on."""
        rows = self.desk(ADMINISTRATOR).every("/api/v1/auth/accounts", within="00")
        return {str(row["username"]) for row in rows}

    def _create_client(self) -> None:
        if any("client_id" in row for row in self.rows):
            return
        body = {
            "office": CLIENT_OFFICE,
            "name": CLIENT_NAME,
            "roles": ["department_client"],
            "purpose": "低保名单比对",
            "expires_on": f"{office_today().year + 1}-12-31",
        }
        made = self.desk("mengcheng.admin").post("/api/v1/auth/clients", body, key="client civil")
        self.rows.append(
            {
                "client_id": made["client"]["client_id"],
                "client_secret": made["client_secret"],
                "roles": ["department_client"],
                "division_code": "341622",
                "office": CLIENT_OFFICE,
                "title": CLIENT_NAME,
            }
        )
        self.save()


def _new_password() -> str:
    return secrets.token_urlsafe(12) + "-Lk9"


def steps_total() -> int:
    return len(offices()) + len(people())
