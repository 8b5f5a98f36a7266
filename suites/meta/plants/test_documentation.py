"""Wrong answers about examples and defaults, and what the readers of docstrings make of a page."""

import contextlib

import pytest
import torch

from suites.documentation import defaults, examples, pages, printed
from suites.documentation import test_defaults as stated
from suites.documentation import test_examples as shown
from suites.meta.planting import Plant, assert_rejected, plants

PAGE = """
    Args:
        dim (int, optional): the dimension.
            Default: ``-1``
        eps (float, optional): a value. Default: 1./4.
        betas (Tuple[float, float], optional): coefficients (default: (0.9, 0.999))
        mode (str): how. Default: :attr:`'mean'`.
        size: no type. Default: 3
        other (Tensor): the rest, by default: whatever the call decides

    Examples::

        >>> x = torch.tensor([1., 2.])  # a comment
        >>> x
        tensor([1.,
                2.])
        >>> for i in range(2):
        ...     print(i)
        0
        1

        >>> y = f(x)
        tensor([[1,

                 2]])
    Returns more text.
"""


def row(name, source):
    """The first example of a page with that source."""
    return {"row": next(example for example in examples.of_page(name) if source in example.source)}


def default(name, argument):
    """What a page states about an argument."""
    return {"row": next(d for d in defaults.every() if (d.name, d.argument) == (name, argument))}


def afresh(change):
    """The examples run again, as another torch: what was seen before is forgotten, and what is seen is."""

    def plant(original):
        examples.outcomes.cache_clear()

        def function(*args, **options):
            examples.outcomes.cache_clear()
            return change(original, *args, **options)

        return function

    return plant


def refuses(original, *args, **options):
    raise ValueError("not today")


PLANTS = (
    Plant("off by twice the last digit", shown.test_does_what_its_page_shows, "torch.hypot",
          afresh(lambda f, x, y: f(x, y) + 2e-4), row("torch.hypot", "torch.hypot")),
    Plant("another dtype", shown.test_does_what_its_page_shows, "torch.arange",
          afresh(lambda f, *args: f(*args).double()), row("torch.arange", "torch.arange(1, 4)")),
    Plant("the end is left out", shown.test_does_what_its_page_shows, "torch.arange",
          afresh(lambda f, *args: f(*args)[:-1]), row("torch.arange", "torch.arange(1, 4)")),
    Plant("is refused", shown.test_does_what_its_page_shows, "torch.cat", afresh(refuses),
          row("torch.cat", "torch.cat")),
    Plant("another default", stated.test_is_the_default_of_the_signature, "torch.optim.SGD.__init__",
          lambda original: lambda self, params, lr=1e-3, momentum=0.9: original(self, params, lr, momentum),
          default("torch.optim.SGD", "momentum")),
    Plant("another name", stated.test_is_the_default_of_the_signature, "torch.optim.SGD.__init__",
          lambda original: lambda self, params, lr=1e-3, mu=0: original(self, params, lr, mu),
          default("torch.optim.SGD", "momentum")),
)  # fmt: skip


@plants(*PLANTS)
def test_is_rejected(plant, request):
    assert_rejected(plant, request)
    examples.outcomes.cache_clear()


def test_reads_examples_with_what_is_shown():
    found = list(examples.read(PAGE))

    assert [source.splitlines()[-1] for _, source, _ in found] == ["x", "    print(i)", "y = f(x)"]
    assert [printed.NOISE.sub("", text) for _, _, text in found] == ["tensor([1.,2.])", "01", "tensor([[1,2]])"]


def test_reads_defaults():
    found = {default.argument: defaults.value(default.text) for default in defaults.read("torch.f", PAGE)}

    assert found["dim"] == -1 and found["eps"] == 0.25 and found["betas"] == (0.9, 0.999) and found["mode"] == "mean"
    assert "size" not in found and found.get("other", defaults.value) is defaults.value


@pytest.mark.parametrize(
    ("text", "digit"), [("1.234", 1e-3), ("2.", 1e-4), ("-1.5e-03", 1e-4), ("7", 0), ("inf", 0), ("1e5", 1e5)]
)
def test_knows_the_last_digit(text, digit):
    assert printed.last_digit(text) == pytest.approx(digit)


def test_numbers_agree_to_the_digits_shown():
    printed.same("tensor([1.2346, 0.0000], grad_fn=<A>)", "tensor([ 1.2345, 0.],\n grad_fn=<B0>)")
    for wrong in ("tensor([1.2348, 0.0000])", "tensor([1.2346])", "tensor([1.2346, 0.0000], dtype=torch.float64)"):
        with pytest.raises(AssertionError):
            printed.same(wrong, "tensor([1.2346, 0.0000])")


@pytest.mark.parametrize(
    "source", ["x.cuda()", "train(...)", "torch.randn(1000, 1000)", "x = (", "torch.save(x, 'x.pt')"]
)
def test_leaves_out_what_takes_more_than_a_process(source):
    assert examples.APART.search(source) or examples.refused(source)


def test_runs_what_only_names_a_compiler_to_mute_it():
    source = 'import warnings\nwarnings.filterwarnings(\n    "ignore", message=".*torch.jit.script"\n)\n'

    assert not examples.left_out(examples.Example("torch.add", 0, source, ""))
    assert examples.left_out(examples.Example("torch.add", 0, source + "torch.jit.script(f)", ""))


def test_leaves_no_trace():
    state, dtype = torch.get_rng_state(), torch.get_default_dtype()
    with contextlib.suppress(ValueError), examples.isolated(3):
        torch.rand(2)
        torch.set_grad_enabled(False)
        raise ValueError

    assert torch.is_grad_enabled() and torch.get_default_dtype() is dtype
    assert torch.get_rng_state().tolist() == state.tolist()


def test_names_are_read_once():
    assert len(pages.docstrings()) == len(set(pages.docstrings().values()))
