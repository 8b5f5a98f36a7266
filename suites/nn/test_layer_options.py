"""Options of layers that no formula of a function shows: modes of padding, sizes asked for, parameters left out."""

import numpy as np
import pytest
import torch
import torch.nn as nn
import torch.nn.functional as F
from hypothesis import given
from hypothesis import strategies as st

from reference import spatial
from reference.convolution import conv_transpose, convolution
from reference.normalization import batch_norm_running, group_norm, instance_norm, rms_norm
from suites.kit import array, bound, close, documents, draw, tensor, unchanged

#: The modes of padding and numpy's names for them.
MODES = {"reflect": "reflect", "replicate": "edge", "circular": "wrap", "zeros": "constant"}
EXACT = bound.Bound(0, 0, signed_zeros=False)

pytestmark = pytest.mark.filterwarnings("ignore:Using padding='same' with even kernel lengths")


def filled(module, seed, device):
    """The module in float64 with parameters of small integers."""
    for place, value in enumerate(module.parameters()):
        value.data = tensor(draw.lattice(seed + place, value.shape), device)
    return module.to(device)


@pytest.mark.parametrize(
    "dimensions", [pytest.param(n, marks=documents(f"torch.nn.Conv{n}d"), id=f"{n}d") for n in (1, 2, 3)]
)
@pytest.mark.parametrize("mode", MODES)
@given(seed=draw.seeds(), same=st.booleans(), bias=st.booleans())
def test_pads_by_its_mode(dimensions, mode, seed, same, bias, device):
    """A convolution with a padding_mode is that of the padded image, by as many places as told on each side, or by
    those that keep the size.
    """
    rng = np.random.default_rng(seed)
    kernel = tuple(int(n) for n in rng.integers(1, 4, dimensions))
    sizes = [(k - 1) // 2 for k in kernel] if same else [int(n) for n in rng.integers(0, 3, dimensions)]
    behind = [k - 1 - size for k, size in zip(kernel, sizes)] if same else sizes
    padding = "same" if same else tuple(sizes)
    x = draw.lattice(seed, (2, 3, *(4 + n for n in range(dimensions))))
    kind = getattr(nn, f"Conv{dimensions}d")
    module = filled(kind(3, 2, kernel, padding=padding, padding_mode=mode, bias=bias).double(), seed + 1, device)

    padded = np.pad(x, ((0, 0), (0, 0), *zip(sizes, behind)), mode=MODES[mode])
    expected = convolution(padded, *(array(value) for value in module.parameters()))
    close(module(tensor(x, device)), expected, EXACT, device=device)
    assert (module.bias is None) == (not bias)


@pytest.mark.parametrize(
    "dimensions", [pytest.param(n, marks=documents(f"torch.nn.ConvTranspose{n}d"), id=f"{n}d") for n in (1, 2, 3)]
)
@given(seed=draw.seeds(), more=st.integers(0, 2), whole=st.booleans())
def test_output_size_chooses_among_the_sizes(dimensions, seed, more, whole, device):
    """output_size, of the sides or of the whole shape, takes the place of output_padding, up to a stride more."""
    x = draw.lattice(seed, (2, 3, *(3 + n for n in range(dimensions))))
    module = filled(getattr(nn, f"ConvTranspose{dimensions}d")(3, 2, 2, 3, 1).double(), seed + 1, device)
    sides = tuple(3 * (n - 1) + more for n in x.shape[2:])
    found = module(tensor(x, device), output_size=(2, 2, *sides) if whole else list(sides))

    expected = conv_transpose(x, *(array(v) for v in module.parameters()), stride=3, padding=1, output_padding=more)
    close(found, expected, EXACT, device=device)


@documents("torch.nn.ConvTranspose1d", "torch.nn.ConvTranspose2d", "torch.nn.ConvTranspose3d")
@pytest.mark.parametrize("dimensions", [1, 2, 3])
@pytest.mark.parametrize("side", [5, 9, 1000])
def test_output_size_beyond_the_sizes_raises(dimensions, side, device):
    """An output_size that no output_padding below the stride gives raises ValueError."""
    module = getattr(nn, f"ConvTranspose{dimensions}d")(1, 1, 2, 3, 1).to(device)
    x = tensor(np.zeros((1, 1, *(3,) * dimensions), "float32"), device)

    with pytest.raises(ValueError):
        module(x, output_size=(side,) * dimensions)


@documents("torch.nn.functional.rms_norm", "torch.nn.RMSNorm", since="2.4")
@pytest.mark.parametrize("size", [1e-9, 1e-4, 1.0])
@given(seed=draw.seeds())
def test_rms_norm_adds_the_epsilon_of_its_dtype(seed, size, dtype, device):
    """Without eps the mean of the squares is raised by the machine epsilon of the input's dtype."""
    x = draw.cast(size * draw.normal(seed, 4, 17), dtype)
    expected = rms_norm(x.astype("float64"), eps=float(np.finfo(x.dtype).eps))

    for found in (F.rms_norm(tensor(x, device), (17,)), nn.RMSNorm(17, dtype=dtype, device=device)(tensor(x, device))):
        close(found, expected, bound.Bound(64, np.abs(expected)), dtype=dtype, device=device)


PLAIN = {
    "GroupNorm": lambda: nn.GroupNorm(2, 4, affine=False),
    "LayerNorm": lambda: nn.LayerNorm(5, elementwise_affine=False),
    "BatchNorm1d": lambda: nn.BatchNorm1d(4, affine=False),
    "InstanceNorm1d": lambda: nn.InstanceNorm1d(4),
}
SCALING = {
    "GroupNorm": lambda: nn.GroupNorm(2, 4),
    "LayerNorm": lambda: nn.LayerNorm(5),
    "BatchNorm1d": lambda: nn.BatchNorm1d(4),
    "InstanceNorm1d": lambda: nn.InstanceNorm1d(4, affine=True),
}


@pytest.mark.parametrize("name", [pytest.param(n, marks=documents(f"torch.nn.{n}")) for n in PLAIN])
def test_affine_says_whether_it_learns(name, device):
    """Without affine or elementwise_affine a normalisation has no parameters and gives what it gives with a weight of
    ones and a bias of zeros, with which it starts.
    """
    plain, learning = PLAIN[name]().double().to(device), SCALING[name]().double().to(device)
    x = tensor(draw.normal(1, 3, 4, 5), device)

    assert not list(plain.parameters())
    assert (plain.weight, plain.bias) == (None, None)
    assert [n for n, _ in learning.named_parameters()] == ["weight", "bias"]
    close(plain(x), array(learning(x)), bound.Bound(4, 4.0, signed_zeros=False), device=device)


@documents("torch.nn.LayerNorm", since="2.1")
def test_layer_norm_without_a_bias_has_a_weight(device):
    """With bias=False a LayerNorm has a weight, that scales, and no bias."""
    module, x = nn.LayerNorm(5, bias=False).double().to(device), tensor(draw.normal(1, 3, 5), device)
    expected = array(module(x)) * np.arange(5.0)

    assert [name for name, _ in module.named_parameters()] == ["weight"]
    assert module.bias is None
    module.weight.data = tensor(np.arange(5.0), device)
    close(module(x), expected, bound.Bound(4, np.abs(expected), signed_zeros=False), device=device)


def instances(seed, count=3):
    """Batches of three channels and seven places, each channel about a mean of its own."""
    return [2 * draw.normal(seed + i, 4, 3, 7) + draw.normal(seed + i, 1, 3, 1) for i in range(count)]


@documents("torch.nn.InstanceNorm1d", "torch.nn.InstanceNorm2d", "torch.nn.functional.instance_norm")
@given(seed=draw.seeds(), momentum=st.sampled_from((0.1, 0.25, 1.0)), batched=st.booleans())
def test_instance_statistics_follow_the_batches(seed, momentum, batched, device):
    """With track_running_stats an instance normalisation normalises each sample by itself in training, and moves its
    running mean and unbiased variance by the momentum to the averages over the samples of each batch.
    """
    module = nn.InstanceNorm1d(3, momentum=momentum, track_running_stats=True).double().to(device)
    mean, var = np.zeros(3), np.ones(3)
    for x in instances(seed):
        x = x if batched else x[:1]
        found = module(tensor(x if batched else x[0], device))
        close(found if batched else found[None], instance_norm(x), bound.Norm(65536.0), device=device)
        moved = [batch_norm_running(sample[None], mean, var, momentum) for sample in x]
        mean, var = (np.mean(parts, axis=0) for parts in zip(*moved))

    close(module.running_mean, mean, bound.Bound(64, np.abs(mean) + 4), device=device)
    close(module.running_var, var, bound.Bound(64, var + 4), device=device)


@documents("torch.nn.InstanceNorm1d", "torch.nn.functional.instance_norm")
@given(seed=draw.seeds(), tracking=st.booleans())
def test_instances_are_evaluated_by_what_was_tracked(seed, tracking, device):
    """In evaluation an instance normalisation takes its running statistics, if any, and leaves them alone."""
    module = nn.InstanceNorm1d(3, track_running_stats=tracking).double().to(device)
    x, y = instances(seed, 2)
    module(tensor(x, device))
    with unchanged(*module.buffers()):
        found = module.eval()(tensor(y, device))

    expected = instance_norm(y)
    if tracking:
        mean, var = (array(value)[:, None] for value in (module.running_mean, module.running_var))
        expected = (y - mean) / np.sqrt(var + 1e-5)
    close(found, expected, bound.Norm(65536.0), device=device)
    assert len(module.state_dict()) == 3 * tracking


@pytest.mark.parametrize("kind", [pytest.param(k, marks=documents(f"torch.nn.{k}")) for k in ("RNN", "LSTM", "GRU")])
@pytest.mark.parametrize("bidirectional", [False, True])
def test_dropout_acts_between_layers_alone(kind, bidirectional, device):
    """dropout=1 makes all that a layer hands to the next zero, and nothing of what the last one gives."""
    settings = {"num_layers": 3, "bidirectional": bidirectional}
    module = getattr(nn, kind)(5, 4, dropout=1.0, **settings).double().to(device)
    last = getattr(nn, kind)(4 * (1 + bidirectional), 4, bidirectional=bidirectional).double().to(device)
    last.load_state_dict({name.replace("_l2", "_l0"): value for name, value in module.state_dict().items()
                          if "_l2" in name})  # fmt: skip
    x = tensor(draw.normal(0, 6, 2, 5), device)

    expected = last(tensor(np.zeros((6, 2, 4 * (1 + bidirectional))), device))[0]
    close(module(x)[0], array(expected), bound.Bound(64, 1.0), device=device)
    assert (array(expected) != 0).all()


@documents("torch.nn.Transformer.generate_square_subsequent_mask", "torch.nn.Transformer")
@pytest.mark.parametrize("size", [1, 2, 5, 33])
def test_subsequent_mask_hides_what_comes_later(size, device):
    """The mask is 0 up to the diagonal and -inf above."""
    expected = np.triu(np.full((size, size), -np.inf, "float32"), 1)

    close(nn.Transformer.generate_square_subsequent_mask(size, device=device), expected, device=device)


@documents(
    "torch.nn.functional.alpha_dropout", "torch.nn.functional.feature_alpha_dropout", "torch.nn.functional.dropout"
)
@pytest.mark.parametrize("name", ["dropout", "alpha_dropout", "feature_alpha_dropout", "dropout1d", "dropout2d"])
def test_drops_in_place_if_asked(name, device):
    """With inplace=True the input itself takes the values that the function gives, and is what is returned."""
    shape = (2, 8, 5, 4)[: 3 if name == "dropout1d" else 4]
    x, function = tensor(draw.normal(0, *shape), device), getattr(F, name)
    torch.manual_seed(1)
    expected = array(function(x, 0.5, training=True))
    torch.manual_seed(1)

    assert function(x, 0.5, training=True, inplace=True) is x
    close(x, expected, device=device)


@documents("torch.nn.functional.pixel_shuffle", "torch.nn.functional.pixel_unshuffle", "torch.nn.PixelShuffle")
@pytest.mark.parametrize("name", ["pixel_shuffle", "pixel_unshuffle"])
@pytest.mark.parametrize("layout", ["contiguous", "channels last"])
def test_shuffles_images_of_any_leading_sides(name, layout, device):
    """Images may have any sides before channels, height and width, however they lie in memory."""
    x = draw.normal(0, 2, 3, 4, 2, 6)
    found = getattr(F, name)(tensor(draw.laid_out(x, layout), device), 2)

    close(found, getattr(spatial, name)(x, 2), device=device)


@documents("torch.nn.functional.group_norm", "torch.nn.GroupNorm")
@pytest.mark.parametrize("layout", ["contiguous", "channels last"])
@pytest.mark.parametrize("mean", [0.0, 100.0])
def test_group_norm_does_not_depend_on_the_layout(mean, layout, dtype, device):
    """Group normalisation has the digits of its input, about any mean, with channels first or last in memory."""
    x, w, b = (draw.cast(draw.normal(i, *s) + m, dtype) for i, s, m in ((0, (2, 18, 5, 4), mean), (1, (18,), 0),
                                                                       (2, (18,), 0)))  # fmt: skip
    expected = group_norm(*(values.astype("float64") for values in (x, w, b)), groups=3)

    found = F.group_norm(tensor(draw.laid_out(x, layout), device), 3, tensor(w, device), tensor(b, device))
    scale = np.abs(w[None, :, None, None]) * (4 + mean) + np.abs(b[None, :, None, None])
    close(found, expected, bound.Bound(16, scale, signed_zeros=False), dtype=dtype, device=device)


INITIALISERS = {
    "uniform_": {}, "normal_": {}, "trunc_normal_": {}, "xavier_uniform_": {}, "xavier_normal_": {},
    "kaiming_uniform_": {}, "kaiming_normal_": {}, "orthogonal_": {}, "sparse_": {"sparsity": 0.3},
}  # fmt: skip


@pytest.mark.parametrize("name", [pytest.param(n, marks=documents(f"torch.nn.init.{n}", since="2.3"))
                                  for n in INITIALISERS])  # fmt: skip
def test_draws_from_the_generator_it_is_given(name, device):
    """With generator= an initialiser draws from that generator, again after the same seed, and from no other."""
    function, before = getattr(nn.init, name), torch.get_rng_state()
    generator = torch.Generator(device)
    drawn = [
        array(function(tensor(np.zeros((7, 5), "float32"), device), **INITIALISERS[name],
                       generator=generator.manual_seed(seed)))
        for seed in (1, 1, 2)
    ]  # fmt: skip

    close(tensor(drawn[1]), drawn[0])
    assert (drawn[0] != drawn[2]).any()
    assert torch.equal(torch.get_rng_state(), before)
