#!/usr/bin/env python3
"""Quantised networks of the usual shapes, for bench.py: QDQ, int8, a scale per output channel. Weights and calibration
are random, which the time doesn't depend on. Needs torch, torchvision and onnxruntime.

usage: make_int8.py FOLDER [mobilenet_v2 | resnet18]..."""

import os
import sys

import numpy
import onnx
import onnxruntime
import torch
import torchvision
from onnx import numpy_helper
from onnxruntime.quantization import CalibrationDataReader, QuantFormat, QuantType, quantize_static
from onnxruntime.quantization.shape_inference import quant_pre_process

INPUT = (1, 3, 224, 224)


class Images(CalibrationDataReader):
    def __init__(self, random, count=4):
        self.left = [{"input": random.standard_normal(INPUT, dtype=numpy.float32)} for _ in range(count)]

    def get_next(self):
        return self.left.pop() if self.left else None


def store(path, name, array):
    with open(path, "wb") as f:
        f.write(numpy_helper.from_array(array, name).SerializeToString())


def make(folder, name):
    random = numpy.random.default_rng(1)
    torch.manual_seed(1)
    data = os.path.join(folder, f"{name}_int8", "test_data_set_0")
    os.makedirs(data, exist_ok=True)
    plain, model = os.path.join(folder, f"{name}_float.onnx"), os.path.join(folder, f"{name}_int8", "model.onnx")
    network = getattr(torchvision.models, name)(weights=None).eval()
    torch.onnx.export(
        network,
        torch.zeros(INPUT),
        plain,
        input_names=["input"],
        output_names=["output"],
        opset_version=17,
        dynamo=False,
    )
    quant_pre_process(
        plain, plain, skip_symbolic_shape=True
    )  # batch normalisations become weights, biases initializers
    quantize_static(
        plain,
        model,
        Images(random),
        quant_format=QuantFormat.QDQ,
        per_channel=True,
        activation_type=QuantType.QUInt8,
        weight_type=QuantType.QInt8,
    )
    os.remove(plain)
    onnx.checker.check_model(model)
    x = random.standard_normal(INPUT, dtype=numpy.float32)
    session = onnxruntime.InferenceSession(model, providers=["CPUExecutionProvider"])
    store(os.path.join(data, "input_0.pb"), "input", x)
    store(os.path.join(data, "output_0.pb"), "output", session.run(None, {"input": x})[0])


for network in sys.argv[2:] or ["mobilenet_v2", "resnet18"]:
    make(sys.argv[1], network)
