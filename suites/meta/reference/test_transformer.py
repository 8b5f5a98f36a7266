"""Values of the layers of a transformer that were worked out by hand."""

import numpy as np

from reference import transformer
from suites.meta.reference.checks import near

ONE = {"in_proj_weight": np.ones((3, 1)), "out_proj.weight": np.ones((1, 1))}
X = np.array([[[0.0], [1.0]]])
HIDDEN = np.array([[0.0, -np.inf], [0.0, -np.inf]])


def first(p, **settings):
    """The output for the first query, which is 0 and thus sees all keys alike."""
    return transformer.attention(X, X, X, p, heads=1, **settings)[0][0, 0]


def test_attention():
    near(first(ONE), [0.5])
    near(first(ONE, mask=HIDDEN), [0])
    near(first(ONE, add_zero_attn=True), [1 / 3])
    near(first({**ONE, "bias_k": np.zeros((1, 1, 1)), "bias_v": np.full((1, 1, 1), 2.0)}), [1])
    near(first({**ONE, "in_proj_bias": np.array([0.0, 0, 3]), "out_proj.bias": np.array([1.0])}), [4.5])


def test_attention_of_maps_apart():
    p = {"q_proj_weight": np.ones((1, 1)), "k_proj_weight": np.ones((1, 1)), "v_proj_weight": np.full((1, 1), 4.0)}
    near(first({**p, "out_proj.weight": np.ones((1, 1))}), [2])


def test_attention_weights_of_two_heads():
    p = {"in_proj_weight": np.concatenate([np.zeros((4, 2)), np.eye(2)]), "out_proj.weight": np.eye(2)}
    x = np.array([[[1.0, 2.0], [3.0, 6.0]]])
    out, weights = transformer.attention(x, x, x, p, heads=2)
    near(out, [[[2, 4], [2, 4]]])
    near(weights, np.full((1, 2, 2, 2), 0.5))


def zeros(*blocks):
    """Parameters of a layer whose blocks give zeros, and whose norms double."""
    p = {"linear1.weight": np.zeros((3, 2)), "linear2.weight": np.zeros((2, 3))}
    for number, block in enumerate(blocks, start=1):
        p |= {f"{block}.in_proj_weight": np.zeros((6, 2)), f"{block}.out_proj.weight": np.eye(2)}
        p |= {f"norm{number}.weight": np.full(2, 2.0)}
    return p | {f"norm{len(blocks) + 1}.weight": np.full(2, 2.0)}


def test_layers_of_zeros():
    x = np.array([[[1.0, 3.0]]])
    p, q = zeros("self_attn"), zeros("self_attn", "multihead_attn")
    near(transformer.encoder_layer(x, p, heads=1, eps=0.0), [[[-2, 2]]])
    near(transformer.encoder_layer(x, p, heads=1, norm_first=True), x)
    near(transformer.decoder_layer(x, x, q, heads=1, eps=0.0), [[[-2, 2]]])
    near(transformer.decoder_layer(x, x, q, heads=1, norm_first=True), x)


def test_feed_forward():
    p = {"linear1.weight": np.array([[1.0], [-1.0]]), "linear2.weight": np.array([[2.0, 3.0]])}
    near(transformer.feed_forward(np.array([-1.0]), p, lambda x: np.maximum(x, 0)), [3])
    near(transformer.feed_forward(np.array([1.0]), {**p, "linear2.bias": np.array([1.0])}, lambda x: x), [0])


def test_parts_and_norms():
    near(transformer.part({"a.b": X, "c": 2 * X}, "a.")["b"], X)
    p = {"norm.weight": np.array([2.0, 3.0]), "norm.bias": np.array([1.0, 1.0])}
    near(transformer.normalised(np.array([1.0, 3.0]), p, "norm", 0.0), [-1, 4])
