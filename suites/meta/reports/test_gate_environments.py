"""An environment of the gate is what was asked for, is built whole or not at all, and is built once."""

from __future__ import annotations

import sys

import pytest

from reports.gate import build
from reports.gate.build import Recipe, commands, dependencies, interpreter
from reports.gate.side import GateError, side

ASKED = {
    "2.13.0": ("torch==2.13.0", {"2.13.0": True, "2.13.0+cpu": True, "2.13.1": False}),
    "2.13.0+cpu": ("torch==2.13.0+cpu", {"2.13.0+cpu": True, "2.13.0+cu132": False}),
    "torch>=2.12,<2.14": ("torch<2.14,>=2.12", {"2.13.1+cpu": True, "2.14.0": False}),
    "torch": ("torch", {"2.16.0.dev20261101+cpu": True}),
    "2.16.0.dev20261101": ("torch==2.16.0.dev20261101", {"2.16.0.dev20261101+cpu": True, "2.16.0": False}),
}


@pytest.mark.parametrize("text", ASKED)
def test_a_side_knows_what_to_install_and_what_it_accepts(text):
    asked = side("candidate", text)
    requirement, versions = ASKED[text]

    assert asked.requirement == requirement
    assert {version: asked.accepts(version) for version in versions} == versions


def test_a_wheel_is_a_side(tmp_path):
    wheel = tmp_path / "torch-2.13.0+cpu-cp311-cp311-linux_x86_64.whl"
    wheel.touch()
    asked = side("candidate", str(wheel))

    assert asked.requirement.startswith("torch @ file://")
    assert asked.accepts("2.13.0+cpu")
    assert not asked.accepts("2.13.0+cu132")


def test_an_interpreter_is_taken_as_it_is_called(tmp_path):
    link = tmp_path / "python"
    link.symlink_to(sys.executable)
    asked = side("candidate", str(link))

    assert interpreter(asked, Recipe(tmp_path), tmp_path / "log") == link
    assert asked.accepts("2.13.0a0+gitf00d")


@pytest.mark.parametrize(("version", "companions"), [("1.13.1", ["numpy<2"]), ("2.2.2", ["numpy<2"]), ("2.3.0", [])])
def test_a_torch_of_numpy_1_gets_it(version, companions):
    assert side("baseline", version).companions == companions


def test_the_suite_needs_what_its_project_says_beside_torch():
    assert "pytest>=8.2" in dependencies()
    assert not [name for name in dependencies() if name.startswith("torch")]


@pytest.mark.parametrize("tool", ["/bin/uv", None])
def test_torch_alone_comes_from_an_index_of_its_own(tmp_path, monkeypatch, tool):
    monkeypatch.setattr(build.shutil, "which", lambda name: tool)
    make, rest, torch = commands(side("candidate", "2.13.0"), "https://x.test/cpu", tmp_path)

    assert make[0] == (tool or sys.executable)
    assert "torch==2.13.0" not in rest
    assert "pytest>=8.2" in rest
    assert torch[-3:] == ["--index-url", "https://x.test/cpu", "torch==2.13.0"]


def test_without_an_index_all_is_resolved_together(tmp_path):
    _, together = commands(side("candidate", "1.13.1"), None, tmp_path)

    assert {"torch==1.13.1", "numpy<2", "pytest>=8.2"} < set(together)


@pytest.fixture
def built(tmp_path, monkeypatch):
    """Count what is built where building is making a folder."""
    ran = []

    def made(side, index, place):
        ran.append(place)
        script = (
            "import pathlib, sys; p = pathlib.Path(sys.argv[1], 'bin'); p.mkdir(parents=True); (p / 'python').touch()"
        )
        return [[sys.executable, "-c", script, str(place)]]

    monkeypatch.setattr(build, "commands", made)
    return ran


def test_an_environment_is_built_once(tmp_path, built):
    asked = side("candidate", "2.13.0")
    first, second = (interpreter(asked, Recipe(tmp_path / "cache"), tmp_path / "log") for _ in range(2))

    assert first == second
    assert first.exists()
    assert len(built) == 1
    assert not built[0].exists()


@pytest.mark.parametrize("recipe", [{"fresh": True}, {"index_url": "https://x.test"}])
def test_an_environment_is_built_again_where_it_is_wanted_otherwise(tmp_path, built, recipe):
    asked = side("candidate", "2.13.0")
    interpreter(asked, Recipe(tmp_path / "cache"), tmp_path / "log")
    interpreter(asked, Recipe(tmp_path / "cache", **recipe), tmp_path / "log")

    assert len(built) == 2


def test_an_environment_that_cannot_be_built_leaves_nothing_but_a_log(tmp_path, monkeypatch):
    failing = [sys.executable, "-c", "import sys; print('no such release'); sys.exit(1)"]
    monkeypatch.setattr(build, "commands", lambda side, index, place: [["mkdir", str(place)], failing])

    with pytest.raises(GateError, match="no such release") as refused:
        interpreter(side("candidate", "9.9.9"), Recipe(tmp_path / "cache"), tmp_path / "log")
    assert refused.value.code == 2
    assert list((tmp_path / "cache").iterdir()) == []
    assert "no such release" in (tmp_path / "log").read_text(encoding="utf-8")


def test_a_cache_that_cannot_be_written_is_one_line(tmp_path, built):
    (tmp_path / "cache").touch()

    with pytest.raises(GateError) as refused:
        interpreter(side("candidate", "2.13.0"), Recipe(tmp_path / "cache"), tmp_path / "log")
    assert "\n" not in str(refused.value)
