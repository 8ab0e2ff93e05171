"""Models whose shapes or work depend on what they are given."""

import torch
import torchvision
from torch import Tensor, nn
from torch.nn import functional as F

import text
import vision
from registry import DYNAMO, SCRIPT, Net, Pick, dynamic, prepared

# ---- sizes of images, batches and sequences --------------------------------------------------------------------------


@dynamic("unet_any_size_op11", SCRIPT, 11)
@dynamic("unet_any_size_dynamo", DYNAMO, 18)
def unet_any_size():
    module = prepared(vision.UNet("bilinear"), torch.randn(4, 3, 32, 32))
    images = [(torch.randn(1, 3, h, w),) for h, w in ((32, 40), (24, 24), (46, 35))]
    return Net(module, images, ["image"], ["scores"], {"image": {2: "height", 3: "width"}})


@dynamic("unet_any_size_nearest", SCRIPT, 13)
def unet_any_size_nearest():
    module = prepared(vision.UNet("nearest"), torch.randn(4, 3, 32, 32))
    images = [(torch.randn(n, 3, h, w),) for n, h, w in ((1, 32, 40), (3, 24, 24))]
    return Net(module, images, ["image"], ["scores"], {"image": {0: "batch", 2: "height", 3: "width"}})


@dynamic("lraspp_any_size", SCRIPT, 13)
def lraspp_any_size():
    net = torchvision.models.segmentation.lraspp_mobilenet_v3_large(weights=None, weights_backbone=None, num_classes=5)
    module = prepared(Pick(net, ["input"], ["out"]), torch.randn(8, 3, 64, 64))
    return Net(
        module,
        [(torch.randn(1, 3, 64, 80),), (torch.randn(1, 3, 48, 48),)],
        ["image"],
        ["scores"],
        {"image": {2: "height", 3: "width"}},
    )


class SuperResolution(nn.Module):
    """SRCNN: three convolutions on an enlarged image. The scale is an input; `by` says as what it reaches Resize."""

    def __init__(self, by):
        super().__init__()
        self.by = by
        self.net = nn.Sequential(
            nn.Conv2d(1, 16, 9, padding=4), nn.ReLU(), nn.Conv2d(16, 8, 1), nn.ReLU(), nn.Conv2d(8, 1, 5, padding=2)
        )

    def forward(self, image, scale):
        mode = "bicubic" if self.by == "bicubic" else "bilinear"
        size = (image.shape[2] * scale, image.shape[3] * scale)
        return self.net(F.interpolate(image, size=size, mode=mode, align_corners=False))


def super_resolution(by):
    images = [
        (torch.randn(n, 1, h, w), torch.tensor(s)) for n, h, w, s in ((1, 12, 16, 2), (2, 8, 8, 3), (1, 15, 9, 4))
    ]
    return Net(
        prepared(SuperResolution(by)),
        images,
        ["image", "scale"],
        ["enlarged"],
        {"image": {0: "batch", 2: "height", 3: "width"}},
    )


@dynamic("srcnn_scale_bicubic", SCRIPT, 11)
def srcnn_scale_bicubic():
    return super_resolution("bicubic")


@dynamic("srcnn_scale_bilinear", SCRIPT, 13)
def srcnn_scale_bilinear():
    return super_resolution("bilinear")


@dynamic("vit_any_batch", DYNAMO, 18)
def vit_any_batch():
    net = vision.vit()
    net.data_sets = [(torch.randn(n, 3, 32, 32),) for n in (2, 1, 5)]
    net.dynamic = {"image": {0: "batch"}}
    return net


@dynamic("gpt2_any_length_op14", SCRIPT, 14)
@dynamic("gpt2_any_length_dynamo", DYNAMO, 18)
def gpt2_any_length():
    net = text.gpt2()
    net.data_sets = [(text.ids(n, length), text.padding_mask(n, length)) for n, length in ((2, 12), (1, 5), (3, 20))]
    net.dynamic = {"input_ids": {0: "batch", 1: "length"}, "attention_mask": {0: "batch", 1: "length"}}
    return net


@dynamic("llama_any_length", DYNAMO, 20)
def llama_any_length():
    net = text.llama_sdpa()
    net.data_sets = [(text.ids(1, length),) for length in (12, 5, 20)]
    net.dynamic = {"input_ids": {1: "length"}}
    return net


@dynamic("bert_any_length_op14", SCRIPT, 14)
@dynamic("bert_any_length_dynamo", DYNAMO, 18)
def bert_any_length():
    net = text.bert()
    net.data_sets = [
        (text.ids(n, length), text.padding_mask(n, length), torch.randint(0, 2, (n, length)))
        for n, length in ((2, 16), (1, 7), (3, 24))
    ]
    net.dynamic = {name: {0: "batch", 1: "length"} for name in net.inputs}
    return net


class Cached(nn.Module):
    """One decoding step of attention with a cache that grows from call to call."""

    def __init__(self, width=32, heads=4):
        super().__init__()
        self.heads = heads
        self.project, self.out = nn.Linear(width, 3 * width), nn.Linear(width, width)

    def forward(self, x, keys, values):
        batch, length, width = x.shape
        q, k, v = (t.reshape(batch, length, self.heads, -1).transpose(1, 2) for t in self.project(x).chunk(3, -1))
        keys, values = torch.cat([keys, k], 2), torch.cat([values, v], 2)
        weights = (q @ keys.transpose(2, 3) / 8**0.5).softmax(-1)
        return self.out((weights @ values).transpose(1, 2).reshape(batch, length, width)), keys, values


@dynamic("cached_attention_op13", SCRIPT, 13)
@dynamic("cached_attention_dynamo", DYNAMO, 18)
def cached_attention():
    steps = [(torch.randn(1, 1, 32), torch.randn(1, 4, past, 8), torch.randn(1, 4, past, 8)) for past in (5, 2, 9)]
    return Net(
        prepared(Cached()),
        steps,
        ["x", "keys", "values"],
        ["y", "keys_out", "values_out"],
        {"keys": {2: "past"}, "values": {2: "past"}},
    )


class Tagger(nn.Module):
    """LSTM and GRU over sequences of any length."""

    def __init__(self):
        super().__init__()
        self.embedding = nn.Embedding(50, 12)
        self.lstm = nn.LSTM(12, 16, bidirectional=True)
        self.gru = nn.GRU(32, 10)
        self.head = nn.Linear(10, 5)

    def forward(self, words):
        y, _ = self.lstm(self.embedding(words))
        y, last = self.gru(y)
        return self.head(y), last


@dynamic("rnn_any_length_op11", SCRIPT, 11)
@dynamic("rnn_any_length_op17", SCRIPT, 17)
def rnn_any_length():
    words = [(torch.randint(0, 50, (length, n)),) for length, n in ((10, 2), (4, 1), (17, 3))]
    return Net(prepared(Tagger()), words, ["words"], ["tags", "last"], {"words": {0: "length", 1: "batch"}})


class Packed(nn.Module):
    """A GRU over rows of different lengths."""

    def __init__(self):
        super().__init__()
        self.gru = nn.GRU(6, 8, bidirectional=True, batch_first=True)

    def forward(self, x, lengths):
        packed = nn.utils.rnn.pack_padded_sequence(x, lengths, batch_first=True)
        y, last = self.gru(packed)
        y, _ = nn.utils.rnn.pad_packed_sequence(y, batch_first=True)
        return y, last


@dynamic("rnn_lengths", SCRIPT, 13)
def rnn_lengths():
    rows = [
        (torch.randn(len(lengths), max(lengths), 6), torch.tensor(lengths))
        for lengths in ([9, 6, 2], [5, 5], [12, 11, 3, 1])
    ]
    return Net(
        prepared(Packed()),
        rows,
        ["x", "lengths"],
        ["y", "last"],
        {"x": {0: "batch", 1: "length"}, "lengths": {0: "batch"}},
    )


@dynamic("separator_any_length", SCRIPT, 16)
def separator_any_length():
    net = text.separator()
    net.data_sets = [(torch.randn(1, 1, length),) for length in (400, 256, 504)]
    net.dynamic = {"sound": {2: "samples"}}
    return net


# ---- control flow, in TorchScript ------------------------------------------------------------------------------------


class Greedy(nn.Module):
    """Writes word after word until one says stop, with keys and values kept for the words so far."""

    def __init__(self, words=50, width=16):
        super().__init__()
        self.embedding, self.out, self.mix = (
            nn.Embedding(words, width),
            nn.Linear(width, words),
            nn.Linear(2 * width, width),
        )
        self.q, self.k, self.v = nn.Linear(width, width), nn.Linear(width, width), nn.Linear(width, width)

    def forward(self, start: Tensor, most: int):
        x = self.embedding(start)
        keys, values, text, state = self.k(x), self.v(x), start, x[-1:] * 0
        for _ in range(most):
            x = self.embedding(text[-1:])
            seen = (self.q(x) @ keys.t()).softmax(-1) @ values
            state = torch.tanh(self.mix(torch.cat([x + seen, state], 1)))
            word = self.out(state).argmax(-1)
            x = self.embedding(word)
            keys, values, text = torch.cat([keys, self.k(x)]), torch.cat([values, self.v(x)]), torch.cat([text, word])
            if int(word) == 7:
                break
        return text, state


@dynamic("greedy", SCRIPT, 16)
def greedy():
    starts = [(torch.tensor(words), torch.tensor(most)) for words, most in (([1, 2], 6), ([3, 4, 9], 12), ([5], 0))]
    return Net(
        torch.jit.script(prepared(Greedy())), starts, ["words", "most"], ["text", "state"], {"words": {0: "count"}}
    )


class Chosen(nn.Module):
    """The rows of which a condition holds, one by one."""

    def forward(self, rows: Tensor, limit: Tensor):
        chosen = rows[:0]
        for i in range(rows.shape[0]):
            if bool(rows[i].sum() > limit):
                chosen = torch.cat([chosen, rows[i : i + 1] * 2])
        return chosen


@dynamic("chosen", SCRIPT, 16)
def chosen():
    rows = [(torch.randn(n, 4), torch.tensor(limit)) for n, limit in ((6, 0.0), (3, 9.0), (5, -9.0))]
    return Net(torch.jit.script(Chosen()), rows, ["rows", "limit"], ["chosen"], {"rows": {0: "count"}})


class WhileLoop(nn.Module):
    """Newton's iteration for square roots, until it no longer moves or has gone on for too long."""

    def forward(self, x: Tensor, limit: int):
        y = torch.ones_like(x)
        steps = 0
        moved = True
        while moved and steps < limit:
            z = 0.5 * (y + x / y)
            moved = bool((z - y).abs().max() > 1e-3)
            y = z
            steps += 1
        return y, torch.tensor(steps)


class Growing(nn.Module):
    """A text that a loop appends to, the last words of it, and a list that goes on until a condition ends it."""

    def forward(self, words: Tensor, rounds: int, most: Tensor):
        recent = words[-1:]
        for i in range(rounds):
            word = (recent.sum(0, keepdim=True) * 3 + i) % 17
            words = torch.cat([words, word])
            recent = torch.cat([recent, word])[-4:]
        steps = words[:1] * 0
        while bool(steps.sum() < most):
            steps = torch.cat([steps, steps[-1:] + 1])
        return words, recent, steps


@dynamic("growing", SCRIPT, 14)
def growing():
    values = [
        (torch.randint(1, 17, (n,)), torch.tensor(rounds), torch.tensor(most))
        for n, rounds, most in ((3, 7, 9), (1, 0, 0), (5, 12, 50))
    ]
    return Net(
        torch.jit.script(Growing()),
        values,
        ["words", "rounds", "most"],
        ["text", "recent", "steps"],
        {"words": {0: "length"}},
    )


@dynamic("while_loop", SCRIPT, 13)
def while_loop():
    values = [(torch.rand(n) * 50 + 0.5, torch.tensor(limit)) for n, limit in ((8, 30), (3, 3), (12, 30))]
    return Net(torch.jit.script(WhileLoop()), values, ["x", "limit"], ["root", "steps"], {"x": {0: "n"}})


class IfInFor(nn.Module):
    """A branch in a branch in a loop over the rows; what a row does depends on its values."""

    def __init__(self):
        super().__init__()
        self.even, self.odd = nn.Linear(6, 6), nn.Linear(6, 6)

    def forward(self, x: Tensor):
        state = torch.zeros(6)
        for i in range(x.size(0)):
            row = x[i]
            if bool(row.sum() > 0):
                if i % 2 == 0:
                    state = torch.tanh(self.even(row + state))
                else:
                    state = torch.sigmoid(self.odd(row * state))
            else:
                state = 0.5 * state - row.abs()
        return state


@dynamic("if_in_for_op11", SCRIPT, 11)
@dynamic("if_in_for_op16", SCRIPT, 16)
def if_in_for():
    return Net(
        torch.jit.script(prepared(IfInFor())),
        [(torch.randn(n, 6),) for n in (5, 2, 9)],
        ["x"],
        ["state"],
        {"x": {0: "rows"}},
    )


class Collect(nn.Module):
    """A loop that gathers its results in a list, and a loop in that loop."""

    def forward(self, x: Tensor, count: int):
        rows: list[Tensor] = []
        for i in range(count):
            total = torch.zeros_like(x)
            for k in range(i + 1):
                total = total + torch.cos(x * float(k))
            rows.append(total)
        return torch.stack(rows)


@dynamic("loop_in_loop", SCRIPT, 12)
def loop_in_loop():
    return Net(
        torch.jit.script(Collect()), [(torch.randn(4), torch.tensor(n)) for n in (3, 1, 6)], ["x", "count"], ["rows"]
    )


class Cell(nn.Module):
    """A recurrent cell written out, run over a sequence of any length."""

    def __init__(self):
        super().__init__()
        self.input, self.state = nn.Linear(5, 24), nn.Linear(8, 24, bias=False)

    def forward(self, x: Tensor):
        h = torch.zeros(x.size(1), 8)
        for t in range(x.size(0)):
            a, b = self.input(x[t]), self.state(h)
            reset, update = torch.sigmoid(a[:, :8] + b[:, :8]), torch.sigmoid(a[:, 8:16] + b[:, 8:16])
            h = update * h + (1 - update) * torch.tanh(a[:, 16:] + reset * b[:, 16:])
        return h


@dynamic("scripted_cell", SCRIPT, 13)
def scripted_cell():
    return Net(
        torch.jit.script(prepared(Cell())),
        [(torch.randn(length, n, 5),) for length, n in ((7, 2), (3, 1), (12, 2))],
        ["x"],
        ["h"],
        {"x": {0: "length", 1: "batch"}},
    )


# ---- as many results as the data ask for -----------------------------------------------------------------------------


class Choose(nn.Module):
    def forward(self, x, k):
        above = x[x > 0.5]
        places = torch.nonzero(x > 0.5)
        best, where = torch.topk(x.flatten(), k)
        values, inverse, counts = torch.unique(torch.round(x * 2).flatten(), return_inverse=True, return_counts=True)
        return above, places, best, where, values, inverse, counts


@dynamic("choose", SCRIPT, 13)
def choose():
    data = [(torch.randn(h, w), torch.tensor(k)) for h, w, k in ((4, 5, 3), (2, 3, 1), (6, 6, 10))]
    return Net(
        Choose(),
        data,
        ["x", "k"],
        ["above", "places", "best", "where", "values", "inverse", "counts"],
        {"x": {0: "h", 1: "w"}},
    )


class Ranges(nn.Module):
    def forward(self, x, start, count):
        steps = torch.arange(start, start + count, dtype=torch.float32)
        table = x.unsqueeze(-1) * steps
        return table, torch.cumsum(table, 1), F.pad(table, (0, 2), value=1.0).flip(1)


@dynamic("ranges", SCRIPT, 14)
def ranges():
    data = [(torch.randn(n), torch.tensor(a), torch.tensor(c)) for n, a, c in ((3, 1, 4), (2, -2, 3), (5, 0, 8))]
    return Net(Ranges(), data, ["x", "start", "count"], ["table", "sums", "padded"], {"x": {0: "n"}})
