"""An accelerator in pure Python, for machines without one: load it with ``-p suites.meta.fake_accelerator``.

Tensors on the device ``fake`` say that they lie there and hold no memory that the CPU can reach; their bytes are in a
storage on the host that only this module knows. Every operator is carried out on the CPU over those bytes. So a claim
that forgets its device, mixes devices or looks at memory directly fails here as it would on a GPU.

It stands on torch's private ways to write a backend in Python, which torch 2.13 has.
"""

from __future__ import annotations

from typing import Any

import torch
from torch.utils._pytree import tree_map
from torch.utils.backend_registration import _DummyBackendModule, _setup_privateuseone_for_python_backend

NAME, DEVICE = "fake", "fake:0"
CPU = torch._C.DispatchKeySet(torch._C.DispatchKey.CPU)
SET_STORAGE = torch.ops.aten.set_.source_Storage_storage_offset


class Module(_DummyBackendModule):
    """``torch.fake``: one device, which waits for nothing."""

    def synchronize(self, device: Any = None) -> None:
        """Wait for the device, which is always done."""

    def get_amp_supported_dtype(self) -> list[torch.dtype]:
        """What autocast may compute in."""
        return [torch.bfloat16, torch.float16]

    def get_device_name(self, device: Any = None) -> str:
        """The model of the accelerator."""
        return "an accelerator in pure Python"


def is_fake(thing: Any) -> bool:
    """Whether something is a tensor on the device."""
    return isinstance(thing, torch.Tensor) and thing.device.type == NAME


def host(tensor: torch.Tensor) -> torch.Tensor:
    """A CPU tensor over the bytes of a tensor on the device, with its shape, strides and bits."""
    bare = torch.empty(0, dtype=tensor.dtype)
    bare.set_(tensor.untyped_storage().host, tensor.storage_offset(), tensor.shape, tensor.stride())
    torch._C._set_conj(bare, tensor.is_conj())
    torch._C._set_neg(bare, tensor.is_neg())
    return bare


class Shell(torch.Tensor):
    """A tensor without values, made for its storage."""

    __torch_dispatch__ = None


def storage_for(memory: torch.UntypedStorage) -> torch.UntypedStorage:
    """A storage on the device that stands for bytes on the host."""
    shell = torch.Tensor._make_wrapper_subclass(Shell, (memory.nbytes(),), dtype=torch.uint8, device=DEVICE)
    storage = shell.untyped_storage()
    storage.host = memory
    return storage


def lay(tensor: torch.Tensor, over: torch.UntypedStorage, inside: torch.Tensor) -> torch.Tensor:
    """Let a tensor on the device lie over a storage as a host tensor does over its own."""
    SET_STORAGE.redispatch(CPU, tensor, over, inside.storage_offset(), inside.shape, inside.stride())
    torch._C._set_conj(tensor, inside.is_conj())
    torch._C._set_neg(tensor, inside.is_neg())
    return tensor


class Call:
    """One operator carried out on the host: what went in, and what stands for which bytes."""

    def __init__(self) -> None:
        self.given: list[tuple[torch.Tensor, torch.Tensor]] = []
        self.known: dict[int, torch.UntypedStorage] = {}

    def enter(self, thing: Any) -> Any:
        """An argument as the host knows it."""
        if isinstance(thing, torch.device) and thing.type == NAME:
            return torch.device("cpu")
        if isinstance(thing, torch.UntypedStorage) and thing.device.type == NAME:
            self.known[thing.host._cdata] = thing
            return thing.host
        if not is_fake(thing):
            return thing
        inside = host(thing)
        self.given.append((thing, inside))
        self.known[inside.untyped_storage()._cdata] = thing.untyped_storage()
        return inside

    def leave(self, thing: Any) -> Any:
        """A result as the device knows it: an argument that was written to is that argument."""
        if not isinstance(thing, torch.Tensor):
            return thing
        for outside, inside in self.given:
            if thing is inside:
                return outside
        return lay(torch._C._acc.create_empty_tensor((0,), thing.dtype), self.over(thing), thing)

    def over(self, inside: torch.Tensor) -> torch.UntypedStorage:
        """The storage on the device for the bytes of a host tensor; a new one where they are new or have grown."""
        memory = inside.untyped_storage()
        known = self.known.get(memory._cdata)
        if known is None or known.nbytes() != memory.nbytes():
            known = self.known[memory._cdata] = storage_for(memory)
        return known

    def settle(self) -> None:
        """Let arguments that were reshaped or moved (resize_, set_, out=) lie as their twins on the host do."""
        for outside, inside in self.given:
            moved = self.over(inside)._cdata != outside.untyped_storage()._cdata
            if moved or where(outside) != where(inside):
                lay(outside, self.over(inside), inside)


def where(tensor: torch.Tensor) -> tuple[Any, ...]:
    """How a tensor lies over its storage."""
    return tensor.storage_offset(), tensor.shape, tensor.stride(), tensor.is_conj(), tensor.is_neg()


def with_tensors(operator: Any, args: tuple[Any, ...]) -> list[Any]:
    """The arguments, with a tensor for each number that stands where the host's operator takes nothing else."""
    if torch._C._should_allow_numbers_as_tensors(operator._schema.name.split("::")[-1]):
        return list(args)
    wanted = [isinstance(argument.type, torch.TensorType) for argument in operator._schema.arguments]
    widest = {float: torch.float64, complex: torch.complex128}
    return [
        torch.tensor(arg, dtype=widest.get(type(arg)))
        if tensor and isinstance(arg, (bool, int, float, complex))
        else arg
        for arg, tensor in zip(args, wanted)
    ]


def on_the_host(operator: Any, *args: Any, **options: Any) -> Any:
    """Carry out any operator on the CPU."""
    call = Call()
    results = operator(*tree_map(call.enter, with_tensors(operator, args)), **tree_map(call.enter, options))
    call.settle()
    return tree_map(call.leave, results)


def copy_from(source: torch.Tensor, target: torch.Tensor, non_blocking: bool = False) -> torch.Tensor:
    """Copy between the device and the CPU, or within the device."""
    call = Call()
    call.enter(target).copy_(call.enter(source))
    return target


def convolve(*args: Any) -> Any:
    """The convolution that torch looks for on devices like this one."""
    return on_the_host(torch.ops.aten.convolution, *args)


def convolve_backward(grad: torch.Tensor, image: torch.Tensor, weight: torch.Tensor, *args: Any) -> Any:
    """Its gradients; that of the bias has a number for each channel of the result."""
    return on_the_host(torch.ops.aten.convolution_backward, grad, image, weight, [grad.shape[1]], *args)


def clone_storage(original: Any) -> Any:
    """``UntypedStorage.clone``, for deep copies, which would read memory that is not there."""
    return lambda self: storage_for(self.host.clone()) if self.device.type == NAME else original(self)


_setup_privateuseone_for_python_backend(NAME, Module())
FALLBACK = torch.library.Library("_", "IMPL")
FALLBACK.fallback(on_the_host, "PrivateUse1")
ATEN = torch.library.Library("aten", "IMPL")
ATEN.impl("_copy_from", copy_from, "PrivateUse1")
ATEN.impl("convolution_overrideable", convolve, "PrivateUse1")
ATEN.impl("convolution_backward_overrideable", convolve_backward, "PrivateUse1")
for bit in ("Conjugate", "Negative"):  # the copy on the host resolves them; torch would by a copy, without end
    ATEN.impl("_copy_from", torch.library.fallthrough_kernel, bit)
torch.UntypedStorage.clone = clone_storage(torch.UntypedStorage.clone)  # type: ignore[method-assign]
