"""Scripts a model with a loop and a branch, exports it, and writes down what PyTorch computes with it.

usage: export.py FOLDER        needs torch and onnx
"""
import sys

import onnx
import torch
from torch import Tensor, nn

ROOMS = 6
COLD = [4.0, 5.5, 7.0, 3.5, 6.0, 8.0]
WARM = [21.5, 22.0, 24.0, 23.0, 22.5, 21.0]
CASES = [(COLD, 0, 19.0), (COLD, 10, 19.0), (COLD, 120, 19.0), (WARM, 10, 19.0), (WARM, 120, 19.0), (WARM, 120, 23.0)]


class House(nn.Module):
    """Warmth moves between neighbouring rooms and out of the house. A thermostat looks at the mean
    temperature once a minute."""

    def __init__(self):
        super().__init__()
        wall = 0.05 * (torch.diag(torch.ones(ROOMS - 1), 1) + torch.diag(torch.ones(ROOMS - 1), -1))
        self.walls = nn.Linear(ROOMS, ROOMS, bias=False)
        self.walls.weight = nn.Parameter(wall + torch.diag(0.98 - wall.sum(0)))  # 2 % of it is lost
        self.radiators = nn.Parameter(torch.tensor([0.9, 0.0, 0.6, 0.7, 0.0, 0.8]))

    def forward(self, rooms: Tensor, minutes: int, wanted: Tensor):
        heated = 0
        for _ in range(minutes):
            if bool(rooms.mean() < wanted):
                rooms = self.walls(rooms) + self.radiators
                heated += 1
            else:
                rooms = self.walls(rooms)
        return rooms, torch.tensor(heated)


def array(values):
    return "{" + ", ".join(f"{v:.9g}f" if "." in f"{v:.9g}" else f"{v:.9g}.0f" for v in values) + "}"


def main():
    folder = sys.argv[1]
    house = torch.jit.script(House().eval())
    names = {"input_names": ["rooms", "minutes", "wanted"], "output_names": ["after", "heated"]}
    path = f"{folder}/model.onnx"
    torch.onnx.export(
        house, (torch.tensor(COLD), torch.tensor(3), torch.tensor(19.0)), path, opset_version=13, dynamo=False, **names
    )
    model = onnx.load(path)
    for inner in [model.graph, *(a.g for n in model.graph.node for a in n.attribute if a.HasField("g"))]:
        for node in inner.node:
            node.doc_string = ""  # stack traces
    onnx.save(model, path)
    with open(f"{folder}/pytorch.h", "w") as f:
        f.write("/* Written by export.py: what PyTorch computes. */\n")
        f.write(f"static const struct {{ float rooms[{ROOMS}]; int minutes; float wanted; ")
        f.write(f"float after[{ROOMS}]; int heated; }} pytorch[] = {{\n")
        for rooms, minutes, wanted in CASES:
            after, heated = house(torch.tensor(rooms), minutes, torch.tensor(wanted))
            f.write(f"    {{{array(rooms)}, {minutes}, {wanted}f,\n     {array(after.tolist())}, {heated}}},\n")
        f.write("};\n")


main()
