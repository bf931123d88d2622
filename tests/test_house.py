"""The house rules: floors, sizes, banned imports, a quick start, docstrings, names that differ.

These look at the source, not at behaviour. A rule that stands here is a rule that nobody needs to remember.
"""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "raftlab"
SOURCES = sorted(PACKAGE.rglob("*.py"))

MOST_LINES = 400

PURE = ("core", "engine", "sim", "explore")
IMPURE_MODULES = {
    "time", "random", "secrets", "datetime", "uuid", "os", "io", "pathlib", "tempfile", "threading", "asyncio",
    "multiprocessing", "subprocess", "socket", "logging",
}  # fmt: skip
IMPURE_CALLS = {"open", "id", "hash", "print", "input", "__import__"}

OWNERS = {
    "textual": ("raftlab.tui",),
    "pygame": ("raftlab.projector.paint", "raftlab.projector.window", "raftlab.cli.bench"),
}

HEAVY = ("networkx", "pygame", "textual", "msgspec", "numpy", "yaml", "PIL", "rich")


def name_of(path: Path) -> str:
    """raftlab/core/log.py -> "raftlab.core.log", and raftlab/core/__init__.py -> "raftlab.core"."""
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


def below(module: str, package: str) -> bool:
    return module == package or module.startswith(package + ".")


def imports(path: Path) -> Iterator[tuple[int, str]]:
    """Every absolute import in a file, those inside functions too: line and module."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.lineno, node.module


def pure_sources() -> list[Path]:
    return [path for path in SOURCES if path.relative_to(PACKAGE).parts[0] in PURE]


def relative(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


# --- floors and imports ----------------------------------------------------------------------------------------------


def test_imports_go_down_only() -> None:
    found = subprocess.run(
        [Path(sys.executable).parent / "lint-imports", "--no-cache"], cwd=ROOT, capture_output=True, text=True
    )

    assert found.returncode == 0, found.stdout + found.stderr


def test_core_engine_and_sim_know_no_clock_no_chance_no_files_and_no_threads() -> None:
    assert pure_sources()

    banned = [
        f"{relative(path)}:{line} imports {module}"
        for path in pure_sources()
        for line, module in imports(path)
        if module.partition(".")[0] in IMPURE_MODULES
    ]

    assert not banned, "\n".join(banned)


def test_core_engine_and_sim_call_nothing_that_differs_from_run_to_run() -> None:
    banned = [
        f"{relative(path)}:{node.lineno} calls {node.func.id}()"
        for path in pure_sources()
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in IMPURE_CALLS
    ]

    assert not banned, "\n".join(banned)


@pytest.mark.parametrize("library", OWNERS)
def test_a_face_keeps_its_library_to_itself(library: str) -> None:
    strangers = [
        f"{relative(path)}:{line} imports {module}"
        for path in SOURCES
        if not any(below(name_of(path), owner) for owner in OWNERS[library])
        for line, module in imports(path)
        if below(module, library)
    ]

    assert not strangers, "\n".join(strangers)


def test_help_loads_nothing_heavy_and_no_command() -> None:
    script = (
        "import sys, raftlab.cli\n"
        "try: raftlab.cli.main(['--help'])\n"
        "except SystemExit as end: assert end.code == 0, end.code\n"
        "allowed = {'raftlab', 'raftlab.cli', 'raftlab.cli.errors', 'raftlab.core', 'raftlab.core.errors'}\n"
        f"heavy = [name for name in {HEAVY!r} if name in sys.modules]\n"
        "ours = [name for name in sys.modules if name.partition('.')[0] == 'raftlab' and name not in allowed]\n"
        "print('loaded:', *heavy, *ours)\n"
    )

    ran = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True)

    assert "debug" in ran.stdout
    assert ran.stdout.splitlines()[-1] == "loaded:"


# --- sizes and words -------------------------------------------------------------------------------------------------


def test_a_file_is_no_longer_than_400_lines() -> None:
    lengths = {relative(path): len(path.read_text(encoding="utf-8").splitlines()) for path in SOURCES}

    assert {path: length for path, length in lengths.items() if length > MOST_LINES} == {}


def test_every_folder_of_code_is_a_package() -> None:
    assert [relative(path.parent) for path in SOURCES if not (path.parent / "__init__.py").is_file()] == []


def test_every_package_and_public_module_says_what_it_is() -> None:
    public = [path for path in SOURCES if path.stem.startswith("__") or not path.stem.startswith("_")]

    silent = [relative(path) for path in public if not ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))]

    assert silent == []


def test_no_star_imports() -> None:
    starred = [
        f"{relative(path)}:{node.lineno}"
        for path in SOURCES
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.ImportFrom) and any(alias.name == "*" for alias in node.names)
    ]

    assert starred == []


# --- the repository --------------------------------------------------------------------------------------------------


def tracked_files() -> list[Path]:
    """What git tracks; without git (a source archive), all that isn't made by a tool."""
    if (ROOT / ".git").exists():
        listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
        return [ROOT / name for name in listed.split("\0") if name and (ROOT / name).is_file()]
    made = {"__pycache__", ".venv", "build", "dist", ".pytest_cache", ".mypy_cache", ".ruff_cache"}
    return [path for path in ROOT.rglob("*") if path.is_file() and made.isdisjoint(path.relative_to(ROOT).parts)]


def test_no_file_names_a_place_on_somebodys_machine() -> None:
    # Spelt apart, so that this file may stand among those it reads.
    place = re.compile(rb"(?<![\w.~-])/(?:wor" rb"k|roo" rb"t|Use" rb"rs|home/\w+)/")

    found = [
        f"{relative(path)}:{number}: {line.decode(errors='replace')[:120]}"
        for path in tracked_files()
        if b"\0" not in (content := path.read_bytes())
        for number, line in enumerate(content.splitlines(), 1)
        if place.search(line)
    ]

    assert not found, "\n".join(found)


def test_every_scenario_and_lesson_has_a_name_of_its_own() -> None:
    # `raftlab show NAME` looks both up, so a scenario and a lesson of one name would hide each other.
    scenarios = [path.stem for path in (ROOT / "lessons" / "scenarios").glob("*.yaml")]
    lessons = [re.sub(r"^\d+-", "", path.parent.name) for path in (ROOT / "lessons").glob("*/lesson.yaml")]
    names = scenarios + lessons

    assert scenarios
    assert sorted({name for name in names if names.count(name) > 1}) == []
    assert [name for name in names if not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", name)] == []
