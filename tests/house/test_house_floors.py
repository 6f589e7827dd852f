"""Floors: a module imports only from lower floors or its own folder; no import cycles at run time."""

import ast
from pathlib import Path

SRC = Path(__file__).parents[2] / "src" / "fangkong_lab"
FLOORS = [
    {"errors", "kinds", "dates", "sources", "streams", "shipped", "fonts", "memory", "whole", "__init__"},
    {"result", "workspace"},
    {"ledger"},
    {"network", "policy"},
    {"measure", "simulate"},
    {"evaluate", "models"},
    {"show"},
    {"report"},
    {"examples"},
    {"cli"},
    {"__main__"},
]
FLOOR = {name: level for level, names in enumerate(FLOORS) for name in names}
# Floor 0 is small enough to be ordered by hand.
GROUND = ["errors", "kinds", "dates", "sources", "streams", "shipped", "fonts", "memory", "whole", "__init__"]


def module_name(path: Path) -> str:
    parts = path.relative_to(SRC.parent).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def type_only(tree: ast.AST) -> set[int]:
    blocks = [n for n in ast.walk(tree) if isinstance(n, ast.If) and "TYPE_CHECKING" in ast.unparse(n.test)]
    return {id(n) for block in blocks for n in ast.walk(block)}


def imports(path: Path, run_time: bool) -> set[str]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    skip = type_only(tree) if run_time else set()
    found = set()
    for node in ast.walk(tree):
        if id(node) in skip:
            continue
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import"
            found.add(node.module)
            found |= {f"{node.module}.{alias.name}" for alias in node.names}
    return {name for name in found if name.split(".")[0] == "fangkong_lab"}


MODULES = {module_name(p): p for p in sorted(SRC.rglob("*.py")) if "_shipped" not in p.parts}


def top(name: str) -> str:
    parts = name.split(".")
    return parts[1] if len(parts) > 1 else "__init__"


def test_every_module_has_a_floor():
    assert {top(name) for name in MODULES} <= set(FLOOR)


def test_imports_go_down():
    wrong = []
    for name, path in MODULES.items():
        for target in imports(path, run_time=False):
            if target == "fangkong_lab.__version__" or target == "fangkong_lab":
                continue
            here, there = top(name), top(target)
            same_folder = here == there
            ground = FLOOR[here] == FLOOR.get(there) == 0 and GROUND.index(there) < GROUND.index(here)
            if not (same_folder or ground or FLOOR.get(there, 99) < FLOOR[here]):
                wrong.append(f"{name} → {target}")
    assert not wrong


def test_no_cycles():
    graph = {name: {t for t in imports(path, run_time=True) if t in MODULES and t != name}
             for name, path in MODULES.items()}
    # A package's __init__ is imported by its children implicitly; only explicit imports count here.
    state: dict[str, int] = {}

    def visit(name: str, trail: tuple[str, ...]) -> None:
        assert state.get(name) != 1, " → ".join((*trail, name))
        if state.get(name) == 2:
            return
        state[name] = 1
        for target in sorted(graph[name]):
            visit(target, (*trail, name))
        state[name] = 2

    for name in sorted(graph):
        visit(name, ())
    assert len(state) == len(graph)
