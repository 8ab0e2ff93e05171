"""Every operator at every version of it: the (operator, version) pairs of ONNX's schemas.

usage: opsets.py ONNX2C CASES --root FOLDER [--only GLOB] [--jobs N] [--update]

Most pairs have one of ONNX's own cases, or one that is a valid model at another opset, too, whose stored results are
right then unless the version means something else: one that passes is enough. The others have a line in opsets.txt,
whose results ONNX Runtime tells, or the reference evaluator. Where neither knows the version, or numbers are random,
the model must compile. CASES (tests/machine/cases.c) computes them. How many pass of each pair, but for official ones
at their own version, stands in opsets_passing.txt, from which docs/cases.md is made; --update writes it. The last line
counts: "N passed, N failed".
"""

import argparse
import collections
import fnmatch
import glob
import os
import subprocess
import tempfile

import numpy as np
import onnx
import onnxruntime
from onnx import TensorProto, numpy_helper, parser
from onnx.reference import ReferenceEvaluator

HERE = os.path.dirname(os.path.abspath(__file__))
MOST_TRIED, MOST_NODES = 40, 3
PASSING = os.path.join(HERE, "opsets_passing.txt")
RANDOM = ("Bernoulli", "Multinomial", "RandomNormal", "RandomNormalLike", "RandomUniform", "RandomUniformLike")


def pairs_of_schemas():
    """{(domain, operator): versions}"""
    found = collections.defaultdict(list)
    for schema in onnx.defs.get_all_schemas_with_history():
        if not schema.deprecated:
            found[schema.domain, schema.name].append(schema.since_version)
    return {key: sorted(versions) for key, versions in found.items()}


def official_cases(root):
    """{(domain, operator): folders} of small models."""
    found = collections.defaultdict(list)
    for path in sorted(glob.glob(os.path.join(root, "*", "*", "model.onnx"))):
        if os.path.getsize(path) > 1 << 20:
            continue
        model = onnx.load(path)
        if len(model.graph.node) <= MOST_NODES:
            for key in {(node.domain, node.op_type) for node in model.graph.node}:
                found[key].append((os.path.dirname(path), model))
    return found


def at_version(model, domain, versions, version):
    """The model where this version of the operator is the one that counts, or None if it isn't valid there."""
    later = [v for v in versions if v > version]
    moved = onnx.ModelProto()
    moved.CopyFrom(model)
    for entry in moved.opset_import:
        if entry.domain == domain:
            entry.version = later[0] - 1 if later else max(version, entry.version)
    try:
        onnx.checker.check_model(moved)
        onnx.shape_inference.infer_shapes(moved, check_type=True, strict_mode=True)
    except Exception:
        return None
    return moved


def opset_of(model, domain):
    return next(o.version for o in model.opset_import if o.domain == domain)


def moved_cases(root, pairs, folder):
    """{folder: (pair, is it the case's own version?)} of official cases at each version."""
    found = {}
    official = official_cases(root)
    for domain, name, version in pairs:
        tried = 0
        for source, model in official[domain, name]:
            moved = at_version(model, domain, pairs[domain, name, version], version)
            if not moved:
                continue
            own = os.path.join(folder, ".".join([domain, name, str(version), *source.split(os.sep)[-2:]]))
            os.mkdir(own)
            onnx.save(moved, os.path.join(own, "model.onnx"))
            for data in glob.glob(os.path.join(source, "test_data_set_*")):
                os.symlink(os.path.abspath(data), os.path.join(own, os.path.basename(data)))
            native = max(v for v in pairs[domain, name, version] if v <= opset_of(model, domain))
            found[own] = (domain, name, version), native == version
            tried += 1
            if tried == MOST_TRIED:
                break
    return found


def made_inputs(model, seed):
    """Numbers for the inputs."""
    rng, made = np.random.default_rng(seed), {}
    for value in model.graph.input:
        if value.type.HasField("map_type"):
            made[value.name] = {2: 0.5, 0: -1.5}
            continue
        shape = [d.dim_value for d in value.type.tensor_type.shape.dim]
        dtype = onnx.helper.tensor_dtype_to_np_dtype(value.type.tensor_type.elem_type)
        if dtype == object:
            made[value.name] = np.array(["a", "b", "c"] * 9, object)[: int(np.prod(shape))].reshape(shape)
        elif np.issubdtype(dtype, np.integer):
            made[value.name] = rng.integers(0, 3, shape).astype(dtype)
        else:
            made[value.name] = rng.normal(size=shape).astype(dtype)
    return made


def results_of(model, inputs):
    """What ONNX Runtime computes, or else the reference evaluator; None if neither can."""
    if any(node.op_type in RANDOM or node.op_type == "ZipMap" for node in model.graph.node):
        return None
    try:
        session = onnxruntime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
        return session.run(None, inputs)
    except Exception:
        pass
    try:
        return ReferenceEvaluator(model).run(None, inputs)
    except Exception:
        return None


def serialized(name, value):
    """A tensor, or a map of integers to floats."""
    if not isinstance(value, dict):
        return numpy_helper.from_array(np.asarray(value), name).SerializeToString()
    values = [numpy_helper.from_array(np.asarray(x, np.float32)) for x in value.values()]
    values = onnx.SequenceProto(elem_type=onnx.SequenceProto.TENSOR, tensor_values=values)
    return onnx.MapProto(name=name, key_type=TensorProto.INT64, keys=list(value), values=values).SerializeToString()


def written_cases(pairs, folder):
    """{folder: pairs} of opsets.txt, and whether there are results."""
    found = {}
    with open(os.path.join(HERE, "opsets.txt")) as f:
        lines = [line.rstrip("\n") for line in f]
    for number, line in enumerate(lines, 1):
        if not line or line.startswith("#"):
            continue
        head, text = line.split(" | ", 1)
        opset, ml = (head.split() + ["3"])[:2]
        imports = f'"" : {opset}' + (f', "ai.onnx.ml" : {ml}' if "ai.onnx.ml." in text else "")
        model = parser.parse_model(f"<ir_version: 10, opset_import: [{imports}]> g {text}")
        onnx.checker.check_model(model)
        own = os.path.join(folder, f"opsets.txt:{number}")
        os.makedirs(os.path.join(own, "test_data_set_0"))
        onnx.save(model, os.path.join(own, "model.onnx"))
        inputs = made_inputs(model, number)
        results = results_of(model, inputs)
        if results is not None:
            for kind, names, arrays in (
                ("input", [i.name for i in model.graph.input], list(inputs.values())),
                ("output", [o.name for o in model.graph.output], results),
            ):
                for i, (name, array) in enumerate(zip(names, arrays)):
                    with open(os.path.join(own, "test_data_set_0", f"{kind}_{i}.pb"), "wb") as f:
                        f.write(serialized(name, array))
        versions = {o.domain: o.version for o in model.opset_import}
        of = {
            max(p for p in pairs if p[:2] == (node.domain, node.op_type) and p[2] <= versions[node.domain])
            for node in model.graph.node
        }
        found[own] = of, results is not None
    return found


def outcomes(cases, jobs, folders):
    """{folder: (outcome, why)}"""
    lines = "".join(f"1e-3 1e-5 {folder}\n" for folder in folders)
    done = subprocess.run([cases, str(jobs)], input=lines, stdout=subprocess.PIPE, text=True, errors="replace")
    found = {}
    for line in done.stdout.splitlines():
        outcome, _, rest = line.partition(" ")
        folder, _, why = rest.partition(": ")
        found[folder] = outcome, why
    return found


def counted(pairs, moved, said):
    """The lines of opsets_passing.txt, by pairs."""
    stays = {os.path.basename(own) for own, (_, is_native) in moved.items() if is_native}
    rows = {}
    for pair in pairs:
        count = sum(outcome == "pass" and name not in stays for name, outcome, _ in said[pair])
        if count:
            rows[pair] = f"{pair[0] or 'ai.onnx'} {pair[1]} {pair[2]} {count}\n"
    return rows


def compare_counts(rows, update):
    """Those of the file that are not so, after it was written anew if that is asked for."""
    if update:
        with open(PASSING, "w") as f:
            f.write("# domain, operator, version, cases: written by tests/opsets.py --update\n")
            f.writelines(rows[pair] for pair in sorted(rows))
    with open(PASSING) as f:
        found = set(f.read().splitlines(True)[1:])
    return sorted(set(rows.values()) - found)


def compiles(onnx2c, folder):
    done = subprocess.run(
        [onnx2c, os.path.join(folder, "model.onnx"), "-o", os.devnull], capture_output=True, text=True, errors="replace"
    )
    return ("pass", "") if done.returncode == 0 else ("refused", done.stderr.strip())


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("onnx2c")
    arguments.add_argument("cases")
    arguments.add_argument("--root", required=True)
    arguments.add_argument("--only", default="*")
    arguments.add_argument("--jobs", type=int, default=os.cpu_count())
    arguments.add_argument("--update", action="store_true")
    args = arguments.parse_args()
    onnxruntime.set_default_logger_severity(4)
    schemas = pairs_of_schemas()
    pairs = {(d, n, v): versions for (d, n), versions in schemas.items() for v in versions}
    wanted = {p for p in pairs if fnmatch.fnmatch(p[1], args.only)}
    said = collections.defaultdict(list)
    with tempfile.TemporaryDirectory(prefix="onnx2c-opsets-") as folder:
        moved = moved_cases(args.root, {p: pairs[p] for p in wanted}, folder)
        written = written_cases(pairs, folder)
        with_results = [own for own, (_, there) in written.items() if there]
        results = outcomes(args.cases, args.jobs, [*moved, *with_results])
        for own in written:
            if own not in with_results:
                results[own] = compiles(args.onnx2c, own)
        for own, (pair, _) in moved.items():
            said[pair].append((os.path.basename(own), *results.get(own, ("crash", "nothing is said of it"))))
        for own, (of, _) in written.items():
            for pair in of:
                said[pair].append((os.path.basename(own), *results.get(own, ("crash", "nothing is said of it"))))
    passed = failed = 0
    for pair in sorted(wanted):
        ended = said[pair]
        good = any(outcome == "pass" for _, outcome, _ in ended) and not any(o == "crash" for _, o, _ in ended)
        good = good and all(o == "pass" for name, o, _ in ended if name.startswith("opsets.txt"))
        if good:
            passed += 1
            continue
        failed += 1
        name = ".".join(map(str, pair))
        print(f"FAILED {name}: {'; '.join(': '.join(e) for e in ended[:3]) or 'there is no case for it'}")
    for line in compare_counts(counted(sorted(wanted), moved, said), args.update):
        failed += 1
        print(f"FAILED {os.path.basename(PASSING)} has another line than: {line.strip()} (--update writes it)")
    print(f"{passed} passed, {failed} failed")


if __name__ == "__main__":
    main()
