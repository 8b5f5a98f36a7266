"""The vocabulary that every suite speaks; read it in this order.

documents   what a claim is, and what it is evidence for
draw        inputs: structure by Hypothesis, values by NumPy, hard values placed
convert     NumPy arrays to tensors and back, with the same bits and strides
bound       how far a rounded result may lie from its exact value, and why
close       the one comparison
gradient    derivatives by complex step, random cotangents, the adjoint identity
sharing     who shares memory with whom, proven by writing
device      the devices a claim can run on
clock       how long a call takes on one of them, and what it holds
dtypes      torch's dtypes beside NumPy's
warning     the warnings of torch, each time
deviation   where PyTorch and its documentation are known to differ
ledger      what the running claim has done: comparisons, examples, observations, where its loops are
"""

from . import bound, device, draw, dtypes, gradient
from .close import close
from .convert import array, tensor
from .documents import documents, since
from .ledger import each, observe
from .sharing import share_memory, unchanged
from .warning import every_warning

__all__ = [
    "array",
    "bound",
    "close",
    "device",
    "documents",
    "draw",
    "dtypes",
    "each",
    "every_warning",
    "gradient",
    "observe",
    "share_memory",
    "since",
    "tensor",
    "unchanged",
]
