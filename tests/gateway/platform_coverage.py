"""
Writes docs/platform-coverage.md: each of the 83 interfaces, who uses it, and what tests speak it.

`python -m tests.gateway.platform_coverage` writes the page anew; a house test compares it. A test
claims interfaces by `@pytest.mark.speaks("IF_…")` and fails unless the simulator granted each of
them over HTTP while it ran (tests/gateway/conftest.py), so the page tells what is really spoken.
"""

import ast
import csv
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "platform-coverage.md"
DATA = ROOT / "gateway" / "data"
KINDS = {
    "1": "register, request",
    "2": "get",
    "3": "upload a file",
    "4": "download a file",
    "5": "send",
}


def interfaces() -> list[dict[str, str]]:
    """Return the 83 interfaces with what each is used for."""
    uses = {row["interface_id"]: row for row in _rows(DATA / "interface_uses.csv")}
    return [{**row, **uses[row["interface_id"]]} for row in _rows(DATA / "platform_interfaces.csv")]


def speakers() -> Mapping[str, Sequence[str]]:
    """Return the tests that speak each interface, by their marks."""
    found: dict[str, list[str]] = defaultdict(list)
    for path in sorted((ROOT / "tests").rglob("test_*.py")):
        for name, spoken in _marked(ast.parse(path.read_text(encoding="utf-8"))):
            for interface in spoken:
                found[interface].append(f"{path.stem}::{name}")
    return found


def page() -> str:
    """Return the page as it must be."""
    known = speakers()
    rows = interfaces()
    spoken = sum(bool(known.get(row["interface_id"])) for row in rows)
    lines = [
        "# Platform coverage",
        "",
        f"**{spoken} of {len(rows)}** interfaces of the 中間サーバ・プラットフォーム are spoken against the",
        "simulator over HTTP. A test that claims one here fails unless the simulator granted it while the",
        "test ran. This page is generated: `python -m tests.gateway.platform_coverage`.",
        "",
        "What is found and what is assumed about each message: [platform-profile.md](platform-profile.md).",
        "",
        "| interface | name | kind | used by | for | spoken in |",
        "|---|---|---|---|---|---|",
    ]
    for row in rows:
        tests = (
            "<br>".join(f"`{name}`" for name in known.get(row["interface_id"], ())) or "**no test**"
        )
        user = f"`{row['used_by']}`" if row["used_by"] else "–"
        kind = KINDS[row["interface_id"][-1]]
        lines.append(
            f"| {row['interface_id']} | {row['name']} | {kind} | {user} | {row['purpose']} | {tests} |"
        )
    return "\n".join(lines) + "\n"


def _marked(tree: ast.AST, prefix: str = "") -> Iterator[tuple[str, list[str]]]:
    for node in ast.iter_child_nodes(tree):
        if not isinstance(node, ast.ClassDef | ast.FunctionDef):
            continue
        name = f"{prefix}{node.name}"
        spoken = [i for mark in node.decorator_list for i in _interfaces_of(mark)]
        if spoken:
            yield name, spoken
        yield from _marked(node, f"{name}::")


def _interfaces_of(mark: ast.expr) -> Iterator[str]:
    if isinstance(mark, ast.Call) and ast.unparse(mark.func) == "pytest.mark.speaks":
        for argument in mark.args:
            assert isinstance(argument, ast.Constant), "interfaces are named, not computed"
            yield str(argument.value)


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
