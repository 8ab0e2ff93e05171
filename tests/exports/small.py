"""Small models for tests/models: all that the larger ones of dynamic.py and vision.py do, in few kilobytes."""

import torch
import torchvision
from torch import nn
from torch.nn import functional as F

import vision
from registry import DYNAMO, SCRIPT, Net, dynamic, export, prepared


@dynamic("small_unet", SCRIPT, 13)
def small_unet():
    module = prepared(vision.UNet("bilinear", width=4), torch.randn(4, 3, 32, 32))
    images = [(torch.randn(n, 3, h, w),) for n, h, w in ((1, 16, 12), (2, 9, 15))]
    return Net(module, images, ["image"], ["scores"], {"image": {0: "batch", 2: "height", 3: "width"}})


class LanguageModel(nn.Module):
    """One block of a transformer, with learned positions and a causal mask."""

    def __init__(self, words=40, width=16, heads=2, most=64):
        super().__init__()
        self.heads = heads
        self.words, self.places = nn.Embedding(words, width), nn.Embedding(most, width)
        self.before, self.between, self.after = nn.LayerNorm(width), nn.LayerNorm(width), nn.LayerNorm(width)
        self.project, self.out = nn.Linear(width, 3 * width), nn.Linear(width, width)
        self.mlp = nn.Sequential(nn.Linear(width, 4 * width), nn.GELU(), nn.Linear(4 * width, width))

    def attend(self, x):
        batch, length, width = x.shape
        q, k, v = (t.reshape(batch, length, self.heads, -1).transpose(1, 2) for t in self.project(x).chunk(3, -1))
        y = F.scaled_dot_product_attention(q, k, v, is_causal=True)
        return self.out(y.transpose(1, 2).reshape(batch, length, width))

    def forward(self, ids):
        x = self.words(ids) + self.places(torch.arange(ids.shape[1]))
        x = x + self.attend(self.before(x))
        x = x + self.mlp(self.between(x))
        return F.linear(self.after(x), self.words.weight)


@dynamic("small_lm", SCRIPT, 14)
def small_lm():
    ids = [(torch.randint(0, 40, shape),) for shape in ((2, 10), (1, 1), (3, 23))]
    return Net(prepared(LanguageModel()), ids, ["ids"], ["scores"], {"ids": {0: "batch", 1: "length"}})


class Detector(nn.Module):
    """A box per cell of a grid; those above a threshold that no better one overlaps. Perhaps there is none."""

    def __init__(self):
        super().__init__()
        self.features = nn.Sequential(
            nn.Conv2d(3, 8, 3, stride=2, padding=1), nn.ReLU(), nn.Conv2d(8, 8, 3, stride=2, padding=1), nn.ReLU()
        )
        self.head = nn.Conv2d(8, 5, 1)

    def forward(self, image):
        found = self.head(self.features(image.unsqueeze(0)))[0]
        rows, columns = torch.meshgrid(torch.arange(found.shape[1]), torch.arange(found.shape[2]), indexing="ij")
        centers = torch.stack([columns, rows], -1).reshape(-1, 2).to(image.dtype) + 0.5
        values = found.permute(1, 2, 0).reshape(-1, 5)
        half = torch.exp(values[:, 2:4])
        middle = centers + torch.tanh(values[:, :2])
        boxes, scores = torch.cat([middle - half, middle + half], 1), torch.sigmoid(values[:, 4])
        good = torch.nonzero(scores > 0.6)[:, 0]
        boxes, scores = boxes[good], scores[good]
        kept = torchvision.ops.nms(boxes, scores, 0.4)
        return boxes[kept], scores[kept]


@dynamic("small_detector", SCRIPT, 13)
def small_detector():
    images = [(torch.randn(3, h, w),) for h, w in ((32, 40), (17, 24))] + [(torch.zeros(3, 20, 20),)]
    return Net(prepared(Detector()), images, ["image"], ["boxes", "scores"], {"image": {1: "height", 2: "width"}})


class Pairs(nn.Module):
    """Sizes that must fit together: an even count of rows, and as many weights."""

    def forward(self, rows, weights):
        return torch.cat([rows, weights.unsqueeze(1)], 1).reshape(-1, 2, 4).sum(1)


@dynamic("small_pairs", SCRIPT, 13)
def small_pairs():
    data = [(torch.randn(n, 3), torch.randn(n)) for n in (6, 2)]
    return Net(Pairs(), data, ["rows", "weights"], ["sums"], {"rows": {0: "n"}, "weights": {0: "m"}})


class SmallImage(nn.Module):
    """One of each kind of convolution on images, large enough for bands of rows and Winograd's algorithm."""

    def __init__(self):
        super().__init__()
        self.stem = nn.Sequential(nn.Conv2d(3, 32, 3, padding=1), nn.ReLU(), nn.Conv2d(32, 32, 1), nn.SiLU())
        self.spatial = nn.Sequential(nn.Conv2d(32, 32, 3, stride=2, padding=1, groups=32), nn.ReLU6())
        self.body = nn.Conv2d(32, 32, 3, padding=1)
        self.grouped = nn.Conv2d(32, 16, 3, padding=2, dilation=2, groups=2)
        self.down = nn.Sequential(nn.MaxPool2d(3, 2, 1), nn.AvgPool2d(2))
        self.up = nn.ConvTranspose2d(48, 20, 3, stride=2, padding=1, output_padding=1)
        self.gate = nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Conv2d(20, 20, 1), nn.Sigmoid())
        self.head = nn.Conv2d(20, 2, 3, padding=1)

    def forward(self, x):
        x = self.spatial(self.stem(x))
        x = F.relu(x + self.body(x))
        x = self.up(self.down(torch.cat([x, self.grouped(x)], 1)))
        return self.head(x * self.gate(x))


@export("small_image", SCRIPT, 17)
def small_image():
    return Net(prepared(SmallImage(), torch.randn(2, 3, 64, 64)), [(torch.randn(1, 3, 64, 64),)], ["image"], ["map"])


class InvertedResidual(nn.Module):
    """Expanded by a product, mixed within each channel, projected back; as in MobileNet."""

    def __init__(self, inputs, outputs, stride, activation):
        super().__init__()
        wide = 4 * inputs
        self.shortcut = stride == 1 and inputs == outputs
        self.expand = nn.Sequential(nn.Conv2d(inputs, wide, 1, bias=False), nn.BatchNorm2d(wide), activation())
        self.mix = nn.Sequential(
            nn.Conv2d(wide, wide, 3, stride, 1, groups=wide, bias=False), nn.BatchNorm2d(wide), activation()
        )
        self.project = nn.Sequential(nn.Conv2d(wide, outputs, 1, bias=False), nn.BatchNorm2d(outputs))

    def forward(self, x):
        y = self.project(self.mix(self.expand(x)))
        return x + y if self.shortcut else y


class SmallMobile(nn.Module):
    """A network of inverted residuals, whose wide images are worked on in bands of rows."""

    def __init__(self):
        super().__init__()
        self.stem = nn.Sequential(nn.Conv2d(3, 16, 3, 2, 1, bias=False), nn.BatchNorm2d(16), nn.ReLU6())
        self.blocks = nn.Sequential(
            InvertedResidual(16, 16, 1, nn.ReLU6),
            InvertedResidual(16, 24, 1, nn.SiLU),
            nn.MaxPool2d(3, 2, 1),
            InvertedResidual(24, 24, 1, nn.ReLU6),
            InvertedResidual(24, 32, 2, nn.Hardswish),
        )
        self.head = nn.Linear(32, 10)

    def forward(self, x):
        return self.head(self.blocks(self.stem(x)).mean((2, 3)))


@dynamic("small_mobile", SCRIPT, 17)
def small_mobile():
    module = prepared(SmallMobile(), torch.randn(4, 3, 64, 64))
    images = [(torch.randn(n, 3, h, w),) for n, h, w in ((2, 40, 33), (1, 96, 17))]
    return Net(module, images, ["image"], ["scores"], {"image": {0: "batch", 2: "height", 3: "width"}})


class SmallSound(nn.Module):
    """Features of a sound as wav2vec makes them: strided convolutions, to which a convolution of even width is added,
    cut to the same length."""

    def __init__(self):
        super().__init__()
        self.features = nn.Sequential(
            nn.Conv1d(1, 8, 10, 5), nn.GELU(), nn.Conv1d(8, 8, 8, 4), nn.GELU(), nn.Conv1d(8, 8, 4, 2)
        )
        self.places = nn.Conv1d(8, 8, 16, padding=8, groups=2)
        self.head = nn.Linear(8, 4)

    def forward(self, samples):
        x = self.features(samples.unsqueeze(1))
        return self.head((x + F.gelu(self.places(x)[:, :, :-1])).transpose(1, 2))


@dynamic("small_sound", DYNAMO, 18)
def small_sound():
    sounds = [(torch.randn(n, samples),) for n, samples in ((2, 320), (1, 137))]
    return Net(prepared(SmallSound()), sounds, ["samples"], ["letters"], {"samples": {0: "batch", 1: "count"}})


class SmallCrop(nn.Module):
    """Parts of an image whose sizes are computed in floating-point numbers."""

    def forward(self, image):
        height, width = (torch.as_tensor(size) for size in image.shape[2:])
        upper = torch.floor(height * 0.75).to(torch.int64)
        left = (torch.ceil(width / 3.0) * 2 - 1).to(torch.int64)
        middle = ((height - 0.5) / 2).to(torch.int64)
        return image[:, :, :upper].mean(3), image[:, :, :, :left].sum(2), image[:, :, middle:, left:]


@dynamic("small_crop", SCRIPT, 13)
def small_crop():
    images = [(torch.randn(n, 2, h, w),) for n, h, w in ((1, 11, 10), (2, 6, 17))]
    return Net(
        SmallCrop(), images, ["image"], ["upper", "left", "rest"], {"image": {0: "batch", 2: "height", 3: "width"}}
    )


class ShuffledHalves(nn.Module):
    """One half of the channels goes by, the other through convolutions; then both are shuffled; as in ShuffleNet."""

    def __init__(self, channels):
        super().__init__()
        half = channels // 2
        self.branch = nn.Sequential(
            nn.Conv2d(half, half, 1),
            nn.ReLU(),
            nn.Conv2d(half, half, 3, padding=1, groups=half),
            nn.Conv2d(half, half, 1),
            nn.SiLU(),
        )

    def forward(self, x):
        a, b = x.chunk(2, 1)
        x = torch.cat([a, self.branch(b)], 1)
        n, c, h, w = x.shape
        return x.view(n, 2, c // 2, h, w).transpose(1, 2).reshape(n, c, h, w)


class SmallBranches(nn.Module):
    """Branches that are concatenated: some of them anew, and some read by others, too."""

    def __init__(self):
        super().__init__()
        self.stem = nn.Sequential(nn.Conv2d(3, 16, 3, 2, 1), nn.ReLU())
        self.one = nn.Sequential(nn.Conv2d(16, 20, 1), nn.ReLU())
        self.three = nn.Sequential(nn.Conv2d(16, 24, 3, padding=1), nn.ReLU())
        self.shuffled = nn.Sequential(ShuffledHalves(44), ShuffledHalves(44))
        self.down = nn.Sequential(nn.Conv2d(44, 28, 3, 2, 1), nn.Hardswish())
        self.up = nn.ConvTranspose2d(28, 12, 2, 2)
        self.inner = nn.Conv2d(44, 12, 1)
        self.head = nn.Conv2d(68, 5, 1)

    def forward(self, x):
        x = self.stem(x)
        x = self.shuffled(torch.cat([self.one(x), self.three(x)], 1))
        x = torch.cat([self.up(self.down(x)), x, self.inner(x)], 1)
        return self.head(x), x[:, 4:20]


@dynamic("small_branches", SCRIPT, 17)
def small_branches():
    images = [(torch.randn(n, 3, 24, 40),) for n in (2, 1)]
    return Net(prepared(SmallBranches()), images, ["image"], ["map", "part"], {"image": {0: "batch"}})
