"""What the files of models declare and export_models.py works through."""

import contextlib
import dataclasses
import logging
import os
import sys
import warnings
import zlib

import torch
from torch import nn

SCRIPT, DYNAMO = "script", "dynamo"  # the TorchScript exporter and the one on torch.export


@dataclasses.dataclass
class Net:
    """A module and what to call it with."""

    module: nn.Module
    data_sets: list  # of tuples of tensors, one tensor per input; the first one is what the exporter sees
    inputs: list  # names
    outputs: list
    dynamic: dict = dataclasses.field(default_factory=dict)  # input -> {axis: name of the dimension}


@dataclasses.dataclass
class Export:
    name: str
    group: str  # "exports": static shapes; "exports_dynamic"
    build: object  # () -> Net
    exporter: str
    opset: int
    options: dict  # of torch.onnx.export
    external: bool  # weights in a file of their own


EXPORTS = []


def export(name, exporter, opset, group="exports", external=False, **options):
    """Decorates a function that makes a Net; may stand several times over one function."""

    def add(build):
        EXPORTS.append(Export(name, group, build, exporter, opset, options, external))
        return build

    return add


def dynamic(name, exporter, opset, **options):
    return export(name, exporter, opset, group="exports_dynamic", **options)


def seed(name):
    torch.manual_seed(zlib.crc32(name.encode()))


@torch.no_grad()
def vary(module):
    """Fills what an initialization leaves constant (biases, scales, tokens, statistics): a mistake with it would go
    unseen. Weights get the size that passes a signal on: in some architectures the input would else have no
    influence on the output."""
    for m in module.modules():
        if isinstance(m, (nn.Linear, nn.modules.conv._ConvNd)):
            m.weight.mul_(1 / (m.weight.std().clamp(min=1e-6) * m.weight[0].numel() ** 0.5))
        if isinstance(m, nn.modules.batchnorm._BatchNorm) and m.affine:
            m.weight.fill_(1)
    for key, p in list(module.named_parameters()) + list(module.named_buffers()):
        if not p.is_floating_point() or p.numel() < 2 or not torch.equal(p, p.flatten()[0].expand_as(p)):
            continue
        value = p.flatten()[0].item()
        if not torch.isfinite(p).all() or key.endswith(("inv_freq", "mask")):
            continue
        if value < 0.01:  # biases, tokens, layer scales of 1e-6
            p.copy_(0.1 * torch.randn_like(p))
        else:  # scales and variances
            p.mul_(0.75 + 0.5 * torch.rand_like(p))
    return module


@torch.no_grad()
def calibrate(module, *batch):
    """Sets the statistics of every BatchNorm to what random data give, or activations of deep nets would
    vanish or explode. A channel that hardly varies would turn rounding errors into large differences; it
    is given some variance."""
    norms = [m for m in module.modules() if isinstance(m, nn.modules.batchnorm._BatchNorm)]
    for m in norms:
        m.reset_running_stats()
        m.momentum = None
    module.train()
    module(*batch)
    for m in norms:
        m.running_var.clamp_(min=0.2 * m.running_var.mean().item())
    return module.eval()


def prepared(module, *batch):
    vary(module)
    return calibrate(module, *batch) if batch else module.eval()


def image_net(module, size, outputs=("logits",), channels=3, batch=1, calibration=8):
    """A Net of a module that takes one image, with its BatchNorms calibrated."""
    prepared(module, torch.randn(calibration, channels, size, size))
    return Net(module, [(torch.randn(batch, channels, size, size),)], ["image"], list(outputs))


class Pick(nn.Module):
    """A model that returns only the named parts of another's output, which is a dictionary or has attributes."""

    def __init__(self, model, arguments, parts, **fixed):
        super().__init__()
        self.model, self.arguments, self.parts, self.fixed = model, arguments, parts, fixed

    def forward(self, *values):
        result = self.model(**dict(zip(self.arguments, values)), **self.fixed)
        return tuple(result[p] if isinstance(result, dict) else getattr(result, p) for p in self.parts)


@contextlib.contextmanager
def quiet():
    """Silences the exporters, which talk a lot, some of them past sys.stdout."""
    sys.stdout.flush()
    saved = [os.dup(1), os.dup(2)]
    nowhere = os.open(os.devnull, os.O_WRONLY)
    logging.disable(logging.ERROR)
    try:
        os.dup2(nowhere, 1)
        os.dup2(nowhere, 2)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        sys.stdout.flush()
        logging.disable(logging.NOTSET)
        for fd, kept in zip((1, 2), saved):
            os.dup2(kept, fd)
            os.close(kept)
        os.close(nowhere)
