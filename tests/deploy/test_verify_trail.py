"""What the outside verifier finds: every change of an exported trail, as long as it holds the checkpoints."""

from __future__ import annotations

import json
import random
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from joserfc.jwk import OKPKey

from deploy import verify_trail
from deploy.verify_trail import Difference, Verdict
from shared.chassis import trail_chain

NOW = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
KEY = OKPKey.generate_key("Ed25519")
JWKS = {"keys": [KEY.as_dict(private=False)]}
KEYS = verify_trail.keys_of(JWKS)


@dataclass
class Trail:
    """A service's trails and chain as they lie in its database, and the checkpoints kept outside."""

    rows: dict[tuple[str, int], dict[str, Any]] = field(default_factory=dict)
    seals: list[list[Any]] = field(default_factory=list)
    anchors: list[str] = field(default_factory=list)

    def note(self, kind: str, count: int) -> None:
        first = max((row_id for one, row_id in self.rows if one == kind), default=0) + 1
        for row_id in range(first, first + count):
            self.rows[kind, row_id] = {
                "id": row_id,
                "at": (NOW + timedelta(seconds=row_id)).isoformat(),
                "actor": f"{kind}-account-{row_id % 7}",
                "subjects": {"ids": [f"person-{row_id}"]},
                "purpose": f"入户核查 {row_id}",
            }

    def seal(self, kind: str) -> None:
        done = {row_id for _, one, row_id, _, _ in self.seals if one == kind}
        rows = [
            (row_id, trail_chain.row_hash(text_of(row)))
            for (one, row_id), row in sorted(self.rows.items())
            if one == kind and row_id not in done
        ]
        last, before = (self.seals[-1][0], self.seals[-1][4]) if self.seals else (0, trail_chain.genesis("registry"))
        for link in trail_chain.linked(last, before, kind, rows):
            self.seals.append([link.sequence, link.kind, link.row_id, link.row_hash, link.chain_hash])

    def check(self) -> None:
        last = self.seals[-1]
        self.anchors.append(trail_chain.checkpoint("registry", last[0], last[4], NOW, KEY))

    def export(self, after: int = 0) -> list[str]:
        begun = {one: row_id for sequence, one, row_id, _, _ in self.seals if sequence <= after} if after else {}
        head = {"export": "lika-trail-1", "service": "registry", "at": NOW.isoformat(), "after": after, "rows": begun}
        lines = [json.dumps(head)]
        for sequence, kind, row_id, row_hash, chain_hash in self.seals:
            if sequence > after:
                row = self.rows.get((kind, row_id))
                lines.append(
                    json.dumps({
                        "sequence": sequence, "kind": kind, "row_id": row_id, "row_hash": row_hash.hex(),
                        "chain_hash": chain_hash.hex(), "row": None if row is None else text_of(row),
                    })
                )  # fmt: skip
        linked = {(one, row_id) for _, one, row_id, _, _ in self.seals}
        for (kind, row_id), row in self.rows.items():
            if (kind, row_id) not in linked and row_id > begun.get(kind, -100):
                lines.append(json.dumps({"unsealed": kind, "row_id": row_id, "row": text_of(row)}))
        return [*lines, json.dumps({"end": self.seals[-1][0] if self.seals else 0})]

    def verdict(self, anchors: list[str] | None = None, after: int = 0) -> Verdict:
        return verify_trail.verify(self.export(after), KEYS, self.anchors if anchors is None else anchors)


def text_of(row: dict[str, Any]) -> str:
    return json.dumps(row, ensure_ascii=False, sort_keys=True)


def kept() -> Trail:
    """Three rounds of sealing over two trails, a checkpoint after each, and two rows not sealed yet."""
    trail = Trail()
    for _ in range(3):
        for kind in ("read", "change"):
            trail.note(kind, 4)
            trail.seal(kind)
        trail.check()
    trail.note("read", 2)
    return trail


def chain_anew(trail: Trail, first: int) -> None:
    """What somebody does who may write to every table: hash all again from the `first` link on."""
    before = trail.seals[first - 1][4] if first else trail_chain.genesis("registry")
    for seal in trail.seals[first:]:
        row = trail.rows.get((seal[1], seal[2]))
        seal[3] = seal[3] if row is None else trail_chain.row_hash(text_of(row))
        seal[4] = before = trail_chain.link_hash(before, seal[0], seal[1], seal[2], seal[3])


def sealed_keys(trail: Trail) -> list[tuple[str, int]]:
    return [(kind, row_id) for _, kind, row_id, _, _ in trail.seals]


def flip(trail: Trail, dice: random.Random) -> None:
    row = trail.rows[dice.choice(sealed_keys(trail))]
    name = dice.choice(["actor", "purpose", "at"])
    text = list(row[name])
    place = dice.randrange(len(text))
    text[place] = chr(ord(text[place]) ^ 1)
    row[name] = "".join(text)


def delete(trail: Trail, dice: random.Random) -> None:
    del trail.rows[dice.choice(sealed_keys(trail))]


def delete_with_link(trail: Trail, dice: random.Random) -> None:
    place = dice.randrange(len(trail.seals))
    _, kind, row_id, _, _ = trail.seals.pop(place)
    del trail.rows[kind, row_id]
    if dice.random() < 0.5:
        for number, seal in enumerate(trail.seals, 1):
            seal[0] = number
        chain_anew(trail, place)


def insert(trail: Trail, dice: random.Random) -> None:
    kind, row_id = dice.choice(sealed_keys(trail))
    trail.rows[kind, 0 if dice.random() < 0.5 else -row_id] = dict(trail.rows[kind, row_id])


def swap_rows(trail: Trail, dice: random.Random) -> None:
    one, other = dice.sample(sealed_keys(trail), 2)
    trail.rows[one], trail.rows[other] = trail.rows[other], trail.rows[one]


def swap_cells(trail: Trail, dice: random.Random) -> None:
    """Between two rows that differ there: of one another's equal cells nothing can be told, and nothing is lost."""
    keys = [key for key in sealed_keys(trail) if key[0] == "read"]
    one, other = (trail.rows[key] for key in dice.sample(keys, 2))
    name = dice.choice(["subjects", "purpose", "at"])
    one[name], other[name] = other[name], one[name]


def swap_links(trail: Trail, dice: random.Random) -> None:
    one, other = dice.sample(range(len(trail.seals)), 2)
    trail.seals[one][1:], trail.seals[other][1:] = trail.seals[other][1:], trail.seals[one][1:]


def change_and_chain_anew(trail: Trail, dice: random.Random) -> None:
    flip(trail, dice)
    chain_anew(trail, 0)


def cut_tail(trail: Trail, dice: random.Random) -> None:
    for _ in range(dice.randrange(1, len(trail.seals) - 1)):
        _, kind, row_id, _, _ = trail.seals.pop()
        del trail.rows[kind, row_id]
    for key in set(trail.rows) - set(sealed_keys(trail)):
        del trail.rows[key]


def replay_old_dump(trail: Trail, dice: random.Random) -> None:
    """The database as it was before the last checkpoint, gone on from there with other rows."""
    cut_tail(trail, dice)
    trail.note("read", 30)
    trail.seal("read")


TAMPERS = (
    flip, delete, delete_with_link, insert, swap_rows, swap_cells, swap_links, change_and_chain_anew, cut_tail,
    replay_old_dump,
)  # fmt: skip


def test_what_was_left_alone_is_found_as_sealed() -> None:
    assert kept().verdict() == Verdict("registry", 1, 24, 0, 2, 3, 24)


@pytest.mark.parametrize("seeds", [10, pytest.param(1_000, marks=pytest.mark.nightly)])
@pytest.mark.parametrize("tamper", TAMPERS, ids=lambda tamper: tamper.__name__)
def test_every_tamper_is_found(tamper: Any, seeds: int) -> None:
    for seed in range(seeds):
        trail = kept()
        tamper(trail, random.Random(f"{tamper.__name__} {seed}"))
        with pytest.raises(Difference):
            trail.verdict()


def test_the_first_difference_is_named_by_sequence_kind_and_row() -> None:
    trail = kept()
    trail.rows["change", 2]["actor"] = "somebody"
    with pytest.raises(Difference, match=r"^sequence 6, change row 2: the row was changed$"):
        trail.verdict()


def test_without_a_checkpoint_the_cut_tail_is_missed() -> None:
    """The control: it is the checkpoints that find it."""
    trail = kept()
    cut_tail(trail, random.Random(1))
    assert trail.verdict(anchors=[]).anchored == 0
    with pytest.raises(Difference, match="its tail was cut"):
        trail.verdict()


def test_a_chain_made_anew_is_missed_without_a_checkpoint_and_found_with_any() -> None:
    trail = kept()
    change_and_chain_anew(trail, random.Random(2))
    assert trail.verdict(anchors=[]).last == 24
    for anchor in trail.anchors[-1:]:
        with pytest.raises(Difference, match="another one than the checkpoint signed"):
            trail.verdict(anchors=[anchor])


def test_checkpoints_nobody_known_signed_and_two_that_differ_are_differences() -> None:
    trail = kept()
    stranger = trail_chain.checkpoint("registry", 24, trail.seals[-1][4], NOW, OKPKey.generate_key("Ed25519"))
    other = trail_chain.checkpoint("registry", 24, b"\0" * 32, NOW, KEY)
    broken = trail.anchors[0][:-8] + "AAAAAAAA"
    for anchor, told in ((stranger, "no key known"), (other, "made anew"), (broken, "signature is false")):
        with pytest.raises(Difference, match=told):
            trail.verdict(anchors=[*trail.anchors, anchor])


def test_an_export_can_begin_behind_a_checkpoint() -> None:
    trail = kept()
    assert trail.verdict(after=8).first == 9
    with pytest.raises(verify_trail.Unreadable):
        trail.verdict(after=9)
    trail.rows["read", 8]["actor"] = "somebody"
    with pytest.raises(Difference):
        trail.verdict(after=8)


def test_a_row_unsealed_for_long_and_an_export_broken_off_are_differences() -> None:
    trail = kept()
    trail.rows["read", 13]["at"] = (NOW - timedelta(hours=2)).isoformat()
    with pytest.raises(Difference, match="sealed long ago"):
        trail.verdict()
    with pytest.raises(Difference, match="breaks off"):
        verify_trail.verify(kept().export()[:-1], KEYS, kept().anchors)


def test_the_command_tells_it_by_its_exit_code(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    trail = kept()
    (tmp_path / "keys").write_text(json.dumps(JWKS))
    (tmp_path / "anchors").write_text("\n".join(trail.anchors) + "\n")
    page = {"items": [{"signed": one} for one in trail.anchors], "next_cursor": None}
    (tmp_path / "page").write_text(json.dumps(page))
    export = tmp_path / "export"
    arguments = [str(export), "--keys", str(tmp_path / "keys"), "--checkpoints"]
    for anchors in ("anchors", "page"):
        export.write_text("\n".join(trail.export()))
        assert verify_trail.main([*arguments, str(tmp_path / anchors)]) == 0
    del trail.rows["read", 3]
    export.write_text("\n".join(trail.export()))
    assert verify_trail.main([*arguments, str(tmp_path / "anchors")]) == 1
    assert "sequence 3, read row 3: the row was deleted" in capsys.readouterr().out
    export.write_text("nothing")
    assert verify_trail.main([*arguments, str(tmp_path / "anchors")]) == 2
