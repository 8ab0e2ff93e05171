"""Trains the digits network and exports it to ONNX, with the test images the demo shows.

usage: export.py FOLDER        needs torch, numpy and scikit-learn
"""
import sys

import numpy as np
import torch
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split
from torch import nn


class Digits(nn.Module):
    def __init__(self):
        super().__init__()

        def block(inputs, outputs, size, groups=1):
            return [
                nn.Conv2d(inputs, outputs, size, padding=size // 2, groups=groups),
                nn.BatchNorm2d(outputs),
                nn.ReLU(),
            ]

        self.f = nn.Sequential(
            *block(1, 16, 3),
            *block(16, 16, 3, groups=16),
            *block(16, 32, 1),
            nn.MaxPool2d(2),
            *block(32, 32, 3),
            nn.MaxPool2d(2),
        )
        self.h = nn.Linear(128, 10)

    def forward(self, image):
        return torch.softmax(self.h(self.f(image).flatten(1)), 1)


def main():
    folder = sys.argv[1]
    torch.manual_seed(0)
    digits = load_digits()
    images = (digits.images / 16).astype(np.float32)[:, None]
    train_x, test_x, train_y, test_y = train_test_split(images, digits.target, test_size=0.2, random_state=0)
    x, y = torch.from_numpy(train_x), torch.from_numpy(train_y)
    model = Digits()
    optimizer = torch.optim.Adam(model.parameters(), lr=2e-3)
    for _ in range(60):
        for batch in torch.randperm(len(x)).split(64):
            optimizer.zero_grad()
            nn.functional.nll_loss(torch.log(model(x[batch]) + 1e-9), y[batch]).backward()
            optimizer.step()
    model.eval()
    right = (model(torch.from_numpy(test_x)).argmax(1).numpy() == test_y).mean()
    print(f"{100 * right:.1f} % of {len(test_y)} test images right")
    torch.onnx.export(model, torch.zeros(1, 1, 8, 8), f"{folder}/model.onnx", opset_version=13, dynamo=False,
                      input_names=["image"], output_names=["probabilities"])
    test_x.tofile(f"{folder}/images.f32")
    test_y.astype(np.uint8).tofile(f"{folder}/labels.u8")


main()
