"""The networks of vision.py and text.py once more, with batch, length, height and width left open."""

import torch

import text
import vision
from registry import DYNAMO, SCRIPT, dynamic


def images(net, sizes):
    """Several (batch, height, width) for a network of one image."""
    channels = net.data_sets[0][0].shape[1]
    net.data_sets = [(torch.randn(n, channels, h, w),) for n, h, w in sizes]
    net.dynamic = {net.inputs[0]: {0: "batch", 2: "height", 3: "width"}}
    return net


def batches(net):
    """A network whose images have one size, in batches."""
    shape = net.data_sets[0][0].shape[1:]
    net.data_sets = [(torch.randn(n, *shape),) for n in (2, 1, 3)]
    net.dynamic = {net.inputs[0]: {0: "batch"}}
    return net


def sequences(net, sizes=((2, 12), (1, 7), (3, 20))):
    """Several (batch, length) for a network of token numbers and their masks."""
    values = {
        "input_ids": text.ids,
        "attention_mask": text.padding_mask,
        "token_type_ids": lambda n, length: torch.randint(0, 2, (n, length)),
    }
    net.data_sets = [tuple(values[name](n, length) for name in net.inputs) for n, length in sizes]
    net.dynamic = {name: {0: "batch", 1: "length"} for name in net.inputs}
    return net


def register(build, variant, make, exporters):
    """Variant of a builder, for each exporter."""
    for exporter, opset in exporters:
        suffix = "dynamo" if exporter == DYNAMO else f"op{opset}"
        dynamic(f"{build.__name__}_{variant}_{suffix}", exporter, opset)(lambda: make(build()))


BOTH = ((SCRIPT, 14), (DYNAMO, 18))
BY_32 = ((2, 64, 96), (1, 96, 64), (3, 32, 64))
BY_64 = ((2, 128, 64), (1, 64, 64), (1, 128, 192))

for build in (
    vision.resnet18, vision.mobilenet_v3_small, vision.mobilenet_v2_half, vision.efficientnet_b0, vision.shufflenet_v2,
    vision.densenet, vision.regnet_y, vision.convnext, vision.mnasnet, vision.fcn, vision.deeplab,
    vision.unet_transpose, vision.hf_convnext_v2, vision.hf_poolformer,
):  # fmt: skip
    register(build, "any_size", lambda net: images(net, BY_32), BOTH)
for build in (vision.hf_segformer, vision.swin, vision.swin_v2, vision.hf_mobilevit, vision.enhance):
    register(build, "any_size", lambda net: images(net, BY_64), BOTH)
for build in (
    vision.hf_vit,
    vision.hf_dinov2,
    vision.hf_deit,
    vision.maxvit,
    vision.mixer,
    vision.hf_swin,
    vision.hf_cvt,
):
    register(build, "any_batch", batches, BOTH)
for build in (
    text.roberta, text.albert, text.deberta_v2, text.mpnet, text.t5_encoder, text.llama, text.qwen2, text.opt,
    text.gpt_neox, text.phi, text.bloom, text.gemma2, text.modernbert, text.electra, text.squeezebert, text.fnet,
    text.mamba,
):  # fmt: skip
    register(build, "any_length", sequences, BOTH)


def sounds(net):
    net.data_sets = [(torch.randn(n, samples),) for n, samples in ((2, 1600), (1, 1200), (3, 2000))]
    net.dynamic = {net.inputs[0]: {0: "batch", 1: "samples"}}
    return net


def decoding(net):
    net.data_sets = [
        (text.ids(n, length), text.padding_mask(n, length), torch.randn(n, 50, 64))
        for n, length in ((2, 9), (1, 5), (3, 12))
    ]
    net.dynamic = {
        "input_ids": {0: "batch", 1: "length"},
        "attention_mask": {0: "batch", 1: "length"},
        "encoder_hidden_states": {0: "batch"},
    }
    return net


register(text.hubert, "any_length", sounds, BOTH)
register(text.whisper_decoder, "any_length", decoding, BOTH)


def translating(net):
    net.data_sets = [(text.ids(n, a), text.ids(n, b)) for n, a, b in ((2, 12, 7), (1, 5, 9), (3, 16, 1))]
    net.dynamic = {"input_ids": {0: "batch", 1: "length"}, "decoder_input_ids": {0: "batch", 1: "written"}}
    return net


def rows(net):
    net.data_sets = [(torch.randn(n, length, 32),) for n, length in ((2, 10), (1, 4), (3, 17))]
    net.dynamic = {"x": {0: "batch", 1: "length"}}
    return net


def pairs(net):
    words = [text.ids(n, length) for n, length in ((3, 10), (1, 6), (2, 14))]
    for w in words:
        w[:, 4] = 2  # where the text ends
    net.data_sets = [(w, torch.randn(n, 3, 32, 32)) for w, n in zip(words, (2, 1, 4))]
    net.dynamic = {"input_ids": {0: "texts", 1: "length"}, "pixel_values": {0: "images"}}
    return net


register(text.t5, "any_length", translating, BOTH)
register(text.bart, "any_length", translating, BOTH)
register(text.torch_transformer, "any_length", rows, BOTH)
register(text.clip, "any_batch", pairs, BOTH)
