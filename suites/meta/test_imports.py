"""Who may import whom."""

import ast
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
STANDARD = sys.stdlib_module_names | {"__future__", "tomli"} if sys.version_info >= (3, 10) else set()
HOUSE = {"reference", "suites", "reports", "conftest"}
SUITES = sorted({path.parent.name for path in ROOT.glob("suites/*/__init__.py")} - {"kit", "meta"})

RULES = {
    "reference": {"numpy", "mpmath", "reference"},
    "suites/kit": {
        "torch", "numpy", "hypothesis", "pytest", "packaging", "threadpoolctl", "reference", "suites.kit",
    },
    "reports": {"pytest", "_pytest", "xdist", "jinja2", "rich", "packaging", "torch", "numpy", "hypothesis", "reports"},
    **{
        f"suites/{suite}": {
            "torch", "torchvision", "numpy", "hypothesis", "pytest", "reference", "suites.kit", f"suites.{suite}",
        }
        for suite in SUITES
    },
}  # fmt: skip
#: What is timed is what other suites judge: their networks and algorithms, with their formulas.
RULES["suites/benchmarks"] |= {"suites.training", "suites.optim"}


def imported(path):
    """The modules that a file imports, absolute, each with its first line."""
    package = path.relative_to(ROOT).with_suffix("").parts[:-1]
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from ((alias.name, node.lineno) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = ".".join(package[: len(package) - node.level + 1]) if node.level else ""
            module = ".".join(part for part in (base, node.module) if part)
            yield from ((f"{module}.{alias.name}", node.lineno) for alias in node.names)


def allowed(module, permitted):
    return module.split(".")[0] in STANDARD or any(
        module == name or module.startswith(name + ".") for name in permitted
    )


@pytest.mark.skipif(sys.version_info < (3, 10), reason="sys.stdlib_module_names")
@pytest.mark.parametrize("folder", RULES)
def test_imports_only_what_it_may(folder):
    found = [
        f"{path.relative_to(ROOT)}:{line} imports {module}"
        for path in sorted((ROOT / folder).rglob("*.py"))
        for module, line in imported(path)
        if not allowed(module, RULES[folder])
    ]

    assert not found, "\n".join(found)


def test_a_reference_that_imports_torch_is_seen():
    assert not allowed("torch.nn", RULES["reference"])
    assert not allowed("suites.operators.test_matmul", RULES["suites/tensors"])
