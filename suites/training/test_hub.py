"""torch.hub.load_state_dict_from_url: where the file of an address is kept, how it is called, and its hash."""

import hashlib
import pathlib
import tempfile

import numpy as np
import pytest
import torch

from suites.kit import close, documents

URL = "torch.hub.load_state_dict_from_url"
WEIGHTS = np.arange(3.0)


def file_of_weights(folder):
    """A file of weights, and a place to keep what is loaded, both new."""
    root = pathlib.Path(tempfile.mkdtemp(dir=folder))
    torch.save({"w": torch.from_numpy(WEIGHTS)}, root / "net.pth")
    return root / "net.pth", root / "kept"


def load(url, kept, **settings):
    return torch.hub.load_state_dict_from_url(url, str(kept), progress=False, **settings)


@documents(URL)
@pytest.mark.parametrize(("settings", "name"), [({}, "net.pth"), ({"file_name": "other.pth"}, "other.pth")], ids=str)
def test_keeps_the_file_under_its_name(settings, name, tmp_path):
    """The file is kept in model_dir under the name that the address ends with, unless file_name= says another."""
    path, kept = file_of_weights(tmp_path)
    found = load(path.as_uri(), kept, **settings)

    close(found["w"], WEIGHTS)
    assert [held.name for held in kept.iterdir()] == [name]


@documents(URL)
def test_fetches_a_file_once(tmp_path):
    """A file that is in model_dir already is loaded from there, whatever is behind the address."""
    path, kept = file_of_weights(tmp_path)
    load(path.as_uri(), kept)
    path.unlink()

    close(load(path.as_uri(), kept)["w"], WEIGHTS)


@documents(URL)
def test_checks_the_hash_if_told(tmp_path):
    """With check_hash=True a file whose SHA256 does not begin with the digits in its name raises RuntimeError and is
    not kept; one whose does is loaded.
    """
    path, kept = file_of_weights(tmp_path)
    digits = hashlib.sha256(path.read_bytes()).hexdigest()[:8]
    right, wrong = (path.with_name(f"net-{name}.pth") for name in (digits, "0" * 8))
    right.write_bytes(path.read_bytes())
    wrong.write_bytes(path.read_bytes())

    close(load(right.as_uri(), kept, check_hash=True)["w"], WEIGHTS)
    with pytest.raises(RuntimeError, match="hash"):
        load(wrong.as_uri(), kept, check_hash=True)
    assert [held.name for held in kept.iterdir()] == [right.name]


@documents(URL)
def test_puts_tensors_where_told(tmp_path):
    """map_location says where tensors are put, as in torch.load."""
    path, kept = file_of_weights(tmp_path)

    assert load(path.as_uri(), kept, map_location="meta")["w"].is_meta
