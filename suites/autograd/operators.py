"""The differentiable operators that the claims run over, each beside its NumPy form."""

import math

import numpy as np
import torch
import torch.nn.functional as F

from reference import analytic
from suites.autograd.record import Operator as Op
from suites.autograd.record import above_one, away, distinct, inside, moderate, positive, unit
from suites.kit import tensor

POINTWISE = (
    Op("torch.exp", torch.exp, np.exp),
    Op("torch.exp2", torch.exp2, lambda x: 2**x),
    Op("torch.expm1", torch.expm1, np.expm1),
    Op("torch.log", torch.log, np.log, domain=positive),
    Op("torch.log2", torch.log2, lambda x: np.log(x) / math.log(2), domain=positive),
    Op("torch.log10", torch.log10, lambda x: np.log(x) / math.log(10), domain=positive),
    Op("torch.log1p", torch.log1p, np.log1p, domain=inside),
    Op("torch.sin", torch.sin, np.sin),
    Op("torch.cos", torch.cos, np.cos),
    Op("torch.tan", torch.tan, np.tan, domain=inside),
    Op("torch.asin", torch.asin, np.arcsin, domain=inside),
    Op("torch.acos", torch.acos, np.arccos, domain=inside),
    Op("torch.atan", torch.atan, np.arctan, domain=inside),
    Op("torch.sinh", torch.sinh, np.sinh),
    Op("torch.cosh", torch.cosh, np.cosh),
    Op("torch.tanh", torch.tanh, np.tanh, domain=inside),
    Op("torch.asinh", torch.asinh, np.arcsinh, domain=inside),
    Op("torch.acosh", torch.acosh, np.arccosh, domain=above_one),
    Op("torch.atanh", torch.atanh, np.arctanh, domain=inside),
    Op("torch.sigmoid", torch.sigmoid, lambda x: 1 / (1 + np.exp(-x))),
    Op("torch.special.expit", torch.special.expit, lambda x: 1 / (1 + np.exp(-x))),
    Op("torch.logit", torch.logit, lambda x: np.log(x / (1 - x)), domain=unit),
    Op("torch.sqrt", torch.sqrt, np.sqrt, domain=positive),
    Op("torch.rsqrt", torch.rsqrt, lambda x: 1 / np.sqrt(x), domain=positive),
    Op("torch.square", torch.square, lambda x: x * x),
    Op("torch.reciprocal", torch.reciprocal, lambda x: 1 / x, domain=positive),
    Op("torch.neg", torch.neg, lambda x: -x),
    Op("torch.abs", torch.abs, analytic.absolute, domain=away),
    Op("torch.erf", torch.erf, analytic.erf, domain=moderate),
    Op("torch.erfc", torch.erfc, lambda x: 1 - analytic.erf(x), domain=moderate),
    Op("torch.sinc", torch.sinc, lambda x: np.sin(np.pi * x) / (np.pi * x), domain=positive),
    Op("torch.pow", lambda x: torch.pow(x, 3), lambda x: x**3, case="an integer exponent"),
    Op("torch.pow", lambda x: torch.pow(x, -2), lambda x: x**-2.0, domain=positive, case="a negative exponent"),
    Op("torch.pow", lambda x: torch.pow(x, 2.5), lambda x: x**2.5, domain=positive, case="a fractional exponent"),
    Op("torch.pow", lambda x: torch.pow(x, 0.5), lambda x: x**0.5, domain=positive, case="the exponent one half"),
    Op("torch.pow", lambda x: torch.pow(2.5, x), lambda x: 2.5**x, case="a number to the power of a tensor"),
    Op("torch.clamp", lambda x: torch.clamp(x, -0.1, 0.1), lambda x: analytic.clamp(x, -0.1, 0.1), domain=away),
    Op("torch.clamp", lambda x: x.clamp(min=0.0), lambda x: analytic.clamp(x, 0.0), domain=away, case="below only"),
    Op("torch.clamp", lambda x: x.clamp(max=0.0), lambda x: analytic.clamp(x, high=0.0), ("*",), away, "above only"),
    Op("torch.deg2rad", torch.deg2rad, lambda x: x * (math.pi / 180)),
    Op("torch.nan_to_num", torch.nan_to_num, lambda x: x),
    Op("torch.frac", torch.frac, lambda x: x - np.trunc(np.real(x)), domain=inside),
    Op("torch.clone", torch.clone, lambda x: x),
    Op("torch.sub", lambda x: 2.5 - x, lambda x: 2.5 - x, case="from a number"),
    Op("torch.div", lambda x: 2.5 / x, lambda x: 2.5 / x, domain=positive, case="of a number"),
    Op("torch.div", lambda x: x / -4.0, lambda x: x / -4.0, case="by a number"),
    Op("torch.mul", lambda x: 3 * x, lambda x: 3 * x, case="by a number"),
    Op("torch.remainder", lambda x: torch.remainder(x, 1.0), lambda x: x - np.floor(np.real(x)), domain=unit),
)  # fmt: skip

ACTIVATIONS = (
    Op("torch.relu", torch.relu, lambda x: np.where(np.real(x) > 0, x, 0), domain=away),
    Op("torch.nn.functional.leaky_relu", lambda x: F.leaky_relu(x, 0.2), lambda x: np.where(np.real(x) > 0, x, 0.2 * x),
       domain=away),
    Op("torch.nn.functional.gelu", F.gelu, analytic.gelu, domain=moderate),
    Op("torch.nn.functional.gelu", lambda x: F.gelu(x, approximate="tanh"), analytic.gelu_tanh, case="by tanh"),
    Op("torch.nn.functional.softplus", F.softplus, lambda x: np.log1p(np.exp(x))),
    Op("torch.nn.functional.softplus", lambda x: F.softplus(x, beta=2.0), lambda x: np.log1p(np.exp(2 * x)) / 2,
       case="beta 2"),
    Op("torch.nn.functional.silu", F.silu, lambda x: x / (1 + np.exp(-x))),
    Op("torch.nn.functional.logsigmoid", F.logsigmoid, lambda x: -np.log1p(np.exp(-x))),
    Op("torch.nn.functional.elu", lambda x: F.elu(x, 1.5),
       lambda x: np.where(np.real(x) > 0, x, 1.5 * np.expm1(x)), domain=away),
    Op("torch.nn.functional.softsign", F.softsign, lambda x: x / (1 + analytic.absolute(x)), domain=away),
    Op("torch.nn.functional.hardtanh", F.hardtanh, lambda x: analytic.clamp(x, -1, 1), domain=inside),
    Op("torch.softmax", lambda x: torch.softmax(x, -1), analytic.softmax, ("ab",)),
    Op("torch.softmax", lambda x: torch.softmax(x, 0), lambda x: analytic.softmax(x, 0), ("abc",), case="over rows"),
    Op("torch.log_softmax", lambda x: torch.log_softmax(x, -1), lambda x: x - analytic.logsumexp(x, -1, True), ("ab",)),
    Op("torch.log_softmax", lambda x: torch.log_softmax(x, 1), lambda x: x - analytic.logsumexp(x, 1, True), ("abc",),
       case="over the second"),
    Op("torch.nn.functional.softmin", lambda x: F.softmin(x, 1), lambda x: analytic.softmax(-x, 1), ("ab",)),
    Op("torch.nn.functional.glu", lambda x: F.glu(torch.cat([x, x * 2], 0), 0), lambda x: x / (1 + np.exp(-2 * x)),
       ("ab",)),
)  # fmt: skip

BINARY = (
    Op("torch.add", torch.add, np.add, ("ab", "b")),
    Op("torch.add", lambda x, y: torch.add(x, y, alpha=-3), lambda x, y: x - 3 * y, ("b", "ab"), case="alpha"),
    Op("torch.sub", torch.sub, np.subtract, ("a1", "1b")),
    Op("torch.sub", lambda x, y: torch.sub(x, y, alpha=2.5), lambda x, y: x - 2.5 * y, ("ab", "a1"), case="alpha"),
    Op("torch.rsub", lambda x, y: torch.rsub(x, y, alpha=2.5), lambda x, y: y - 2.5 * x, ("ab", "b"), case="alpha"),
    Op("torch.mul", torch.mul, np.multiply, ("abc", "b1")),
    Op("torch.mul", torch.mul, np.multiply, ("", "ab"), case="by a 0-dimensional tensor"),
    Op("torch.div", torch.div, np.divide, ("ab", "b"), positive),
    Op("torch.div", torch.div, np.divide, ("b", "ab"), positive, case="a larger denominator"),
    Op("torch.pow", torch.pow, np.power, ("ab", "b"), positive, case="two tensors"),
    Op("torch.atan2", torch.atan2, analytic.atan2, ("ab", "a1"), away),
    Op("torch.hypot", torch.hypot, lambda x, y: np.sqrt(x * x + y * y), ("ab", "b"), positive),
    Op("torch.maximum", lambda x, y: torch.maximum(x, y + 0.25),
       lambda x, y: np.where(np.real(x) > np.real(y) + 0.25, x, y + 0.25), ("*", "*"), distinct),
    Op("torch.minimum", lambda x, y: torch.minimum(x, y + 0.25),
       lambda x, y: np.where(np.real(x) < np.real(y) + 0.25, x, y + 0.25), ("ab", "b"), distinct),
    Op("torch.fmax", lambda x, y: torch.fmax(x, y + 0.25),
       lambda x, y: np.where(np.real(x) > np.real(y) + 0.25, x, y + 0.25), ("b", "ab"), distinct),
    Op("torch.logaddexp", torch.logaddexp, lambda x, y: np.log(np.exp(x) + np.exp(y)), ("ab", "1b")),
    Op("torch.xlogy", torch.xlogy, lambda x, y: x * np.log(y), ("ab", "b"), positive),
    Op("torch.lerp", lambda x, y: torch.lerp(x, y, 0.3), lambda x, y: x + 0.3 * (y - x), ("*", "*")),
    Op("torch.lerp", torch.lerp, lambda x, y, w: x + w * (y - x), ("ab", "b", "a1"), case="a weight tensor"),
    Op("torch.addcmul", lambda x, y, z: torch.addcmul(x, y, z, value=-1.5), lambda x, y, z: x - 1.5 * y * z,
       ("ab", "b", "a1")),
    Op("torch.addcdiv", lambda x, y, z: torch.addcdiv(x, y, z, value=0.5), lambda x, y, z: x + 0.5 * y / z,
       ("ab", "b", "ab"), positive),
    Op("torch.ldexp", lambda x: torch.ldexp(x, exponents(x)), lambda x: x * 2.0 ** exponents(x).numpy(), ("ab",)),
    Op("torch.copysign", lambda x: torch.copysign(x, -x.detach()), lambda x: -x, domain=away),
    Op("torch.dist", torch.dist, lambda x, y: analytic.norm(x - y), ("ab", "ab")),
    Op("torch.where", lambda x, y: torch.where(mask(x), x, y), lambda x, y: np.where(checkered(x), x, y), ("ab", "ab")),
    Op("torch.where", lambda x, y: torch.where(mask(x), x * y, x.exp()),
       lambda x, y: np.where(checkered(x), x * y, np.exp(x)), ("ab", "b"), case="of functions of the same tensor"),
    Op("torch.nn.functional.mse_loss", F.mse_loss, lambda x, y: np.mean((x - y) ** 2), ("ab", "ab")),
    Op("torch.nn.functional.l1_loss", lambda x, y: F.l1_loss(x, y + 9), lambda x, y: np.mean(y + 9 - x), ("ab", "ab")),
    Op("torch.nn.functional.smooth_l1_loss", F.smooth_l1_loss,
       lambda x, y: np.mean((x - y) ** 2) / 2, ("ab", "ab"), lambda x: inside(x) / 2),
    Op("torch.nn.functional.binary_cross_entropy_with_logits", F.binary_cross_entropy_with_logits,
       lambda x, y: np.mean(np.log1p(np.exp(x)) - x * y), ("ab", "ab")),
)  # fmt: skip

REDUCTIONS = (
    Op("torch.sum", torch.sum, np.sum),
    Op("torch.sum", lambda x: x.sum(0), lambda x: x.sum(0), ("abc",), case="over the first"),
    Op("torch.sum", lambda x: x.sum((0, -1), keepdim=True), lambda x: x.sum((0, -1), keepdims=True), ("abc",),
       case="over two, kept"),
    Op("torch.mean", torch.mean, np.mean),
    Op("torch.mean", lambda x: x.mean((1, 2)), lambda x: x.mean((1, 2)), ("abc",), case="over two"),
    Op("torch.prod", torch.prod, np.prod, domain=positive),
    Op("torch.prod", lambda x: x.prod(1), lambda x: x.prod(1), ("abc",), away, case="over the second"),
    Op("torch.var", torch.var, analytic.var, ("ae",)),
    Op("torch.var", lambda x: x.var(0, unbiased=False), lambda x: analytic.var(x, 0, 0), ("abc",), case="biased"),
    Op("torch.var", lambda x: x.var((0, 2), keepdim=True), lambda x: analytic.var(x, (0, 2), keepdims=True), ("abe",),
       case="over two, kept"),
    Op("torch.var", lambda x: torch.var(x, 1, unbiased=True), lambda x: analytic.var(x, 1), ("ae",), case="over rows"),
    Op("torch.std", lambda x: torch.std(torch.cat([x, -x])), lambda x: analytic.var(np.concatenate([x, -x])) ** 0.5,
       ("ab",), positive),
    Op("torch.std", lambda x: torch.cat([x, -x]).std(0, unbiased=False),
       lambda x: analytic.var(np.concatenate([x, -x]), 0, 0) ** 0.5, ("ab",), positive, case="biased"),
    Op("torch.amax", lambda x: x.amax(-1), lambda x: x.max(-1), ("abc",), distinct),
    Op("torch.amin", lambda x: x.amin((0, 1), keepdim=True), lambda x: x.min((0, 1), keepdims=True), ("abc",),
       distinct),
    Op("torch.max", torch.max, np.max, ("ab",), distinct),
    Op("torch.max", lambda x: x.max(1).values, lambda x: x.max(1), ("abc",), distinct, case="over the second"),
    Op("torch.min", lambda x: x.min(0, keepdim=True).values, lambda x: x.min(0, keepdims=True), ("ab",), distinct),
    Op("torch.median", lambda x: x.median(-1).values, lambda x: np.sort(x, -1)[..., (x.shape[-1] - 1) // 2], ("ab",),
       distinct),
    Op("torch.logsumexp", lambda x: x.logsumexp(-1), lambda x: analytic.logsumexp(x, -1), ("ab",)),
    Op("torch.logsumexp", lambda x: x.logsumexp((0, 2), keepdim=True),
       lambda x: analytic.logsumexp(x, (0, 2), True), ("abc",), case="over two, kept"),
    Op("torch.norm", torch.norm, analytic.norm, domain=away),
    Op("torch.linalg.vector_norm", lambda x: torch.linalg.vector_norm(x, 3, dim=1), lambda x: analytic.norm(x, 3, 1),
       ("abc",), away, case="order 3"),
    Op("torch.linalg.vector_norm", lambda x: torch.linalg.vector_norm(x, 1), lambda x: analytic.norm(x, 1), ("ab",),
       away, case="order 1"),
    Op("torch.linalg.vector_norm", lambda x: torch.linalg.vector_norm(x, math.inf, dim=0), lambda x: x.max(0), ("ab",),
       lambda x: distinct(x) + 9.0 * x.size, case="order infinity"),
    Op("torch.cumsum", lambda x: x.cumsum(1), lambda x: x.cumsum(1), ("abc",)),
    Op("torch.cumprod", lambda x: x.cumprod(-1), lambda x: x.cumprod(-1), ("ab",), away),
    Op("torch.cummax", lambda x: x.cummax(0).values, lambda x: np.maximum.accumulate(x, 0), ("ab",), distinct),
    Op("torch.trace", torch.trace, analytic.trace, ("aa",)),
    Op("torch.trace", torch.trace, analytic.trace, ("53",), case="of a tall matrix"),
    Op("torch.trace", torch.trace, analytic.trace, ("24",), case="of a wide matrix"),
    Op("torch.nansum", torch.nansum, np.sum),
)  # fmt: skip

PRODUCTS = (
    Op("torch.matmul", torch.matmul, np.matmul, ("ab", "bc")),
    Op("torch.matmul", torch.matmul, np.matmul, ("eab", "bc"), case="a batch by a matrix"),
    Op("torch.matmul", torch.matmul, np.matmul, ("ab", "ebc"), case="a matrix by a batch"),
    Op("torch.matmul", torch.matmul, np.matmul, ("d1ab", "ebc"), case="batches that broadcast"),
    Op("torch.matmul", torch.matmul, np.matmul, ("eab", "b"), case="a batch by a vector"),
    Op("torch.matmul", torch.matmul, np.matmul, ("a", "ab"), case="a vector by a matrix"),
    Op("torch.mm", torch.mm, np.matmul, ("ab", "bc")),
    Op("torch.mm", lambda x, y: torch.mm(x.t(), y), lambda x, y: x.T @ y, ("ba", "bc"), case="a transposed factor"),
    Op("torch.bmm", torch.bmm, np.matmul, ("eab", "ebc")),
    Op("torch.mv", torch.mv, np.matmul, ("ab", "b")),
    Op("torch.dot", torch.dot, np.dot, ("a", "a")),
    Op("torch.outer", torch.outer, np.outer, ("a", "b")),
    Op("torch.einsum", lambda x, y: torch.einsum("eij,ejk->eik", x, y), np.matmul, ("eab", "ebc")),
    Op("torch.einsum", lambda x, y: torch.einsum("ij,ij->j", x, y), lambda x, y: (x * y).sum(0), ("ab", "ab"),
       case="a column sum"),
    Op("torch.tensordot", lambda x, y: torch.tensordot(x, y, dims=([0, 2], [1, 0])),
       lambda x, y: np.tensordot(x, y, ([0, 2], [1, 0])), ("abc", "cad")),
    Op("torch.addmm", lambda x, y, z: torch.addmm(x, y, z, beta=0.5, alpha=-2), lambda x, y, z: 0.5 * x - 2 * (y @ z),
       ("c", "ab", "bc")),
    Op("torch.addmv", lambda x, y, z: torch.addmv(x, y, z, beta=2, alpha=3), lambda x, y, z: 2 * x + 3 * (y @ z),
       ("a", "ab", "b")),
    Op("torch.baddbmm", lambda x, y, z: torch.baddbmm(x, y, z, beta=-1, alpha=2), lambda x, y, z: 2 * (y @ z) - x,
       ("eac", "eab", "ebc")),
    Op("torch.kron", lambda x, y: torch.kron(x.contiguous(), y.contiguous()), np.kron, ("ab", "cd")),
    Op("torch.nn.functional.linear", F.linear, lambda x, w, b: x @ w.T + b, ("eab", "cb", "c")),
    Op("torch.nn.functional.bilinear", F.bilinear, lambda x, y, w: np.einsum("bi,oij,bj->bo", x, w, y),
       ("ea", "eb", "cab")),
    Op("torch.linalg.solve", lambda x, y: torch.linalg.solve(dominant(x), y),
       lambda x, y: np.linalg.solve(dominant(x), y), ("aa", "ab")),
    Op("torch.linalg.inv", lambda x: torch.linalg.inv(dominant(x)), lambda x: np.linalg.inv(dominant(x)), ("aa",)),
    Op("torch.linalg.det", lambda x: torch.linalg.det(dominant(x)), lambda x: np.linalg.det(dominant(x)), ("aa",)),
)  # fmt: skip

SHAPES = (
    Op("torch.permute", lambda x: x.permute(2, 0, 1), lambda x: x.transpose(2, 0, 1), ("abc",)),
    Op("torch.permute", lambda x: x.permute(-3, 0, 3, 2), lambda x: x.transpose(1, 0, 3, 2), ("abcd",),
       case="negative dimensions"),
    Op("torch.transpose", lambda x: x.transpose(0, -1), lambda x: x.swapaxes(0, -1), ("abc",)),
    Op("torch.movedim", lambda x: x.movedim(0, 2), lambda x: np.moveaxis(x, 0, 2), ("abcd",)),
    Op("torch.t", torch.t, np.transpose, ("ab",)),
    Op("torch.reshape", lambda x: x.reshape(-1), lambda x: x.reshape(-1), ("abc",)),
    Op("torch.reshape", lambda x: x.permute(1, 0, 2).reshape(-1, 1), lambda x: x.transpose(1, 0, 2).reshape(-1, 1),
       ("abc",), case="of a permuted tensor"),
    Op("torch.flatten", lambda x: torch.flatten(x, 1), lambda x: x.reshape(x.shape[0], -1), ("abc",)),
    Op("torch.unsqueeze", lambda x: x.unsqueeze(-2), lambda x: x[..., None, :], ("ab",)),
    Op("torch.squeeze", lambda x: x.squeeze(1), lambda x: x[:, 0], ("a1b",)),
    Op("torch.cat", lambda x, y: torch.cat([x, y, x], 1), lambda x, y: np.concatenate([x, y, x], 1), ("ab", "ac")),
    Op("torch.cat", lambda x, y: torch.cat([y, x], -2), lambda x, y: np.concatenate([y, x], -2), ("ab", "cb"),
       case="along the first"),
    Op("torch.stack", lambda x, y: torch.stack([x, y], 1), lambda x, y: np.stack([x, y], 1), ("ab", "ab")),
    Op("torch.split", lambda x: torch.split(x, 1)[-1] * x, lambda x: x[-1:] * x, ("ab",)),
    Op("torch.chunk", lambda x: torch.chunk(x, 2, 1)[0], lambda x: x[:, : (x.shape[1] + 1) // 2], ("ab",)),
    Op("torch.unbind", lambda x: torch.unbind(x, 1)[-1], lambda x: x[:, -1], ("abc",)),
    Op("torch.Tensor.expand", lambda x: x.expand(3, -1, 4), lambda x: np.broadcast_to(x, (3, x.shape[0], 4)), ("a1",)),
    Op("torch.broadcast_to", lambda x: torch.broadcast_to(x, (2, *x.shape)), lambda x: np.stack([x, x]), ("ab",)),
    Op("torch.Tensor.repeat", lambda x: x.repeat(2, 1, 3), lambda x: np.tile(x, (2, 1, 3)), ("ab",)),
    Op("torch.repeat_interleave", lambda x: x.repeat_interleave(3, 0), lambda x: x.repeat(3, 0), ("ab",)),
    Op("torch.tile", lambda x: torch.tile(x, (2, 2)), lambda x: np.tile(x, (2, 2)), ("ab",)),
    Op("torch.flip", lambda x: x.flip(0, -1), lambda x: np.flip(x, (0, -1)), ("abc",)),
    Op("torch.roll", lambda x: x.roll((1, -2), (0, 1)), lambda x: np.roll(x, (1, -2), (0, 1)), ("abc",)),
    Op("torch.rot90", torch.rot90, np.rot90, ("ab",)),
    Op("torch.narrow", lambda x: x.narrow(0, x.shape[0] - 1, 1), lambda x: x[-1:], ("ab",)),
    Op("torch.select", lambda x: x.select(1, -1), lambda x: x[:, -1], ("abc",)),
    Op("torch.Tensor.__getitem__", lambda x: x[::2, ..., -1], lambda x: x[::2, ..., -1], ("abc",), case="slices"),
    Op("torch.Tensor.__getitem__", lambda x: x[[0, -1, 0]], lambda x: x[[0, -1, 0]], ("ab",), case="repeats"),
    Op("torch.Tensor.__getitem__", lambda x: x[mask(x)], lambda x: x[checkered(x)], ("ab",), case="a mask"),
    Op("torch.diagonal", lambda x: x.diagonal(1, -1, 0), lambda x: x.diagonal(1, -1, 0), ("abc",)),
    Op("torch.diag", torch.diag, np.diag, ("a",)),
    Op("torch.diag_embed", lambda x: torch.diag_embed(x, 1), lambda x: np.diag(x, 1), ("a",)),
    Op("torch.tril", lambda x: x.tril(-1), lambda x: np.tril(x, -1), ("ab",)),
    Op("torch.triu", lambda x: x.triu(1), lambda x: np.triu(x, 1), ("eab",)),
    Op("torch.Tensor.unfold", lambda x: x.unfold(0, 1, 2), lambda x: x[::2, ..., None], ("ab",)),
    Op("torch.as_strided", lambda x: (x * 1).contiguous().as_strided((2, 2), (1, 1), 1),
       lambda x: x.reshape(-1)[[[1, 2], [2, 3]]], ("222",), case="overlapping"),
    Op("torch.nn.functional.pad", lambda x: F.pad(x, (1, 2, 0, 1)), lambda x: np.pad(x, ((0, 1), (1, 2))), ("ab",)),
    Op("torch.nn.functional.pad", lambda x: F.pad(x, (0, 2), mode="replicate"),
       lambda x: np.pad(x, ((0, 0), (0, 2)), "edge"), ("ab",), case="replicate"),
    Op("torch.meshgrid", lambda x, y: sum(torch.meshgrid(x, y * y, indexing="ij")), lambda x, y: y * y + x[:, None],
       ("a", "b")),
    Op("torch.Tensor.to", lambda x: x.to(torch.float64).to(x.dtype), lambda x: x, ("ab",)),
)  # fmt: skip

SELECTIONS = (
    Op("torch.gather", lambda x: x.gather(0, picks(x)), lambda x: np.take_along_axis(x, picks(x).numpy(), 0), ("ab",)),
    Op("torch.index_select", lambda x: x.index_select(1, columns(x)), lambda x: x[:, columns(x).numpy()], ("abc",)),
    Op("torch.take", lambda x: x.take(columns(x)), lambda x: x.reshape(-1)[columns(x).numpy()], ("ab",)),
    Op("torch.take_along_dim", lambda x: torch.take_along_dim(x, picks(x), 0),
       lambda x: np.take_along_axis(x, picks(x).numpy(), 0), ("ab",)),
    Op("torch.masked_select", lambda x: x.masked_select(mask(x)), lambda x: x[checkered(x)], ("ab",)),
    Op("torch.Tensor.masked_fill", lambda x: x.masked_fill(mask(x), 7.0), lambda x: np.where(checkered(x), 7.0, x),
       ("ab",)),
    Op("torch.Tensor.masked_fill", lambda x, v: x.masked_fill(mask(x), v), lambda x, v: np.where(checkered(x), v, x),
       ("ab", ""), case="with a tensor"),
    Op("torch.sort", lambda x: x.sort(1).values, lambda x: np.sort(x, 1), ("ab",), distinct),
    Op("torch.sort", lambda x: x.sort(0, descending=True).values, lambda x: -np.sort(-x, 0), ("ab",), distinct,
       case="descending"),
    Op("torch.topk", lambda x: x.topk(1, 1).values, lambda x: x.max(1, keepdims=True), ("ab",), distinct),
    Op("torch.kthvalue", lambda x: x.kthvalue(1, 0).values, lambda x: x.min(0), ("ab",), distinct),
    Op("torch.Tensor.index_add", lambda x, y: x.index_add(1, columns(x), y[:, [0, 0]], alpha=-2),
       lambda x, y: added(x, columns(x).numpy(), -2 * y[:, [0, 0]]), ("ab", "a1")),
    Op("torch.Tensor.index_copy", lambda x, y: x.index_copy(0, columns(x)[:1] * 0, y),
       lambda x, y: np.concatenate([y, x[1:]]), ("ab", "1b")),
    Op("torch.Tensor.scatter_add", lambda x, y: x.scatter_add(0, picks(x), y),
       lambda x, y: scattered(x, picks(x).numpy(), y), ("ab", "ab")),
    Op("torch.Tensor.index_put", lambda x, y: x.index_put((columns(x, 0),), y[[0, 0]], accumulate=True),
       lambda x, y: added(x.T, columns(x, 0).numpy(), y[[0, 0]].T).T, ("ab", "1b")),
    Op("torch.select_scatter", lambda x, y: torch.select_scatter(x, y, 1, 0),
       lambda x, y: np.concatenate([y[:, None], x[:, 1:]], 1), ("ab", "a")),
    Op("torch.slice_scatter", lambda x, y: torch.slice_scatter(x, y, 0, 0, 1, step=1),
       lambda x, y: np.concatenate([y, x[1:]]), ("ab", "1b")),
    Op("torch.diagonal_scatter", torch.diagonal_scatter, lambda x, y: x * (1 - np.eye(len(x))) + np.diag(y),
       ("aa", "a")),
    Op("torch.nn.functional.embedding", lambda x: F.embedding(picks(x), x), lambda x: x[picks(x).numpy()], ("ab",)),
    Op("torch.nn.functional.nll_loss", lambda x: F.nll_loss(x, columns(x).repeat(x.shape[0])[: x.shape[0]]),
       lambda x: -np.mean(x[np.arange(len(x)), np.tile(columns(x).numpy(), len(x))[: len(x)]]), ("ab",)),
)  # fmt: skip

#: Operators without a dependable forward mode.
REVERSE = (
    Op("torch.logcumsumexp", lambda x: x.logcumsumexp(0), lambda x: analytic.logcumsumexp(x, 0), ("ab",)),
    Op("torch.as_strided_scatter", lambda x, y: torch.as_strided_scatter(x, y, (1,), (1,), 1),
       lambda x, y: np.concatenate([x[:1], y, x[2:]]), ("4", "1")),
)  # fmt: skip

TABLE = (*POINTWISE, *ACTIVATIONS, *BINARY, *REDUCTIONS, *PRODUCTS, *SHAPES, *SELECTIONS)


def checkered(x):
    """A mask in the shape of x, true at every third element, the first one included."""
    return (np.arange(x.size) % 3 == 0).reshape(x.shape)


def mask(x):
    """The same mask as a tensor."""
    return tensor((np.arange(x.numel()) % 3 == 0).reshape(tuple(x.shape)), str(x.device))


def picks(x):
    """Row indices in the shape of x, with repeats."""
    return _index(np.arange(int(np.prod(x.shape))).reshape(tuple(x.shape)) * 7 % 5 % x.shape[0], x)


def columns(x, axis=1):
    """Two column indices, the last one and the first."""
    return _index(np.array([x.shape[axis] - 1, 0]), x)


def exponents(x):
    """Integers from -2 to 2 in the shape of x."""
    return _index(np.arange(int(np.prod(x.shape))).reshape(tuple(x.shape)) % 5 - 2, x)


def _index(values, x):
    return tensor(values.astype(np.int64), str(x.device) if isinstance(x, torch.Tensor) else "cpu")


def added(x, index, source):
    """x with the source added to its columns, repeats included."""
    result = x.astype(np.result_type(x, source))
    np.add.at(result, (slice(None), index), source)
    return result


def scattered(x, index, source):
    """x with source[i, j] added at [index[i, j], j]."""
    result = x.astype(np.result_type(x, source))
    np.add.at(result, (index, np.broadcast_to(np.arange(x.shape[1]), index.shape)), source)
    return result


def dominant(x):
    """A matrix far from singular."""
    size = x.shape[0]
    unit = np.eye(size) * 4 * size
    return x + (tensor(unit, str(x.device), x.dtype) if isinstance(x, torch.Tensor) else unit)
