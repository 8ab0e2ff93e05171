"""The estimate of the stack, in the report and in the title, against what gcc says of each function.

usage: stack.py ONNX2C [--only GLOB]

gcc tells the frame of each function and who calls whom (-fcallgraph-info=su); the deepest chain of frames must be
within it. What is called by a pointer may be any function that nobody calls by its name. For the int8 networks
of firmware it must be of use, too: it is not much more than twice the chain. What those really use on the emulated
boards, which is less than the chain where a call is the last thing that its caller does, is at most MOST.
The last line counts: "N passed, N failed".
"""

import itertools
import json
import os
import re
import sys

import board
from parts import main, must, of_each, run

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "bench"))
import firmware  # it is in that folder

NODE = re.compile(r'node: \{ title: "([^"]*)" label: "[^"]*?(\d+) bytes')
EDGE = re.compile(r'edge: \{ sourcename: "([^"]*)" targetname: "([^"]*)"')
POINTER = "__indirect_call"
HOST = {"portable": [], "x86-64-v1": ["-march=x86-64"], "x86-64-v4": ["-march=x86-64-v4"], "c99": []}
USEFUL = 2.8
FIRMWARE = ["dscnn_int8_qdq", "vww_int8_qdq"]
MOST = 600
SMALL = [f"{name}_int8_qdq" for name in ("dscnn", "resnet8", "ad_ae", "vww", "mbv2")]
WAYS = [("-O3", "speed"), ("-O2", "speed"), ("-O3", "ram"), ("-Os", "size")]
OTHERS = {"digits": [], "kws_rnn": [], "small_image": [], "small_lm": ["--dim", "batch=1..3", "--dim", "length=1..48"]}
HOW = [("cortex-m4", "-O2"), ("cortex-m55", "-O3"), ("portable", "-O3"), ("x86-64-v4", "-O2")]


def deepest(text):
    """Bytes of the deepest chain of frames."""
    frame = {name: int(size) for name, size in NODE.findall(text)}
    calls = {}
    for caller, called in EDGE.findall(text):
        calls.setdefault(caller, set()).add(called)
    named = set().union(*calls.values())
    roots = [name for name in frame if name.split(":")[-1] in ("net_run", "net_run_in")]
    pointed = [n for n in frame if n not in named and n not in roots and POINTER not in calls.get(n, ())]
    known = {}

    def depth(name):
        if name not in known:
            known[name] = 0
            called = calls.get(name, set())
            below = itertools.chain(called - {POINTER}, pointed if POINTER in called else ())
            known[name] = frame.get(name, 0) + max(map(depth, below), default=0)
        return known[name]

    must(roots, "gcc has not seen the run functions")
    return max(map(depth, roots))


def compiler(target):
    if target in HOST:
        return ["gcc", *HOST[target]]
    return board.compiler(target)


def measured(onnx2c, folder, model, options, target, level):
    """(the bound, what gcc says)"""
    path = os.path.join(HERE, "models", model, "model.onnx")
    run(folder, onnx2c, path, "-o", "net.c", "--report", "net.json", "--target", target, *options)
    run(folder, *compiler(target), level, "-std=c99", "-fcallgraph-info=su", "-c", "net.c")
    with open(os.path.join(folder, "net.json"), encoding="utf-8") as f:
        bound = json.load(f)["stack_bytes"]
    with open(os.path.join(folder, "net.c"), encoding="utf-8") as f:
        must(f", stack about {bound:,} B, no heap" in f.read(), "the title has another bound than the report")
    with open(os.path.join(folder, "net.ci"), encoding="utf-8") as f:
        return bound, deepest(f.read())


def is_deep_enough(onnx2c, folder, model, target, level):
    bound, chain = measured(onnx2c, folder, model, OTHERS[model], target, level)
    must(chain <= bound, f"{chain} bytes of stack, and the bound is {bound}")


def is_of_use(onnx2c, folder, model, target, level, optimize):
    bound, chain = measured(onnx2c, folder, model, ["--optimize", optimize], target, level)
    must(chain <= bound <= USEFUL * chain, f"{chain} bytes of stack, and the bound is {bound}")


def is_small(onnx2c, folder, model, target, optimize):
    """It fills all of its stack before the call, and looks what the call has left."""
    used = firmware.measure(onnx2c, target, os.path.join(HERE, "models", model), folder, optimize, "-O3")["stack"]
    must(used <= MOST, f"{used} bytes of stack")


if __name__ == "__main__":
    os.environ["CCACHE_DISABLE"] = "1"  # it keeps objects, not what gcc says beside them
    sys.exit(main(
        of_each(is_of_use, *itertools.chain.from_iterable(itertools.product(FIRMWARE, board.BOARDS, *zip(way))
                                                          for way in WAYS)),
        of_each(is_small, *itertools.product(SMALL, board.BOARDS, ("speed", "ram"))),
        of_each(is_deep_enough, *((model, *how) for model in OTHERS for how in HOW)),
    ))
