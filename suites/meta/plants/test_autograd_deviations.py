"""Wrong answers where this torch does not keep a claim: it holds of a torch that is mended, and rejects them."""

from suites.autograd import test_accumulation, test_zero_grad
from suites.meta.planting import Plant, Repair, assert_rejected_once_mended, plants
from suites.meta.wrong_engine import ENGINE, weighed

REPAIRS = {
    test_accumulation.test_one_gradient_serves_for_every_call: Repair(
        "torch.Tensor.backward", lambda original: lambda self, gradient: original(self, gradient.clone())
    ),
    test_zero_grad.test_fills_gradients_with_zeros_by_default: Repair(
        "torch.nn.Module.zero_grad", lambda original: lambda self, set_to_none=False: original(self, set_to_none)
    ),
}

PLANTS = (
    Plant("every call counts half", test_accumulation.test_one_gradient_serves_for_every_call, ENGINE, weighed(0.5)),
    Plant(
        "nothing happens",
        test_zero_grad.test_fills_gradients_with_zeros_by_default,
        "torch.nn.Module.zero_grad",
        lambda original: lambda self: None,
        {"zero": test_zero_grad.zero_module},
    ),
)


@plants(*PLANTS)
def test_is_rejected_by_a_claim_that_holds_once_torch_is_mended(plant, request):
    assert_rejected_once_mended(plant, REPAIRS[plant.claim], request)
