"""Bad input gets one clear line and exit code 2; nothing is run and nothing is lost."""

import pytest
import torch

from suites.meta.house import House

CLAIM = '''
@documents("torch.ones")
def test_is_one(device, dtype):
    """Its values are ones."""
    close(torch.ones(2, dtype=dtype, device=device), np.ones(2), dtype=dtype, device=device)
'''
ABSENT = next(name for name in ("xpu", "mps", "cuda") if not (name == "cuda" and torch.cuda.is_available()))


@pytest.fixture(scope="module")
def house(tmp_path_factory):
    made = House(tmp_path_factory.mktemp("house"))
    made.write(CLAIM)
    return made


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        (["--device", ABSENT], f"--device {ABSENT}: not available in torch"),
        (["--device", "cpu,quantum"], "--device quantum: this torch knows no such device"),
        (["--device", "meta"], "--device meta: its tensors have no values to compare"),
        (["--device", ","], "--device names at least one device"),
        (["--dtype", "float31"], "torch has no dtype 'float31'"),
        (["--profile", "thorough"], "--profile is one of quick, default, soak"),
        (["--seed", "lucky"], "--seed is a whole number, not 'lucky'"),
        (["--record", "/dev/null/runs"], "/dev/null/runs"),
    ],
)
def test_is_refused(house, arguments, line):
    code, output = house.run("-n0", *arguments)

    assert code == 2
    assert line in output
    assert "Traceback" not in output and len(output.splitlines()) < 12


REFUSING = """
import torch

def without_doubles(*shape, dtype, device):
    if dtype is torch.float64:
        raise TypeError("Cannot convert a MPS Tensor to float64 dtype as the MPS framework doesn't support float64.")
    raise TypeError("another error")

torch.ones = without_doubles
"""


def test_a_device_without_doubles_is_not_judged_by_them(house):
    (house.root / "refusing.py").write_text(REFUSING)
    code, output = house.run("-n0", "-rs", "-p", "refusing")

    assert code == 1
    assert "1 failed, 1 skipped" in output
    assert "the device has no float64" in output


def test_a_broken_file_of_deviations_is_refused(house):
    path = house.root / "suites" / "deviations.toml"
    path.write_text("[[deviation]]\nclaim = 'suites/test_claims.py::test_is_none'\n")
    code, output = house.run("-n0")
    path.write_text("")

    assert code == 2
    assert "deviations.toml, deviation 1: give exactly" in output and "Traceback" not in output


def test_the_header_names_what_is_judged(house):
    code, output = house.run("-n0", "--seed", "7", "--dtype", "float64")

    assert code == 0
    assert f"torch {torch.__version__}" in output and "CPU capability" in output
    assert "profile default, seed 7" in output and "1 passed" in output


def test_cells_are_devices_times_dtypes(house):
    house.run("-n0")

    claims = [line for line in house.record() if line["kind"] == "claim"]
    assert {line["claim"] for line in claims} == {"suites/test_claims.py::test_is_one"}
    assert [(line["device"], line["dtype"]) for line in claims] == [("cpu", "float64"), ("cpu", "float32")]
