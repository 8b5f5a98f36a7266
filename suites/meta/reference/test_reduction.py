"""Values of reference.reduction worked out by hand."""

import math

import numpy as np
import pytest

from reference import reduction
from suites.meta.reference.checks import near

X = np.array([[1.0, 2.0, 6.0], [3.0, 0.0, -3.0]])
GAPS = np.array([[1.0, np.nan, 5.0]])
LOGS = np.log(np.array([[1.0, 2.0, 5.0]]))
HAND = [
    ("sum", (X,), {}, 9.0),
    ("sum", (X, 0), {}, [4.0, 2.0, 3.0]),
    ("sum", (X, 1), {"keepdims": True}, [[9.0], [0.0]]),
    ("sum", (np.array([200, 100], np.uint8),), {}, 300),
    ("nansum", (GAPS, 1), {}, [6.0]),
    ("prod", (X, 1), {}, [12.0, 0.0]),
    ("mean", (X, 1), {}, [3.0, 0.0]),
    ("nanmean", (GAPS, 1), {}, [3.0]),
    ("var", (X, 1), {}, [7.0, 9.0]),
    ("var", (X, 1), {"correction": 0}, [14 / 3, 6.0]),
    ("std", (X, 1), {}, [math.sqrt(7), 3.0]),
    ("amax", (X, 0), {}, [3.0, 2.0, 6.0]),
    ("amin", (X, 0), {}, [1.0, 0.0, -3.0]),
    ("any", (X == 2, 1), {}, [True, False]),
    ("all", (X, 1), {}, [True, False]),
    ("all", (np.zeros((0,)),), {}, True),
    ("any", (np.zeros((0,)),), {}, False),
    ("count_nonzero", (X, 1), {}, [3, 2]),
    ("logsumexp", (LOGS, 1), {}, [math.log(8)]),
    ("logsumexp", (LOGS, (0, 1)), {"keepdims": True}, [[math.log(8)]]),
    ("norm", (np.array([3.0, -4.0]),), {}, 5.0),
    ("norm", (np.array([3.0, -4.0]),), {"ord": 1}, 7.0),
    ("norm", (np.array([3.0, -4.0]),), {"ord": np.inf}, 4.0),
    ("norm", (np.array([3.0, -4.0]),), {"ord": -np.inf}, 3.0),
    ("norm", (np.array([3.0, 0.0]),), {"ord": 0}, 1.0),
    ("argmax", (X, 1), {}, [2, 0]),
    ("argmin", (X,), {}, 5),
    ("median", (X, 1), {}, [2.0, 0.0]),
    ("median", (np.array([4.0, 1.0, 3.0, 2.0]), 0), {}, 2.0),
    ("kthvalue", (X, 2, 1), {}, [2.0, 0.0]),
    ("cumsum", (X, 1), {}, [[1.0, 3.0, 9.0], [3.0, 3.0, 0.0]]),
    ("cumprod", (X, 1), {}, [[1.0, 2.0, 12.0], [3.0, 0.0, 0.0]]),
    ("cummax", (X, 1), {}, [[1.0, 2.0, 6.0], [3.0, 3.0, 3.0]]),
    ("cummin", (X, 1), {}, [[1.0, 1.0, 1.0], [3.0, 0.0, -3.0]]),
    ("logcumsumexp", (LOGS, 1), {}, [[0.0, math.log(3), math.log(8)]]),
]


@pytest.mark.parametrize(("name", "arguments", "options", "expected"), HAND)
def test_values_by_hand(name, arguments, options, expected):
    near(getattr(reduction, name)(*arguments, **options), expected)


def test_nan_is_the_median():
    assert np.isnan(reduction.median(np.array([1.0, np.nan, 2.0]), 0))
