"""Wrong answers about LBFGS at its limits, learning rates in tensors, Adafactor, Muon and sparse gradients."""

import torch

from suites.meta.planting import Plant, assert_rejected, plants
from suites.optim import test_lbfgs_limits as limits
from suites.optim import test_matrices as matrices
from suites.optim import test_sparse as sparse
from suites.optim import test_tensor_rates as rates

OPTIM = "torch.optim."


def options(**other):
    """The optimizer is made with other options than it is told."""
    return lambda original: lambda self, parameters, **given: original(self, parameters, **{**given, **other})


def doubled_if_tensor(original):
    def init(self, parameters, lr):
        original(self, parameters, lr=2 * lr if isinstance(lr, torch.Tensor) else lr)

    return init


def resting(original):
    return lambda self, closure: closure()


PLANTS = (
    Plant("it evaluates more often", limits.test_a_line_search_keeps_to_max_eval, f"{OPTIM}LBFGS.__init__",
          options(max_eval=12), {"lr": 1e5, "max_eval": 5}),
    Plant("complex parameters rest", limits.test_finds_the_minimum_for_complex_parameters, f"{OPTIM}LBFGS.step",
          resting, {"search": None}),
    Plant("tensors count twice", rates.test_one_element_is_a_number, f"{OPTIM}SGD.__init__", doubled_if_tensor,
          {"row": rates.ROWS[0]}),
    Plant("averages remember longer", matrices.test_adafactor_follows_its_formula, f"{OPTIM}Adafactor.__init__",
          options(beta2_decay=-0.7), {"row": matrices.ADAFACTOR["tall"]}),
    Plant("Nesterov is ignored", matrices.test_muon_follows_its_formula, f"{OPTIM}Muon.__init__",
          options(nesterov=False), {"row": matrices.MUON["tall"]}),
    Plant("momentum is ignored", matrices.test_muon_moves_half_types_alike, f"{OPTIM}Muon.__init__",
          options(momentum=0.0), {"row": matrices.MUON["tall"], "dtype": torch.bfloat16}),
    Plant("maximize is ignored", sparse.test_sparse_adam_maximizes_by_turning_the_gradient,
          f"{OPTIM}SparseAdam.__init__", options(maximize=False)),
)  # fmt: skip


@plants(*PLANTS)
def test_is_rejected(plant, request):
    assert_rejected(plant, request)
