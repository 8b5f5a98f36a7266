"""Result dtypes worked out by hand from the rules."""

import pytest

from reference import promotion


@pytest.mark.parametrize(("dtype", "expected"), [("bool", 0), ("uint8", 1), ("int64", 1), ("bfloat16", 2),
                                                 ("float64", 2), ("complex64", 3)])  # fmt: skip
def test_category(dtype, expected):
    assert promotion.category(dtype) == expected


@pytest.mark.parametrize(
    ("a", "b", "expected"),
    [
        ("bool", "bool", "bool"), ("bool", "uint8", "uint8"), ("int8", "uint8", "int16"), ("int16", "uint8", "int16"),
        ("int32", "int64", "int64"), ("int64", "float16", "float16"), ("int64", "bfloat16", "bfloat16"),
        ("float16", "bfloat16", "float32"), ("bfloat16", "bfloat16", "bfloat16"), ("bfloat16", "float32", "float32"),
        ("float64", "bfloat16", "float64"), ("float16", "float32", "float32"), ("float64", "complex64", "complex128"),
        ("float16", "complex64", "complex64"), ("int64", "complex64", "complex64"),
        ("complex64", "complex128", "complex128"),
    ],
)  # fmt: skip
def test_promote_types(a, b, expected):
    assert promotion.promote_types(a, b) == promotion.promote_types(b, a) == expected


@pytest.mark.parametrize(
    ("dimensioned", "zero_dim", "scalars", "expected"),
    [
        (["float32"], ["float64"], [], "float32"), (["int32"], ["int64"], [], "int32"),
        (["int64"], ["float16"], [], "float16"), (["bool"], ["int8"], [], "int8"), (["uint8"], [], ["int64"], "uint8"),
        (["int32"], [], ["float32"], "float32"), ([], ["int32"], ["int64"], "int32"), ([], [], ["int64"], "int64"),
        (["float64"], [], ["complex64"], "complex128"), (["int8", "uint8"], ["int64"], [], "int16"),
        (["bool"], ["int32"], ["float32"], "float32"), (["float16"], ["int64"], ["float32"], "float16"),
    ],
)  # fmt: skip
def test_result_type(dimensioned, zero_dim, scalars, expected):
    assert promotion.result_type(dimensioned, zero_dim, scalars) == expected


def test_can_cast():
    assert promotion.can_cast("float64", "float16") and promotion.can_cast("int64", "uint8")
    assert not promotion.can_cast("float16", "int64") and not promotion.can_cast("complex64", "float64")
    assert not promotion.can_cast("int8", "bool") and promotion.can_cast("bool", "int8")


def test_default_of():
    assert promotion.default_of("int8", "float64") == "float64" and promotion.default_of("bool", "float32") == "float32"
    assert promotion.default_of("float16", "float64") == "float16"
