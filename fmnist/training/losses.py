"""The original's three losses (section 3-2), each from logits and class indices."""

from collections.abc import Callable

from torch import Tensor
from torch.nn import functional as F

Loss = Callable[[Tensor, Tensor], Tensor]


def squared_error_of_softmax(logits: Tensor, labels: Tensor) -> Tensor:
    """Mean squared error between softmax outputs and one-hot targets.

    Logits [batch, classes], labels int64 [batch]; the mean runs over batch and classes.
    The original puts the softmax at the end of the network (`softmax_exist`). Here it is part
    of the loss, so that one network serves every loss. The numbers are the same.
    """
    probabilities = F.softmax(logits, dim=1)
    targets = F.one_hot(labels, logits.shape[1]).to(logits.dtype)
    return F.mse_loss(probabilities, targets)


LOSSES: dict[str, Loss] = {
    "cross_entropy": F.cross_entropy,
    "mse": squared_error_of_softmax,
    "multi_margin": F.multi_margin_loss,  # torch's defaults, as in the original: p=1, margin=1
}
