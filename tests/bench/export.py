#!/usr/bin/env python3
"""Exports the networks that speed is measured on, with random weights: usage: export.py FOLDER [NAME...]

Each gets a folder with model.onnx and a data set whose outputs are PyTorch's. Random weights are scaled so that values
neither vanish nor blow up on their way through the network, which also keeps the comparison of results meaningful."""

import json
import os
import sys

import numpy
import onnx
import torch
from onnx import numpy_helper
from torch import nn


class DoubleConv(nn.Sequential):
    def __init__(self, channels_in, channels_out):
        super().__init__(
            nn.Conv2d(channels_in, channels_out, 3, padding=1, bias=False), nn.BatchNorm2d(channels_out), nn.ReLU(),
            nn.Conv2d(channels_out, channels_out, 3, padding=1, bias=False), nn.BatchNorm2d(channels_out), nn.ReLU())


class UNet(nn.Module):
    """Ronneberger, Fischer, Brox, "U-Net", 2015, with 16 to 128 channels."""

    def __init__(self, width=16):
        super().__init__()
        self.down = nn.ModuleList(
            [DoubleConv(3, width), DoubleConv(width, 2 * width), DoubleConv(2 * width, 4 * width)]
        )
        self.bottom = DoubleConv(4 * width, 8 * width)
        self.up = nn.ModuleList([nn.ConvTranspose2d(2 * c * width, c * width, 2, stride=2) for c in (4, 2, 1)])
        self.merge = nn.ModuleList([DoubleConv(2 * c * width, c * width) for c in (4, 2, 1)])
        self.head = nn.Conv2d(width, 2, 1)

    def forward(self, x):
        kept = []
        for block in self.down:
            x = block(x)
            kept.append(x)
            x = nn.functional.max_pool2d(x, 2)
        x = self.bottom(x)
        for up, merge in zip(self.up, self.merge):
            x = merge(torch.cat([kept.pop(), up(x)], 1))
        return self.head(x)


def vision(name, **options):
    import torchvision
    return getattr(torchvision.models, name)(weights=None, **options)


def vit():
    import torchvision
    model = torchvision.models.VisionTransformer(
        image_size=224, patch_size=16, num_layers=6, num_heads=6, hidden_dim=384, mlp_dim=1536, num_classes=1000
    )
    nn.init.normal_(model.heads.head.weight, std=0.05)  # zeros otherwise
    return model


class Encoder(nn.Module):
    def __init__(self, model):
        super().__init__()
        self.model = model

    def forward(self, ids, mask):
        return self.model(input_ids=ids, attention_mask=mask)[:2]


def bert():
    import transformers
    config = transformers.BertConfig(
        vocab_size=2000,
        hidden_size=256,
        num_hidden_layers=4,
        num_attention_heads=4,
        intermediate_size=1024,
        max_position_embeddings=128,
        attn_implementation="eager",
        return_dict=False,
        use_cache=False,
    )
    return Encoder(transformers.BertModel(config))


def image(size):
    return (torch.randn(1, 3, size, size),)


def tokens():
    return (torch.randint(0, 2000, (1, 64)), torch.ones(1, 64, dtype=torch.int64))


MODELS = {
    "resnet18": (lambda: vision("resnet18"), lambda: image(224)),
    "resnet50": (lambda: vision("resnet50"), lambda: image(224)),
    "shufflenet_v2": (lambda: vision("shufflenet_v2_x1_0"), lambda: image(224)),
    "mobilenet_v3_small": (lambda: vision("mobilenet_v3_small"), lambda: image(224)),
    "efficientnet_b0": (lambda: vision("efficientnet_b0"), lambda: image(224)),
    "unet": (UNet, lambda: image(128)),
    "vit": (vit, lambda: image(224)),
    "bert": (bert, tokens),
}


def calibrate(model, inputs):
    """Batch statistics as they would be after training, so that activations keep their size."""
    for layer in model.modules():
        if isinstance(layer, nn.modules.batchnorm._BatchNorm):
            layer.momentum = None
            layer.reset_running_stats()
    model.train()
    for layer in model.modules():
        if isinstance(layer, nn.Dropout):
            layer.eval()
    with torch.no_grad():
        for _ in range(3):
            model(*inputs())
    model.eval()


def save(tensor, path):
    with open(path, "wb") as f:
        f.write(numpy_helper.from_array(numpy.ascontiguousarray(tensor)).SerializeToString())


def export(name, folder):
    torch.manual_seed(1)
    make, inputs = MODELS[name]
    model = make()
    calibrate(model, inputs)
    values = inputs()
    data = os.path.join(folder, name, "test_data_set_0")
    os.makedirs(data, exist_ok=True)
    path = os.path.join(folder, name, "model.onnx")
    torch.onnx.export(model, values, path, opset_version=17, dynamo=False)
    onnx.checker.check_model(path)
    with torch.no_grad():
        outputs = model(*values)
    outputs = outputs if isinstance(outputs, tuple) else (outputs,)
    for i, value in enumerate(values):
        save(value.numpy(), os.path.join(data, f"input_{i}.pb"))
    for i, value in enumerate(outputs):
        save(value.numpy(), os.path.join(data, f"output_{i}.pb"))
    largest = max(float(value.abs().max()) for value in outputs)
    with open(os.path.join(folder, name, "data.json"), "w") as f:
        json.dump({"rtol": 1e-3, "atol": 1e-4 * largest}, f)
    print(f"{name}: outputs up to {largest:.3g}")


def main():
    folder, names = sys.argv[1], sys.argv[2:] or MODELS
    for name in names:
        if not os.path.exists(os.path.join(folder, name, "data.json")):
            export(name, folder)


main()
