"""What a run ran on, and the documentation installed there: the one module of the reports that touches torch."""

from __future__ import annotations

import hashlib
import os
import platform
import re
import subprocess
import sys
import warnings
from collections.abc import Callable, Sequence
from importlib import metadata
from pathlib import Path
from typing import Any, Optional

from reports.inventory import signature

VARIABLES = re.compile(
    r"(PY)?TORCH|OMP_|MKL_|KMP_|CUDA_|CUBLAS_|CUDNN_|NVIDIA_|ATEN_|DNNL_|ONEDNN_|HSA_|PYTHONHASHSEED"
)
SECRETS = re.compile(r"TOKEN|SECRET|PASSW|KEY|CREDENTIAL")
LONGEST_DOCSTRING = 20_000


def environment(devices: Sequence[str]) -> dict[str, Any]:
    """Describe this process: Python, NumPy, torch and the machine under them."""
    return {
        "python": sys.version.replace("\n", " "),
        "executable": sys.executable,
        "numpy": version("numpy"),
        **torch_build(devices),
        "os": platform.platform(),
        "processors": os.cpu_count(),
        "hypothesis": version("hypothesis"),
        "pytest": version("pytest"),
        "variables": {name: value for name, value in sorted(os.environ.items()) if _tells(name)},
    }


def torch_build(devices: Sequence[str]) -> dict[str, Any]:
    """Describe the torch that this process imports, or say why it cannot be imported."""
    try:
        import torch
    except Exception as error:  # whatever a broken build raises is what the header should say
        return {"torch": None, "torch error": f"{type(error).__name__}: {error}"}
    build = torch.__config__.show()
    return {
        "torch": str(torch.__version__),
        "torch path": torch.__file__,
        "torch git": getattr(torch.version, "git_version", None),
        "torch cuda": getattr(torch.version, "cuda", None),
        "torch build": build,
        "cpu capability": capability(build),
        "threads": torch.get_num_threads(),
        "accelerators": {name: _accelerator(name) for name in devices if name != "cpu"},
    }


def suite(root: Path) -> dict[str, Optional[str]]:
    """Say which commit and version of the suite this is, as far as git and the installation know."""
    commit = _git(root, "rev-parse", "HEAD")
    changed = commit and _git(root, "status", "--porcelain")
    return {"version": version("torch-conformance"), "commit": f"{commit} with changes" if changed else commit}


def version(package: str) -> Optional[str]:
    """Give the installed version of a package, None where it is not installed."""
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return None


def documentation(name: str, docstring: Callable[[str], Optional[str]]) -> dict[str, Optional[str]]:
    """Give the installed docstring of a documented name, its hash and the signature, so that runs can be compared."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # to look at a deprecated name is not to use it
        told = signature(name)
        try:
            text = docstring(name)
        except Exception:  # a name that this torch lacks, or a lazy module that fails to load, has no docstring
            text = None
    if text is None:
        return {"name": name, "sha256": None, "text": None, "signature": told}
    digest = hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
    return {"name": name, "sha256": digest, "text": text[:LONGEST_DOCSTRING], "signature": told}


def capability(build: str) -> Optional[str]:
    """Find the vector instructions that torch uses in what it says of its build."""
    found = re.search(r"CPU capability usage: (.+)", build)  # torch.backends.cpu has it only from 2.0 on
    return found.group(1).strip() if found else None


def _accelerator(device: str) -> Optional[str]:
    import torch

    try:
        return str(getattr(torch, device.partition(":")[0]).get_device_name(device))
    except Exception:  # not every backend can name its devices
        return None


def _git(root: Path, *arguments: str) -> Optional[str]:
    try:
        command = ["git", "-C", str(root), *arguments]
        done = subprocess.run(command, capture_output=True, text=True, timeout=10, check=True)
    except (OSError, subprocess.SubprocessError):
        return None
    return done.stdout.strip()


def _tells(name: str) -> bool:
    return bool(VARIABLES.match(name)) and not SECRETS.search(name)
