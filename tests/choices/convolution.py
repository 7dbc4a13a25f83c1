"""What the questions of the page convolution turn out to be."""

import torch
from torch.nn import functional as F

from core import zoo
from tests.measured_choices import Option, shows


@shows("convolution.1")
def what_a_stride_leaves() -> Option:
    one = F.conv2d(torch.zeros(1, 1, 28, 28), torch.zeros(1, 1, 3, 3), stride=2, padding=1)
    return {0.25: ("quarter", "四分之一"), 0.5: ("Half", "一半")}[one.numel() / 28**2]


@shows("convolution.2")
def which_channel_a_group_reads() -> Option:
    channels, identity = torch.eye(2).view(1, 2, 1, 2), torch.ones(4, 1, 1, 1)
    seen = F.conv2d(channels, identity, groups=2)[0, 3]
    first, second = (torch.equal(seen, channels[0, k]) for k in (0, 1))
    assert first != second
    return ("second", "第二个") if second else ("first", "第一个")


@shows("convolution.3")
def where_a_textcnns_kernel_moves() -> Option:
    model = zoo.textcnn("pieces", "tuned").model
    width = model.embedding.weight.shape[1]
    across = {width - kernel.weight.shape[3] + 1 for kernel in model.convolutions}
    return ("Only down", "只能向下") if across == {1} else ("to the side", "向旁边")


@shows("convolution.4")
def how_low_mish_goes() -> Option:
    lowest = F.mish(torch.linspace(-50, 50, 10_001)).min()
    return ("little below", "略低") if -1 < lowest < 0 else ("Yes, as low", "要多低")
