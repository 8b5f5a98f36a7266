"""Whatever ends a claim or a run, the record keeps what was known and says what happened."""

from __future__ import annotations

import os
import signal
import sys

import pytest

from reports.__main__ import main

AROUND = "def test_before(): pass\n{}\ndef test_after(): pass\n"
DEATHS = """
def test_aborts(): os.abort()
def test_is_killed(): os.kill(os.getpid(), signal.SIGKILL)
def test_faults(): os.kill(os.getpid(), signal.SIGSEGV)
"""


def test_a_claim_that_kills_its_worker_is_crashed_and_the_rest_runs(suite):
    done = suite.run(AROUND.format(DEATHS), "-n", 2)

    assert suite.outcomes() == {
        **dict.fromkeys(("test_before", "test_after"), "passed"),
        **dict.fromkeys(("test_aborts", "test_is_killed", "test_faults"), "crashed"),
    }
    assert suite.read().footer["counts"] == {"passed": 2, "crashed": 3}
    assert done.returncode == 1


def test_a_crashed_claim_keeps_its_statement_and_heading(suite):
    suite.run("def test_dies(device):\n    'It lives.'\n    os.abort()", "-n", 1)
    (claim,) = suite.read().claims

    assert (claim.statement, claim.guide, claim.device) == ("It lives.", ["Tensors"], "cpu")


def test_a_claim_over_its_time_is_hung_and_the_rest_runs(suite):
    hang = "def test_waits(): threading.Event().wait()"
    done = suite.run(AROUND.format(hang), "-n", 2, "--limit=1")

    assert suite.outcomes() == {"test_before": "passed", "test_waits": "hung", "test_after": "passed"}
    assert "in test_waits" in done.stderr  # where it stood
    assert done.returncode == 1


@pytest.mark.parametrize("limit", ["soon", "-1", "nan", "inf", ""])
def test_a_limit_that_is_no_number_of_seconds_is_refused(suite, limit):
    done = suite.run("def test_it(): pass", f"--limit={limit}")

    assert done.returncode == 2
    assert f"--limit is a number of seconds, 0 or more, not {limit!r}" in done.stdout + done.stderr


def test_a_limit_of_zero_is_none(suite):
    suite.run("def test_passes(): pass", "--limit=0")

    assert suite.read().header["limit"] is None
    assert suite.outcomes() == {"test_passes": "passed"}


def test_a_run_whose_only_process_dies_names_the_claim_it_was_in(suite, capsys):
    suite.run(AROUND.format("def test_dies(): os.abort()"))

    assert suite.outcomes() == {"test_before": "passed", "test_dies": "crashed"}
    assert suite.read().footer is None
    assert main(["show", str(suite.records)]) == 3
    assert "test_it.py::test_dies" in capsys.readouterr().out


def stop(suite, number: int, *options: object) -> int:
    """Send a signal to a run while its second claim waits, and give its exit status."""
    fifo = suite.folder / "running"
    os.mkfifo(fifo)
    suite.write(AROUND.format(f"def test_waits():\n    open({str(fifo)!r}, 'w').close()\n    threading.Event().wait()"))
    process = suite.process(*options)
    fifo.open().close()  # opens when the claim does
    process.send_signal(number)
    process.communicate(timeout=60)
    return process.returncode


def test_control_c_leaves_a_whole_record_that_says_so(suite, capsys):
    status = stop(suite, signal.SIGINT)

    assert suite.read().footer["interrupted"] is True
    assert suite.outcomes()["test_before"] == "passed"
    assert "test_after" not in suite.outcomes()
    assert status == 2
    assert main(["show", str(suite.records)]) == 3
    assert "interrupted" in capsys.readouterr().out


def test_killing_the_run_loses_nothing_that_was_known(suite):
    stop(suite, signal.SIGKILL)

    assert suite.outcomes() == {"test_before": "passed", "test_waits": "crashed"}
    assert suite.read().complete is False


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="only Linux has a disk that is always full")
def test_a_full_disk_keeps_what_is_on_it_and_ends_the_run_with_2(suite):
    fill = (
        "def test_fills_the_disk(request):\n"
        "    recorder = request.config.pluginmanager.get_plugin('torch-conformance-recorder')\n"
        "    os.dup2(os.open('/dev/full', os.O_WRONLY), recorder.writer._file)"
    )
    done = suite.run(AROUND.format(fill))

    assert suite.outcomes()["test_before"] == "passed"
    assert done.returncode == 2
    assert "3 passed" in done.stdout
    assert "is incomplete: No space left on device" in done.stdout


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="only Linux has a disk that is always full")
def test_a_disk_that_is_full_from_the_start_ends_the_run_before_any_claim(suite):
    full = (
        "import os, reports.writer\n"
        "reports.writer.os.open = lambda *rest, real=os.open: real('/dev/full', os.O_WRONLY)"
        " if str(rest[0]).endswith('.jsonl') else real(*rest)\n"
    )
    wiring = suite.folder / "conftest.py"
    wiring.write_text(full + wiring.read_text(encoding="utf-8"), encoding="utf-8")
    done = suite.run("def test_a(): open('ran', 'w')")

    assert done.returncode == 2
    assert "No space left on device; choose another folder: --record=DIR" in done.stdout + done.stderr
    assert not (suite.folder / "ran").exists()


def test_a_folder_that_cannot_be_made_ends_the_run_before_any_claim(suite):
    (suite.folder / "file").write_text("in the way")
    suite.records = suite.folder / "file" / "records"
    done = suite.run("def test_a(): open('ran', 'w')")

    assert done.returncode == 2
    assert "cannot write a record to" in done.stdout + done.stderr
    assert "--record=DIR" in done.stdout + done.stderr
    assert not (suite.folder / "ran").exists()


def test_a_whole_run_below_the_floor_is_red(suite):
    suite.write("", "suites/__init__.py")
    (suite.folder / "suites" / "floor.toml").write_text("[comparisons]\ndefault = 7\n")
    claims = "def test_a(device): pass\ndef test_b(): pass"
    done = suite.run(claims, "--whole")

    assert done.returncode == 1
    assert "6 comparisons on cpu are below the floor of 7 for the profile 'default'" in done.stdout
    assert suite.read().footer["exit"] == 1


def test_a_part_of_the_suite_has_no_floor(suite):
    assert suite.run("def test_a(): pass").returncode == 0


def test_a_whole_run_without_a_floor_is_red(suite):
    done = suite.run("def test_a(): pass", "--whole")

    assert done.returncode == 1
    assert "has no floor" in done.stdout
