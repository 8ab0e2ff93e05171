"""Trains a small super-resolution network on pictures it draws itself and exports it, with a picture to enlarge.

usage: export.py FOLDER [STEPS]        needs torch and numpy; some ten minutes on two cores

The network adds to a bicubic enlargement what convolutions find missing in it (Kim, Lee, Lee, "Accurate Image
Super-Resolution Using Very Deep Convolutional Networks", 2016). They work on the small picture, and their last channels
are rearranged into the pixels of the large one (Shi et al., "Real-Time Single Image and Video Super-Resolution Using an
Efficient Sub-Pixel Convolutional Neural Network", 2016).
"""

import sys

import numpy as np
import torch
from torch import nn
from torch.nn.functional import interpolate

from draw import landscape, random_picture

SCALE = 3
PICTURES, SIZE = 1500, 96  # drawn to train on
PATCH, BATCH = 72, 16      # cut out of them in each step


class Bicubic(nn.Module):
    """Bytes [height, width, 3] to bytes, three times as high and wide."""

    def forward(self, small):
        planes = small.permute(2, 0, 1).unsqueeze(0).to(torch.float32) / 255
        large = self.enlarge(planes).squeeze(0).permute(1, 2, 0)
        return torch.round(torch.clamp(large * 255, 0, 255)).to(torch.uint8)

    def enlarge(self, planes):
        return interpolate(planes, scale_factor=SCALE, mode="bicubic", align_corners=False)


class SuperResolution(Bicubic):
    def __init__(self):
        super().__init__()
        self.missing = nn.Sequential(
            nn.Conv2d(3, 32, 5, padding=2), nn.ReLU(),
            nn.Conv2d(32, 32, 3, padding=1), nn.ReLU(),
            nn.Conv2d(32, 32, 3, padding=1), nn.ReLU(),
            nn.Conv2d(32, 3 * SCALE ** 2, 3, padding=1), nn.PixelShuffle(SCALE))

    def enlarge(self, planes):
        return super().enlarge(planes) + self.missing(planes)


def as_bytes(pixels):
    return np.round(np.clip(pixels, 0, 1) * 255).astype(np.uint8)


def shrink(pixels):
    """As a sensor sees it: each small pixel is the mean of those it covers."""
    height, width, _ = pixels.shape
    return as_bytes(pixels.reshape(height // SCALE, SCALE, width // SCALE, SCALE, 3).mean((1, 3)))


def patch(rng, pictures):
    """A part of one of the pictures, turned and mirrored, its colours exchanged and perhaps inverted."""
    y, x = rng.integers(0, (SIZE - PATCH) // SCALE + 1, 2) * SCALE
    part = np.rot90(pictures[rng.integers(len(pictures)), y:y + PATCH, x:x + PATCH], rng.integers(4))
    part = part[:, ::rng.choice([-1, 1]), rng.permutation(3)]
    return 1 - part if rng.random() < 0.5 else part


def batch(rng, pictures):
    large = [patch(rng, pictures) for _ in range(BATCH)]
    small = np.stack([shrink(p) for p in large]).astype(np.float32) / 255
    return torch.from_numpy(small).permute(0, 3, 1, 2), torch.from_numpy(np.stack(large)).permute(0, 3, 1, 2)


def psnr(a, b):
    return 10 * np.log10(255 ** 2 / np.mean((a.astype(float) - b.astype(float)) ** 2))


def train(model, steps):
    rng = np.random.default_rng(1)
    pictures = np.stack([random_picture(rng, SIZE) for _ in range(PICTURES)]).astype(np.float32)
    optimizer = torch.optim.Adam(model.parameters())
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, max_lr=2e-3, total_steps=steps)
    total = 0
    for step in range(1, steps + 1):
        small, large = batch(rng, pictures)
        loss = nn.functional.mse_loss(model.enlarge(small), large)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        schedule.step()
        total += loss.item()
        if step % 200 == 0:
            print(f"step {step}: {-10 * np.log10(total / 200):.2f} dB", flush=True)
            total = 0


def write_ppm(path, pixels):
    with open(path, "wb") as f:
        f.write(b"P6\n%d %d\n255\n" % (pixels.shape[1], pixels.shape[0]) + pixels.tobytes())


def export(model, small, path):
    torch.onnx.export(model, small, path, opset_version=11, dynamo=False, input_names=["small"], output_names=["large"])


def main():
    folder, steps = sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 6000
    torch.manual_seed(0)
    model = SuperResolution()
    train(model, steps)
    original = as_bytes(landscape())
    small = torch.from_numpy(shrink(landscape()))
    for name, m in (("bicubic", Bicubic()), ("super_resolution", model.eval())):
        export(m, small, f"{folder}/{name}.onnx")
        print(f"{name}: {psnr(m(small).detach().numpy(), original):.2f} dB")
    write_ppm(f"{folder}/small.ppm", small.numpy())
    write_ppm(f"{folder}/original.ppm", original)


main()
