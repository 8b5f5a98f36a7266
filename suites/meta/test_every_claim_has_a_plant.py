"""No claim without a wrong answer that it was seen to reject."""

import importlib
import pkgutil

import suites
import suites.meta.plants

APART = ("suites.kit", "suites.meta", "suites.benchmarks")


def modules(package):
    """All modules of a package and its subpackages, imported."""
    found = pkgutil.walk_packages(package.__path__, package.__name__ + ".")
    return [importlib.import_module(info.name) for info in found if not info.name.startswith(APART)]


def claims():
    """The claims by name: every test of every suite."""
    return {
        f"{module.__name__}.{name}"
        for module in modules(suites)
        for name, value in vars(module).items()
        if name.startswith("test_") and callable(value)
    }


def planted():
    """The claims that reject some planted wrong answer."""
    found = pkgutil.iter_modules(suites.meta.plants.__path__, suites.meta.plants.__name__ + ".")
    tables = [importlib.import_module(info.name).PLANTS for info in found]
    return {f"{plant.claim.__module__}.{plant.claim.__name__}" for table in tables for plant in table}


def test_every_claim_has_a_plant():
    missing = claims() - planted()

    assert not missing, "plant a wrong answer in suites/meta/plants for:\n" + "\n".join(sorted(missing))


def test_no_plant_is_left_without_a_claim():
    assert planted() <= claims()
