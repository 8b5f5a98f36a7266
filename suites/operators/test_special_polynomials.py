"""Orthogonal polynomials: the values of their recursions, for tensors and Python numbers of degrees."""

import functools

import numpy as np
import pytest
import torch

from suites.kit import bound, close, documents, draw, tensor, unchanged
from suites.operators.specials import Pair, rows, truth_at
