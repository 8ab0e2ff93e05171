"""Random graphs, compiled, built, run and compared with what ONNX Runtime computes without optimisation.

usage: run.py ONNX2C [-n N] [--seed SEED] [--jobs N] [--keep FOLDER]

Graph number i is made of seed SEED + i: the same one on every machine. Every tenth is built with sanitizers, the others
with warnings as errors. A failure is shrunk, and written with its data sets to FOLDER/SEED. One that is refused fails,
too: the graphs are valid, and the compiler should take them all; but for reasons in refusals.txt (a pattern a line,
after a comment that says why). The last line counts: "N passed, N failed, N skipped"; skipped are the refused and the
arguable ones, in which the reference evaluator agrees with us against ONNX Runtime.
"""

import argparse
import collections
import concurrent.futures
import os
import re
import sys

from generate import generate
from judge import judge
from shrink import needed, shrink

BROKEN = ("wrong", "refused", "nobuild", "crash", "timeout")
HERE = os.path.dirname(os.path.abspath(__file__))


def accepted_refusals():
    with open(os.path.join(HERE, "refusals.txt")) as f:
        return [re.compile(line.strip()) for line in f if line.strip() and not line.startswith("#")]


def outcome_of(onnx2c, graph, sanitized):
    outcome, lines = judge(onnx2c, graph, sanitized)
    known = accepted_refusals()
    if outcome == "refused" and all(any(k.search(line) for k in known) for line in lines):
        outcome = "known"
    return outcome, lines


def kind_of(outcome, lines):
    """What shrinking must keep: of a message, its words without what it is about."""
    if outcome in ("refused", "crash", "nobuild") and lines:
        return outcome, re.sub(r'"(\\.|[^"])*"|[0-9]+|\[.*?\]', "", lines[0].split("): ")[-1])
    return outcome, ""


# For the compiler, a graph has the operator to the right: this tool must find it out.
PLANTED = [("Add", "Sub"), ("ReduceMax", "ReduceMin"), ("Tanh", "Erf"), ("And", "Or"), ("Shape", "Size")]


def try_planted(task):
    """Is a fault found, in the first graph that has room for it, and is it what the shrunk graph is about?"""
    onnx2c, (right, wrong), keep = task
    graph = next(g for g in map(generate, range(1000)) if right in [n.op_type for n in needed(g, g.outputs)])
    graph.planted = {right: wrong}
    outcome, lines, graph = shrunk(onnx2c, graph, False, os.path.join(keep, f"planted_{right}"))
    found = outcome in BROKEN and right in [n.op_type for n in graph.nodes] and len(graph.nodes) < 4
    return found, f"{outcome} {wrong} for {right}: {'; '.join(lines)}"


def try_seed(task):
    onnx2c, seed, keep = task
    outcome, lines, _ = shrunk(onnx2c, generate(seed), seed % 10 == 9, os.path.join(keep, str(seed)))
    return seed, outcome, lines


def shrunk(onnx2c, graph, sanitized, keep):
    outcome, lines = outcome_of(onnx2c, graph, sanitized)
    if outcome in BROKEN:
        kind = kind_of(outcome, lines)
        graph = shrink(graph, lambda g: kind_of(*outcome_of(onnx2c, g, sanitized)) == kind)
        outcome, lines = outcome_of(onnx2c, graph, sanitized)
        graph.save(keep)
        lines = lines[:2] + [f"{len(graph.nodes)} nodes ({', '.join(n.op_type for n in graph.nodes[:6])})"]
    return outcome, lines, graph


def main():
    parser = argparse.ArgumentParser(description="Compares random graphs with ONNX Runtime.")
    parser.add_argument("onnx2c")
    parser.add_argument("-n", type=int, default=300)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--jobs", type=int, default=os.cpu_count())
    parser.add_argument("--keep", default="build/random")
    parser.add_argument("-v", "--verbose", action="store_true", help="print what is skipped, too")
    args = parser.parse_args()
    counts = collections.Counter()
    tasks = [(args.onnx2c, args.seed + i, args.keep) for i in range(args.n)]
    with concurrent.futures.ProcessPoolExecutor(args.jobs) as pool:
        for seed, outcome, lines in pool.map(try_seed, tasks):
            counts[outcome] += 1
            if outcome in BROKEN or args.verbose and outcome != "pass":
                print(f"{outcome} {seed}: {'; '.join(lines)}", flush=True)
        planted = list(pool.map(try_planted, [(args.onnx2c, p, args.keep) for p in PLANTED]))
    for found, said in planted:
        counts["pass" if found else "blind"] += 1
        if not found:
            print(f"a planted fault was not found: {said}")
    failed = counts["blind"] + sum(counts[o] for o in BROKEN)
    if failed:
        print(f"the graphs that failed are in {args.keep}")
    print(f"{counts['pass']} passed, {failed} failed, {counts['known'] + counts['arguable']} skipped")
    sys.exit(1 if failed or not counts["pass"] else 0)


if __name__ == "__main__":
    main()
