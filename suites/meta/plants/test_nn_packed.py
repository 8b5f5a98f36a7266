"""Wrong answers about packed sequences, projected outputs, classes in clusters and the loss of a linear map."""

import pytest
import torch
from torch.nn.utils.rnn import PackedSequence

from suites.meta.planting import Plant, assert_rejected, plants
from suites.meta.wrong import ignoring
from suites.nn import test_adaptive_softmax as adaptive
from suites.nn import test_linear_cross_entropy as linear
from suites.nn import test_packed as packed

RNN, LSTM, ADAPTIVE = "torch.nn.utils.rnn.", "torch.nn.LSTM.forward", "torch.nn.AdaptiveLogSoftmaxWithLoss."


def with_data(change):
    """The packed data is changed."""
    return lambda original: (
        lambda *args, **given: (lambda held: held._replace(data=change(held.data)))(original(*args, **given))
    )


def with_first(change):
    """The first of what is returned is changed."""
    return lambda original: (
        lambda *args, **given: (lambda found: (change(found[0]), *found[1:]))(original(*args, **given))
    )


def unordered(original):
    """The order is lost: sequences come back from the longest to the shortest."""

    def pack(*args, **given):
        held = original(*args, **given)
        if held.sorted_indices is None:
            return held
        places = torch.arange(len(held.sorted_indices))
        return PackedSequence(held.data, held.batch_sizes, places, places)

    return pack


def long_sizes(original):
    """Everything is cast, sizes too."""
    return lambda self, *args, **given: (lambda held: held._replace(batch_sizes=held.batch_sizes.int()))(
        original(self, *args, **given)
    )


def bare_states(original):
    """The last states are those before the last layer's order was undone."""
    return lambda *args, **given: (lambda out, last: (out, tuple(part.flip(1) for part in last)))(
        *original(*args, **given)
    )


def through_padding(original):
    """Padding takes part in the gradient."""

    def pack(x, *args, **given):
        held = original(x, *args, **given)
        return held._replace(data=held.data + (x - x.detach()).sum())

    return pack


def unscaled_loss(original):
    """The sum and not the mean."""
    return lambda self, x, target: (lambda found: found._replace(loss=found.loss * target.numel()))(
        original(self, x, target)
    )


def heads_only(original):
    """A cluster's class gets what the whole cluster has."""

    def log_prob(self, x):
        found = original(self, x).clone()
        found[:, self.shortlist_size :] = self.head(x).log_softmax(1)[:, -1:]
        return found

    return log_prob


def all_touched(original):
    """Each cluster is evaluated for each target."""
    return lambda self, x, target: (
        lambda found: found._replace(loss=found.loss + 0 * sum(p.sum() for p in self.parameters()))
    )(original(self, x, target))


def unprojected(original):
    """The projection is that of the identity's first rows."""

    def forward(self, x, state=None):
        held = {name: value.clone() for name, value in self.named_parameters() if "weight_hr" in name}
        with torch.no_grad():
            for name in held:
                self.get_parameter(name).copy_(torch.eye(*held[name].shape))
        return original(self, x, state)

    return forward


PACKED = (
    Plant("batch_first= ignored", packed.test_pads_to_the_longest_and_back, f"{RNN}pad_sequence",
          ignoring("batch_first")),
    Plant("padding_value= ignored", packed.test_pads_to_the_longest_and_back, f"{RNN}pad_sequence",
          ignoring("padding_value")),
    Plant("the last sequence is lost", packed.test_pads_to_the_longest_and_back, f"{RNN}unpad_sequence",
          lambda original: lambda *args, **given: original(*args, **given)[:-1]),
    Plant("the argument is transposed in place", packed.test_leaves_what_it_unpads_as_it_was, f"{RNN}unpad_sequence",
          lambda original: lambda padded, *args, **given: (original(padded, *args, **given), padded.t_())[0],
          {"first": True}),
    Plant("padding_side= ignored", packed.test_pads_on_the_side_asked_for, f"{RNN}pad_sequence",
          ignoring("padding_side")),
    Plant("backward in time", packed.test_packs_by_time, f"{RNN}pack_padded_sequence",
          with_data(lambda data: data.flip(0))),
    Plant("the order is lost", packed.test_packs_by_time, f"{RNN}pack_padded_sequence", unordered),
    Plant("backward in time", packed.test_sorted_sequences_need_no_order, f"{RNN}pack_sequence",
          with_data(lambda data: data.flip(0))),
    Plant("enforce_sorted= is off", packed.test_sorted_sequences_need_no_order, f"{RNN}pack_sequence",
          lambda original: lambda sequences, enforce_sorted=False: original(sequences, enforce_sorted)),
    Plant("the order is lost", packed.test_unpacks_in_the_original_order, f"{RNN}pack_sequence", unordered),
    Plant("padding_value= ignored", packed.test_unpacks_in_the_original_order, f"{RNN}pad_packed_sequence",
          ignoring("padding_value")),
    Plant("total_length= ignored", packed.test_unpacks_in_the_original_order, f"{RNN}pad_packed_sequence",
          ignoring("total_length")),
    Plant("sizes are cast", packed.test_casts_its_data_only, f"{RNN}PackedSequence.to", long_sizes),
    Plant("states from the longest to the shortest", packed.test_runs_each_packed_sequence_by_itself, LSTM, bare_states,
          {"kind": "LSTM"}),
    Plant("padding has a gradient", packed.test_padding_gets_no_gradient, f"{RNN}pack_padded_sequence", through_padding,
          {"kind": "GRU"}),
    Plant("cuts and does not project", packed.test_projects_its_outputs, LSTM, unprojected),
    Plant("a cluster is one class", adaptive.test_gives_every_class_its_probability, f"{ADAPTIVE}log_prob", heads_only),
    Plant("of the head only", adaptive.test_gives_every_class_its_probability, f"{ADAPTIVE}predict",
          lambda original: lambda self, x: original(self, x).clamp(max=self.shortlist_size - 1)),
    Plant("the sum", adaptive.test_gives_the_target_its_probability_and_the_mean_loss, f"{ADAPTIVE}forward",
          unscaled_loss),
    Plant("the sum", adaptive.test_loss_has_the_gradient_of_its_formula, f"{ADAPTIVE}forward", unscaled_loss),
    Plant("div_value= is 4", adaptive.test_sizes_its_clusters_by_powers_of_div_value, f"{ADAPTIVE}__init__",
          ignoring("div_value")),
    Plant("cutoffs are sorted", adaptive.test_refuses_cutoffs_that_do_not_increase, f"{ADAPTIVE}__init__",
          lambda original: lambda self, size, classes, cutoffs: original(self, 8 * size, classes, [3, 5]),
          {"cutoffs": [5, 3]}),
    Plant("targets are clamped", adaptive.test_refuses_targets_that_are_no_class, f"{ADAPTIVE}forward",
          lambda original: lambda self, x, target: original(self, x, target.clamp(0, 10)), {"target": -1}),
    Plant("every cluster is evaluated", adaptive.test_leaves_clusters_without_target_alone, f"{ADAPTIVE}forward",
          all_touched),
)  # fmt: skip
FUSED = "torch.nn.functional.linear_cross_entropy"
LINEAR = (
    Plant("smoothing is ignored", linear.test_is_the_cross_entropy_of_a_linear_map, FUSED, ignoring("label_smoothing"),
          {"size": "many", "chunks": True}),
    Plant("the bias is ignored", linear.test_has_the_gradient_of_the_cross_entropy, FUSED, ignoring("linear_bias"),
          {"size": "few", "chunks": False}),
    Plant("smoothing is ignored", linear.test_module_is_the_function, "torch.nn.LinearCrossEntropyLoss.__init__",
          ignoring("label_smoothing"), {"bias": True, "chunks": True}),
)  # fmt: skip
PLANTS = (*PACKED, *LINEAR)


@plants(*PLANTS)
@pytest.mark.filterwarnings("ignore::UserWarning")
def test_is_rejected(plant, request):
    assert_rejected(plant, request)
