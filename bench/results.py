"""Results: a row per bar and size in results/latest.json, every pair in pairs.json, the machine in machine.json."""

from __future__ import annotations

import json
import os
import platform
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from bench.pairs import Pairs

FOLDER = Path(__file__).parent / "results"
KEYS = ("name", "value", "unit", "limit", "ratio", "higher_is_better", "size", "runs")
"""The members of a row in latest.json."""


@dataclass(frozen=True, slots=True)
class Bar:
    """What a figure must reach: `reach` bounds the ratio of value to limit; None where the figure is only told."""

    name: str
    unit: str
    reach: float | None
    higher_is_better: bool = True


@dataclass(frozen=True, slots=True)
class Result:
    bar: Bar
    pairs: Pairs

    @property
    def kept(self) -> bool | None:
        """Whether the bar is reached; None where there is none."""
        if self.bar.reach is None:
            return None
        better = self.pairs.ratio >= self.bar.reach
        return better if self.bar.higher_is_better else self.pairs.ratio <= self.bar.reach

    def row(self, size: str) -> dict[str, Any]:
        """The row of latest.json: medians of the pairs, and the median of their ratios."""
        values = (
            self.bar.name, _short(self.pairs.value), self.bar.unit, _short(self.pairs.limit),
            _short(self.pairs.ratio), self.bar.higher_is_better, size, len(self.pairs.values),
        )  # fmt: skip
        return dict(zip(KEYS, values, strict=True))


def _short(number: float) -> float:
    return float(f"{number:.4g}")


def table(results: list[Result]) -> str:
    """The results for people to read: medians, lowest and highest ratio, and whether the bar is reached."""
    head = f"{'':<26}{'value':>12} {'limit':>12} {'unit':<9}{'ratio':>8}  {'lowest-highest':<16}{'bar':>8}"
    return "\n".join([head, *(_line(result) for result in results)])


def _line(result: Result) -> str:
    bar, pairs = result.bar, result.pairs
    low, high = pairs.spread
    reach = "" if bar.reach is None else f"{'≥' if bar.higher_is_better else '≤'} {bar.reach:g}"
    verdict = {None: "", True: "kept", False: "MISSED"}[result.kept]
    numbers = f"{pairs.value:>12,.5g} {pairs.limit:>12,.5g} {bar.unit:<9}{pairs.ratio:>8.3g}"
    spread = f"{low:.3g}-{high:.3g}"
    return f"{bar.name:<26}{numbers}  {spread:<16}{reach:>8} {verdict}".rstrip()


def machine() -> dict[str, Any]:
    """What the figures depend on."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1024**3
    return {
        "architecture": platform.machine(),
        "processor": _processor(),
        "cores": os.cpu_count(),
        "memory_gib": round(memory, 1),
        "system": f"{platform.system()} {platform.release()}",
        "python": platform.python_version(),
    }


def _processor() -> str:
    lines = Path("/proc/cpuinfo").read_text().splitlines() if Path("/proc/cpuinfo").exists() else []
    return next((line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")), "")


def keep(results: list[Result], size: str, on: date, folder: Path = FOLDER) -> None:
    """Replace the rows of this size that were measured again; rows of another size and other bars stay."""
    folder.mkdir(parents=True, exist_ok=True)
    measured = {result.bar.name for result in results}
    latest = [row for row in _read(folder / "latest.json", []) if row["size"] != size or row["name"] not in measured]
    latest += [result.row(size) for result in results]
    _write(folder / "latest.json", sorted(latest, key=lambda row: (row["size"], row["name"])))
    pairs = _read(folder / "pairs.json", {})
    pairs.setdefault(size, {}).update({result.bar.name: _pairs(result.pairs) for result in results})
    _write(folder / "pairs.json", pairs)
    facts = _read(folder / "machine.json", {})
    _write(folder / "machine.json", facts | {size: machine() | {"day": on.isoformat()}})


def _pairs(pairs: Pairs) -> dict[str, list[float]]:
    return {"values": [_short(value) for value in pairs.values], "limits": [_short(limit) for limit in pairs.limits]}


def _read(path: Path, empty: Any) -> Any:
    return json.loads(path.read_text(encoding="utf-8")) if path.exists() else empty


def _write(path: Path, content: Any) -> None:
    path.write_text(json.dumps(content, ensure_ascii=False, indent=1, sort_keys=isinstance(content, dict)) + "\n")
