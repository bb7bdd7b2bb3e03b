"""The parts of the house style that a program can check; each message says what to do."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SOURCES = sorted((ROOT / "src").rglob("*.py"))
FOLDERS = ("src", "migrations", "projections", "graphql", "tests", "docs", "benchmarks", ".ci")
LINES_MAX = 300
ONE_TREE = "src/ledger/errors.py"  # every error in one file, whatever its length
FUNCTION_LINES_MAX = 70

Function = ast.FunctionDef | ast.AsyncFunctionDef
PUBLIC = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)


def name(path: Path) -> str:
    return str(path.relative_to(ROOT))


def texts() -> Iterator[tuple[str, str]]:
    """Every text file of the project, by its path from the root."""
    files = [path for path in ROOT.iterdir() if path.is_file() and path.name != ".gitignore"]
    files += [path for folder in FOLDERS for path in (ROOT / folder).rglob("*") if path.is_file()]
    for path in files:
        if "__pycache__" in path.parts or path.suffix in {".pyc", ".png", ".gz"}:
            continue
        yield name(path), path.read_text()


@pytest.mark.parametrize("path", SOURCES, ids=name)
def test_a_file_tells_its_purpose_and_stays_short(path):
    text = path.read_text()
    assert ast.get_docstring(ast.parse(text)), "open the module with why it exists"
    assert text.count("\n") <= LINES_MAX or name(path) == ONE_TREE, (
        "one noun or one verb per file: split it"
    )


@pytest.mark.parametrize("path", SOURCES, ids=name)
def test_functions_fit_on_a_screen_and_public_ones_say_what_they_do(path):
    tree = ast.parse(path.read_text())
    long = [
        node.name
        for node in ast.walk(tree)
        if isinstance(node, Function) and (node.end_lineno or 0) - node.lineno >= FUNCTION_LINES_MAX
    ]
    assert not long, "split where it breathes: push ifs up and fors down"
    silent = [
        node.name
        for node in tree.body
        if isinstance(node, PUBLIC)
        and not node.name.startswith("_")
        and not ast.get_docstring(node)
    ]
    assert not silent, "give each of these one good sentence"


@pytest.mark.parametrize(
    ("pattern", "advice"),
    [
        (r"\b(TODO|FIXME|XXX)\b", "finish it, or open an issue"),
        (r"NotImplementedError", "finish it, or leave it out"),
        (r"(?<![\w.])float\(", "no float may touch a figure"),
        (r"""execute\(\s*f["']""", "no SQL from strings: name parameters, compose identifiers"),
        (
            r"\b(LISTEN|NOTIFY|pg_advisory\w*|nextval|LOCK TABLE)\b",
            "correctness rests on head rows",
        ),
    ],
)
def test_no_source_holds(pattern, advice):
    found = [name(path) for path in SOURCES if re.search(pattern, path.read_text())]
    assert not found, advice


def test_no_file_names_a_path_of_one_machine():
    pattern = re.compile(r"(?<![\w.])/" + "(?:" + "|".join(("work", "root", "Users")) + ")/")
    found = [path for path, text in texts() if pattern.search(text)]
    assert not found, "write paths from the project's root"


def test_tests_are_no_packages_and_graphql_shadows_nothing():
    """An ``__init__.py`` there would shadow graphql-core, or tie tests to import order."""
    inits = [
        name(path) for top in ("graphql", "tests") for path in (ROOT / top).rglob("__init__.py")
    ]
    assert not inits


def test_tests_are_not_switched_off():
    """A skip needs a reason the reader can act on; an expected failure is a failure."""
    off = re.compile(r"mark\.(xfail|skip)\b|\bassert " + "True\b")
    found = [name(p) for p in (ROOT / "tests").rglob("*.py") if off.search(p.read_text())]
    assert not found
