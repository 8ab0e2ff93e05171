"""A model's text never becomes code, and never shows what isn't there.

usage: hostile_text.py ONNX2C [--conformance FOLDER] [--all] [--only GLOB] [--jobs N] [-v]

Puts hostile texts into every string field of the models of tests/models, of official cases and of some made here, and
looks at everything the compiler writes: C, header, report, dumps, messages, verify's files and words. Then at odd names
of files. Before all, every check has to find the faults that are planted for it. --all takes every model and every text
rather than a sample; --only those whose names match, "names" being odd names of files and what comes with them.
The last line counts: "N passed, N failed".
"""

import argparse
import collections
import concurrent.futures
import fnmatch
import glob
import os
import random
import subprocess
import sys
import tempfile

import onnx

from hostile import builds, crafted, fields, outputs, paths, planted, variants

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
CASES = 60  # official ones in a sample
SHOWN = 40  # faults that are printed without -v


class Source:
    """A model and how it is compiled. Loaded where it is needed: sources go to other processes."""

    def __init__(self, name, number, path=None, made=None):
        self.name, self.number, self.path, self.made = name, number, path, made
        self.data = os.path.dirname(os.path.abspath(path)) if path else None

    def load(self):
        """(model, operators of --custom, options as text)."""
        if self.made is not None:
            _, model, options, customs = list(crafted.models())[self.made]
            return model, customs, options
        own = f". tests/lib.sh; dims_of {self.name}"
        options = (
            subprocess.run(["bash", "-c", own], stdout=subprocess.PIPE, text=True, check=True).stdout
            if "/" not in self.name
            else ""
        )
        return onnx.load(self.path, load_external_data=False), (), options


def sources(args):
    kept = sorted(glob.glob("tests/models/*/model.onnx"))
    cases = sorted(glob.glob(os.path.join(args.conformance, "*", "*", "model.onnx")))
    if not args.all:
        cases = sorted(random.Random(1).sample(cases, min(CASES, len(cases))))
    found = [(f.split("/")[-2], f, None) for f in kept] + [("/".join(f.split("/")[-3:-1]), f, None) for f in cases]
    found += [(name, None, i) for i, (name, *_) in enumerate(crafted.models())]
    return [
        Source(name, i, path, made)
        for i, (name, path, made) in enumerate(found)
        if fnmatch.fnmatchcase(name, args.only)
    ]


def chosen(source, keys, everything):
    """The variants of one model: a sample; with --all everything, but of an official case each way once."""
    rng, ways = random.Random(source.name), 5
    if source.made is not None:
        return list(variants.everything(keys, rng) if everything else variants.quick(keys, rng, source.number))
    if everything:
        return variants.sample(keys, rng, ways + 2) if "/" in source.name else list(variants.everything(keys, rng))
    every = variants.sample(keys, rng, ways)
    return [every[source.number % ways]] if "/" in source.name else [every[0], every[1 + source.number % (ways - 1)]]


def examine(source, onnx2c, everything):
    """(faults, how many outputs were looked at) of one model."""
    model, customs, options = source.load()
    keys = fields.groups(model, customs)
    words = fields.options_of(options, keys) + crafted.custom_words(customs)
    faults, looked_at, files, names = [], 0, [], {}
    with tempfile.TemporaryDirectory() as folder:
        for number, variant in enumerate(chosen(source, list(keys), everything)):
            job = outputs.Job(
                source.name, model, customs, words, source.data, outputs.FORMS[(number + source.number) % 3], variant
            )
            wrong, count, written = outputs.examine(job, onnx2c, os.path.join(folder, str(number)))
            faults, looked_at, files = faults + wrong, looked_at + count, files + written
            names.update((f, variant.name) for f in written)
        for batch in builds.batches(files):
            looked_at += len(batch[1])
            faults += [
                (source.name, names[f], os.path.basename(f), "doesn't build", said) for f, said in builds.build(batch)
            ]
    return faults, looked_at


def examine_names(onnx2c, folder, pool):
    """The same for names of files and words of the command line."""
    model = os.path.join(folder, "model.onnx")
    paths.write_model(model)
    faults = outputs.Faults("names", "")
    expected = paths.expected_result(onnx2c, model, os.path.join(folder, "plain"))
    jobs = [(name, form) for name in paths.NAMES for form in paths.FORMS]
    list(
        pool.map(
            lambda j: paths.check_name(faults, onnx2c, model, *jobs[j], os.path.join(folder, f"name{j}"), expected),
            range(len(jobs)),
        )
    )
    paths.check_words(faults, onnx2c, os.path.join(folder, "words"))
    for number, check in enumerate((crafted.check_suggestions, crafted.check_compared_strings)):
        own = os.path.join(folder, f"crafted{number}")
        os.makedirs(own)
        check(faults, onnx2c, own)
    return sorted(faults), faults.looked_at


def report(faults, looked_at, verbose):
    """Prints them, the first of each kind first."""
    counts = collections.Counter(check for *_, check, _ in faults)
    seen, rows = collections.Counter(), []
    for fault in faults:
        seen[fault[2], fault[3]] += 1
        rows.append((seen[fault[2], fault[3]], fault))
    for _, fault in sorted(rows, key=lambda r: r[0])[: None if verbose else SHOWN]:
        print("FAILED " + ": ".join(fault)[:600])
    for check, count in counts.most_common():
        print(f"{count:6} times: {check}")
    bad = len({fault[:3] for fault in faults})
    print(f"{looked_at - bad} passed, {bad} failed")
    return bad > 0 or looked_at == 0


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("onnx2c")
    parser.add_argument("--conformance", default="build/conformance")
    parser.add_argument("--all", action="store_true")
    parser.add_argument("--only", metavar="GLOB", default="*")
    parser.add_argument("--jobs", type=int, default=os.cpu_count())
    parser.add_argument("-v", "--verbose", action="store_true")
    args = parser.parse_args()
    args.onnx2c = os.path.abspath(args.onnx2c)
    os.chdir(ROOT)
    with tempfile.TemporaryDirectory() as folder:
        proved, missed = planted.check(folder)
        if missed:
            print("\n".join(f"FAILED planted fault: {m}" for m in missed))
            print(f"{proved - len(missed)} passed, {len(missed)} failed")
            return 1
        faults, looked_at = [], proved
        if fnmatch.fnmatchcase("names", args.only):
            with concurrent.futures.ThreadPoolExecutor(args.jobs) as pool:
                faults, more = examine_names(args.onnx2c, folder, pool)
                looked_at += more
    with concurrent.futures.ProcessPoolExecutor(args.jobs) as pool:
        todo = sources(args)
        for wrong, count in pool.map(examine, todo, [args.onnx2c] * len(todo), [args.all] * len(todo)):
            faults, looked_at = faults + wrong, looked_at + count
            if args.verbose:
                print("\n".join("FAILED " + ": ".join(f)[:600] for f in wrong), flush=True)
    return report(faults, looked_at, args.verbose)


if __name__ == "__main__":
    sys.exit(main())
