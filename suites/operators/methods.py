"""The in-place methods of torch.Tensor: one row each, with the arguments that call it."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import torch

from suites.kit import draw, tensor


class Of(NamedTuple):
    """An argument: a random tensor of this shape, of the dtype of the tensor the method is called on unless given."""

    shape: tuple[int, ...]
    dtype: torch.dtype | None = None


class Method(NamedTuple):
    """An in-place method, its arguments for a tensor of this shape and dtype, and its out-of-place form."""

    name: str
    arguments: tuple[Any, ...] = ()
    shape: tuple[int, ...] = (3, 4)
    dtype: torch.dtype = torch.float64
    functional: str = ""

    def __str__(self) -> str:
        return f"Tensor.{self.name}"

    def array(self) -> np.ndarray:
        """Random values for the tensor, the same each time; the last is NaN where the dtype has it."""
        values = random(len(self.name), self.shape, self.dtype)
        values.flat[-1] = np.nan if values.dtype.kind == "f" else values.flat[-1]
        return values

    def parts(self, device: str) -> tuple[Any, ...]:
        """The arguments: random tensors where a shape stands, tensors of arrays, and anything else as it is."""
        return tuple(_argument(value, 100 + i, self.dtype, device) for i, value in enumerate(self.arguments))

    def in_place(self, x: torch.Tensor, device: str) -> torch.Tensor:
        """Call the method."""
        return getattr(x, self.name)(*self.parts(device))

    def out_of_place(self, x: torch.Tensor, device: str) -> torch.Tensor:
        """Call the form without the underscore, a method of Tensor or a function of torch."""
        name = self.functional or self.name[:-1]
        owner = torch.Tensor if hasattr(torch.Tensor, name) else torch
        return getattr(owner, name)(x, *self.parts(device))


def random(seed: int, shape: tuple[int, ...], dtype: torch.dtype) -> np.ndarray:
    """Values around 0 that differ from each other; integers and bool for such dtypes."""
    return draw.filled(np.random.default_rng(seed), shape, "normal", dtype)


def _argument(value: Any, seed: int, dtype: torch.dtype, device: str) -> Any:
    if isinstance(value, Of):
        kind = value.dtype or dtype
        return tensor(random(seed, value.shape, kind), device, kind)
    if isinstance(value, np.ndarray):
        return tensor(value, device)
    return tuple(_argument(part, seed, dtype, device) for part in value) if isinstance(value, tuple) else value


OTHER = (Of((3, 4)),)
ROWS = np.array([2, 0])
COLUMNS = np.array([[0, 2, 1, 0], [1, 0, 2, 2]])
MASK = np.array([[True, False, False, True], [False, True, True, False], [True, True, False, False]])
INT = torch.int64

ALONE = (
    "abs absolute acos acosh arccos arccosh arcsin arcsinh arctan arctanh asin asinh atan atanh ceil cos cosh "
    "deg2rad digamma erf erfc erfinv exp exp2 expm1 fix floor frac i0 lgamma log log10 log1p log2 logical_not "
    "logit nan_to_num neg negative rad2deg reciprocal relu round rsqrt sgn sigmoid sign sin sinc sinh sqrt "
    "square tan tanh trunc"
)
UNARY = tuple(Method(f"{name}_") for name in ALONE.split())
CONJUGATE = (Method("conj_physical_", dtype=torch.complex128),)
WITH_OTHER = (
    "add arctan2 atan2 copysign div divide eq float_power floor_divide fmod ge greater greater_equal gt "
    "heaviside hypot igamma igammac ldexp le less less_equal logical_and logical_or logical_xor lt mul multiply "
    "ne nextafter not_equal pow remainder sub subtract true_divide xlogy"
)
BINARY = tuple(Method(f"{name}_", OTHER) for name in WITH_OTHER.split())
INTEGRAL = (
    Method("bitwise_and_", OTHER, dtype=INT),
    Method("bitwise_left_shift_", (2,), dtype=INT),
    Method("bitwise_not_", dtype=INT),
    Method("bitwise_or_", OTHER, dtype=INT),
    Method("bitwise_right_shift_", (2,), dtype=INT),
    Method("bitwise_xor_", OTHER, dtype=INT),
    Method("gcd_", OTHER, dtype=INT),
    Method("lcm_", OTHER, dtype=INT),
)
FILLING = (
    Method("clamp_", (-0.5, 0.5)),
    Method("clamp_max_", (0.25,)),
    Method("clamp_min_", (-0.25,)),
    Method("clip_", (-0.5, 0.5)),
    Method("copy_", (Of((4,)),), functional="expand_as_other"),
    Method("fill_", (2.5,), functional="full_like"),
    Method("zero_", functional="zeros_like"),
)
TERNARY = (
    Method("addcdiv_", (Of((3, 4)), Of((3, 1)))),
    Method("addcmul_", (Of((3, 4)), Of((4,)))),
    Method("lerp_", (Of((3, 4)), Of((4,)))),
    Method("masked_fill_", (MASK, 7.5)),
    Method("masked_scatter_", (MASK, Of((6,)))),
)
PRODUCTS = (
    Method("addbmm_", (Of((2, 3, 5)), Of((2, 5, 4)))),
    Method("addmm_", (Of((3, 5)), Of((5, 4)))),
    Method("addmv_", (Of((3, 5)), Of((5,))), (3,)),
    Method("addr_", (Of((3,)), Of((4,)))),
    Method("baddbmm_", (Of((2, 3, 5)), Of((2, 5, 4))), (2, 3, 4)),
)
ALONG = (
    Method("cumprod_", (0,)),
    Method("cumsum_", (1,)),
    Method("fill_diagonal_", (9.0,), functional="-"),
    Method("index_add_", (0, ROWS, Of((2, 4)))),
    Method("index_copy_", (0, ROWS, Of((2, 4)))),
    Method("index_fill_", (1, ROWS, 4.0)),
    Method("index_put_", ((ROWS,), Of((2, 4)))),
    Method("index_reduce_", (0, ROWS, Of((2, 4)), "prod")),
    Method("mvlgamma_", (1,)),
    Method("polygamma_", (1,), functional="-"),
    Method("put_", (np.array([11, 0, 5]), Of((3,)))),
    Method("renorm_", (2, 0, 0.5)),
    Method("scatter_", (0, COLUMNS, Of((2, 4)))),
    Method("scatter_add_", (0, COLUMNS, Of((2, 4)))),
    Method("scatter_reduce_", (0, COLUMNS, Of((2, 4)), "amax")),
    Method("tril_", (-1,)),
    Method("triu_", (1,)),
)
#: They change the shape and not the memory.
SHAPES = (
    Method("squeeze_", (1,), (3, 1, 4)),
    Method("swapaxes_", (0, 2), (2, 3, 4)),
    Method("swapdims_", (0, 1), (2, 3, 4)),
    Method("t_"),
    Method("transpose_", (0, -1), (2, 3, 4)),
    Method("unsqueeze_", (1,)),
    Method("as_strided_", ((2, 2), (4, 1))),
)
#: Their values are random.
RANDOM = (
    Method("bernoulli_", (0.5,)),
    Method("cauchy_"),
    Method("exponential_"),
    Method("geometric_", (0.5,)),
    Method("log_normal_"),
    Method("normal_"),
    Method("random_"),
    Method("uniform_"),
)
VALUES = (*UNARY, *CONJUGATE, *BINARY, *INTEGRAL, *FILLING, *TERNARY, *PRODUCTS, *ALONG)

#: What has no row, and why.
APART = {
    "apply_": "calls a Python function for each element; has a claim of its own",
    "map_": "calls a Python function for each element; has a claim of its own",
    "map2_": "is not documented",
    "detach_": "changes the graph, not the values",
    "requires_grad_": "changes the graph, not the values",
    "rename_": "names dimensions",
    "resize_": "has claims of its own",
    "resize_as_": "has claims of its own",
    "resize_as_sparse_": "is of sparse tensors",
    "set_": "takes over another tensor's storage: has a claim of its own",
    "share_memory_": "moves the storage to shared memory",
    "sparse_resize_": "is of sparse tensors",
    "sparse_resize_and_clear_": "is of sparse tensors",
}
