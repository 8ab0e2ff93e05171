"""Whether the program says what ONNX Runtime says, and how fast each does, on one processor.

usage: compare.py GENERATE FOLDER [TOKENS]        FOLDER has model.onnx and tokens.h; needs numpy and onnxruntime
"""

import os
import re
import subprocess
import sys
import time

import numpy as np
import onnxruntime as ort

import network
import text

PROMPTS = ["Everyone is permitted", "You may ", "6. Termination. The licensee", "é"]


def merges_of(path):
    with open(path) as f:
        return [(int(a), int(b)) for a, b in re.findall(r"\{(\d+), (\d+)\}", f.read())]


def session_of(path):
    options = ort.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    return ort.InferenceSession(path, options, providers=["CPUExecutionProvider"])


def generated(session, prompt, count):
    """The tokens that follow, each the most probable one; seconds for all but the first."""
    names = [o.name for o in session.get_outputs()]
    empty = np.zeros((1, network.KV_HEADS, 0, network.SIZE), np.float32)
    feeds = {i.name: ort.OrtValue.ortvalue_from_numpy(empty) for i in session.get_inputs()}
    ids, tokens, start = prompt, [], 0
    for i in range(count):
        feeds["ids"] = ort.OrtValue.ortvalue_from_numpy(np.array([ids]))
        results = session.run_with_ort_values(names, feeds)
        tokens.append(int(results[0].numpy().argmax()))
        ids = tokens[-1:]
        feeds = {name.replace("present", "past"): value for name, value in zip(names[1:], results[1:])}
        if i == 0:
            start = time.perf_counter()
    return tokens, time.perf_counter() - start


def main():
    program, folder = sys.argv[1:3]
    count = int(sys.argv[3]) if len(sys.argv) > 3 else 150
    merges = merges_of(os.path.join(folder, "tokens.h"))
    spelled = text.spellings(merges)
    session = session_of(os.path.join(folder, "model.onnx"))
    good = True
    for prompt in PROMPTS:
        expected, seconds = generated(session, text.encode(prompt.encode(), merges), count)
        run = subprocess.run([program, prompt, str(count)], capture_output=True, check=True)
        same = run.stdout == prompt.encode() + b"".join(spelled[t] for t in expected) + b"\n"
        good = good and same
        rate = float(re.search(rb"([0-9]+) tokens per second", run.stderr).group(1))
        print(f"{prompt!r}: {'the same text' if same else 'ANOTHER TEXT'}; tokens per second: {rate:.0f}, "
              f"ONNX Runtime {(count - 1) / seconds:.0f}")
    return not good


if __name__ == "__main__":
    sys.exit(main())
