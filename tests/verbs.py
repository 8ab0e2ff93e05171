"""inspect, check, extract and simplify, against the onnx package and ONNX Runtime.

usage: verbs.py ONNX2C [--conformance FOLDER] [--only GLOB] [--jobs N]

What can be compared is: what inspect counts with what the onnx package reads, verdicts of check with onnx.checker's on
models that are right, wrong or mutated, outputs of parts and of simplified models with those of the whole, unoptimised.
The last line counts: "N passed, N failed".
"""

import argparse
import collections
import concurrent.futures
import fnmatch
import glob
import json
import os
import random
import subprocess
import sys
import tempfile

import check_models
import numpy as np
import onnx
import onnxruntime
from onnx import TensorProto, numpy_helper
from verbs_models import biased_models, external_model, hostile_model, models_of_no_ops, two_inputs

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "fuzz"))
import mutate  # noqa: E402

CASES, MUTANTS = 200, 300

# Nodes that onnxsim 0.8.1 leaves.
ONNXSIM = dict(
    ad_ae=28, ad_ae_int8_qdq=52, bert_tiny=186, digits=13, digits_int8_qdq=39, digits_int8_qop=11,
    distilbert_static=118, dscnn=21, dscnn_int8_qdq=58, dynhw=4, ifscript=5, iris_boost_reg=1, iris_forest=1,
    iris_logistic=3, kws_rnn=12, loopscript=2, mbv2_int8_qdq=300, resnet8=22, resnet8_int8_qdq=67, rtdetr=440,
    srcnn=8, vww_int8_qdq=148, wav2vec2=143,
)


# Models in which sizes hang on data in ways that leave values without types, unless bounds are given.
UNTYPED = {"greedy", "growing", "lists", "srcnn_scale_bilinear"}


class Wrong(Exception):
    pass


def must(condition, *words):
    if not condition:
        raise Wrong(" ".join(str(w) for w in words))


class Tool:
    def __init__(self, onnx2c, conformance):
        self.onnx2c, self.conformance = os.path.abspath(onnx2c), conformance

    def run(self, *words, status=0):
        done = subprocess.run([self.onnx2c, *words], capture_output=True, timeout=300)
        err = done.stderr.decode()
        must(done.returncode == status, "exit", done.returncode, "expected", status, *words, err[:300])
        return done.stdout.decode(), err

    def inspect(self, *words):
        return json.loads(self.run("inspect", *words, "--json")[0])


def models():
    return sorted(glob.glob("tests/models/*/model.onnx"))


def name_of(model):
    return os.path.basename(os.path.dirname(model))


def session(model):
    options = onnxruntime.SessionOptions()
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
    options.log_severity_level = 4
    return onnxruntime.InferenceSession(model, options)


def data_of(path, type_proto):
    with open(path, "rb") as f:
        data = f.read()
    kind = type_proto.WhichOneof("value")
    if kind == "sequence_type":
        return numpy_helper.to_list(onnx.SequenceProto.FromString(data))
    if kind == "optional_type":
        return numpy_helper.to_optional(onnx.OptionalProto.FromString(data))
    return numpy_helper.to_array(TensorProto.FromString(data))


def inputs_of(path, model):
    constants = {t.name for t in model.graph.initializer}
    folder = sorted(glob.glob(os.path.join(os.path.dirname(path), "test_data_set_*")))[0]
    inputs = [v for v in model.graph.input if v.name not in constants]
    return {v.name: data_of(f"{folder}/input_{i}.pb", v.type) for i, v in enumerate(inputs)}


def close(a, b):
    if isinstance(b, list):
        return len(a) == len(b) and all(close(x, y) for x, y in zip(a, b))
    if isinstance(b, dict):
        return a.keys() == b.keys() and all(close(a[k], b[k]) for k in a)
    if b is None:
        return a is None
    a, b = np.asarray(a), np.asarray(b)
    if a.shape != b.shape or a.dtype != b.dtype:
        return False
    if a.dtype.kind != "f":
        return np.array_equal(a, b)
    finite = np.abs(b[np.isfinite(b)].astype(np.float64))
    return np.allclose(a, b, rtol=1e-3, atol=max(1e-7, 1e-5 * finite.max(initial=0)), equal_nan=True)


# ---- inspect ---------------------------------------------------------------------------------------------------------


def nodes_within(graph):
    for n in graph.node:
        yield n
        for a in n.attribute:
            for g in [a.g] * a.HasField("g") + list(a.graphs):
                yield from nodes_within(g)


def inspect_counts(tool, path):
    model = onnx.load(path)
    said = tool.inspect(path)
    counted = collections.Counter((n.domain, n.op_type) for n in nodes_within(model.graph))
    must({(o["domain"], o["op"]): o["count"] for o in said["operators"]} == counted, "operators", said["operators"])
    sizes = [int(np.prod(t.dims, dtype=np.int64)) for t in model.graph.initializer]
    if not any(a.HasField("g") for n in model.graph.node for a in n.attribute):
        must(said["parameters"] == sum(sizes), "parameters", said["parameters"], sum(sizes))
        must(said["parameter_tensors"] == len(sizes), "tensors", said["parameter_tensors"])
    must(said["ir_version"] == model.ir_version and said["producer"] == model.producer_name, said)
    must([o["version"] for o in said["opsets"]] == [o.version for o in model.opset_import], said["opsets"])
    must([v["name"] for v in said["outputs"]] == [v.name for v in model.graph.output], said["outputs"])
    must(said["compiles"] == (not said["reasons"]), said["reasons"])


def inspect_agrees_with_report(tool, path):
    with tempfile.TemporaryDirectory() as folder:
        tool.run(path, "-o", f"{folder}/m.c", "--report", f"{folder}/m.json")
        with open(f"{folder}/m.json") as f:
            report = json.load(f)
    said = tool.inspect(path)
    must(said["macs"] == report["macs"] > 0, "macs", said["macs"], report["macs"])
    shapes = [[v["name"], v["type"], v["shape"]] for v in said["inputs"]]
    must(shapes == [[v["name"], v["type"], v["shape"]] for v in report["inputs"]], shapes)


def inspect_open_dims(tool):
    said = tool.inspect("tests/models/dynhw/model.onnx")
    must([d["name"] for d in said["open_dims"]] == ["batch", "height", "width"], said["open_dims"])
    must(said["inputs"][0]["shape"] == ["batch", 3, "height", "width"], said["inputs"])
    options = [word for d in said["open_dims"] for word in d["option"].split()]
    settled = tool.inspect("tests/models/dynhw/model.onnx", *options)
    must(settled["open_dims"] == [] and settled["compiles"], settled)
    must(settled["macs"] == said["macs"], settled["macs"], said["macs"])
    text, _ = tool.run("inspect", "tests/models/dynhw/model.onnx")
    must(all(f"--dim {d}=" in text for d in ("batch", "height", "width")), text)


def inspect_all_reasons(tool):
    with tempfile.TemporaryDirectory() as folder:
        path = f"{folder}/m.onnx"
        onnx.save(hostile_model(), path)
        said = tool.inspect(path)
        text, err = tool.run("inspect", path)
    for word in ("NoSuchThing", "NorThat", "Softmax", "Third"):
        must(sum(word in reason for reason in said["reasons"]) == 1, word, said["reasons"])
        must(sum(word in line and "node" in line for line in text.splitlines()) == 1, word, text)
    must(said["macs"] is None and not said["compiles"] and len(said["open_dims"]) == 2, said)
    must(said["graph"] == said["producer"] == said["metadata"][0]["value"] == 'a"\n\\\u202e\x1b[31m*/', said)
    must("\x1b" not in text and "\u202e" not in text and not err, repr(text))


# ---- check -----------------------------------------------------------------------------------------------------------


def checkers_verdict(path, full):
    try:
        onnx.checker.check_model(path, full_check=full)
        return ""
    except Exception as e:  # of several kinds
        return str(e) or "?"


# What onnx.checker refuses and we don't, and why.
ALLOWED = {
    "No opset import for domain 'ai.onnx'": "the empty domain is the same one",
}


def check_agrees(tool, path):
    plain = checkers_verdict(path, False)
    done = subprocess.run([tool.onnx2c, "check", path], capture_output=True, timeout=60)
    said = done.stderr.decode()
    must(done.returncode in (0, 1), "exit", done.returncode, said[:300])
    must((done.returncode == 0) == (": valid\n" in done.stdout.decode()), done.stdout)
    must((done.returncode == 1) == bool(said), said)
    if plain and not any(words in plain for words in ALLOWED):
        must(done.returncode == 1, "onnx.checker says", plain[:300])
    if not plain and done.returncode and not checkers_verdict(path, True):
        # What inference knows better than the package's: every line says so.
        must(all("the model is invalid here" in line for line in said.splitlines()), said[:300])


def check_mutants(tool):
    seeds = sorted(glob.glob(f"{tool.conformance}/node/*/model.onnx"))[::9]
    must(len(seeds) > 50, "no models of", tool.conformance)
    datas = [open(s, "rb").read() for s in seeds]
    rng = random.Random(3)
    mutator = mutate.Mutator(rng, [onnx.ModelProto.FromString(d) for d in datas[:60]])
    made = 0
    with tempfile.TemporaryDirectory() as folder:
        while made < MUTANTS:
            data = mutator.mutate(rng.choice(datas))
            try:
                onnx.ModelProto.FromString(data)
            except Exception:  # bytes that are no message
                continue
            with open(f"{folder}/m.onnx", "wb") as f:
                f.write(data)
            if "damaged" not in subprocess.run([tool.onnx2c, "check", f.name], capture_output=True, text=True).stderr:
                check_agrees(tool, f.name)
            made += 1


def check_says(tool, model, message):
    """It is said, and onnx.checker refuses the model, too, unless it is known not to."""
    with tempfile.TemporaryDirectory() as folder:
        path = f"{folder}/m.onnx"
        onnx.save(model, path)
        _, said = tool.run("check", path, status=1)
        must(message in said, "expected", message, "found", said)
        stricter = any(message.endswith(words) for words in check_models.STRICTER)
        must(stricter != bool(checkers_verdict(path, False)), "onnx.checker's verdict")


def check_says_everything(tool):
    with tempfile.TemporaryDirectory() as folder:
        onnx.save(hostile_model(), f"{folder}/m.onnx")
        _, said = tool.run("check", f"{folder}/m.onnx", status=1)
    must(said.count("has no such operator") == 2, said)
    must("\x1b" not in said and "\u202e" not in said, repr(said))


# ---- extract ---------------------------------------------------------------------------------------------------------


def between(tool, path, model, rng, folder):
    """A part of the model from a node in its first half to one in its second."""
    nodes = model.graph.node
    feed = inputs_of(path, model)
    start, end = rng.choice(nodes[: len(nodes) // 3 + 1]), rng.choice(nodes[len(nodes) // 2 :])
    ends = [o for o in end.output if o]
    part = f"{folder}/part.onnx"
    words = [w for o in [*start.output, *feed] if o and o not in ends for w in ("--from", o)]
    tool.run("extract", path, *words, *[w for o in ends for w in ("--to", o)], "-o", part)
    onnx.checker.check_model(part)
    runner = session(part)
    whole = onnx.ModelProto()
    whole.CopyFrom(model)
    there = {v.name for v in whole.graph.output}
    for name in {v.name for v in runner.get_inputs()} - feed.keys() | set(ends) - there:
        if name not in there:
            whole.graph.output.append(onnx.ValueInfoProto(name=name))
    of_whole = session(whole.SerializeToString())
    values = dict(zip([v.name for v in of_whole.get_outputs()], of_whole.run(None, feed)))
    found = runner.run(None, {v.name: {**values, **feed}[v.name] for v in runner.get_inputs()})
    must(set(ends) == {v.name for v in runner.get_outputs()}, "outputs of", part)
    for value, result in zip(runner.get_outputs(), found):
        must(close(result, values[value.name]), "another result:", value.name)


def extract_part(tool, path):
    model = onnx.load(path)
    with tempfile.TemporaryDirectory() as folder:
        for seed in range(2):
            between(tool, path, model, random.Random(seed), folder)


def extract_by_nodes(tool):
    path = "tests/models/digits/model.onnx"
    nodes = onnx.load(path).graph.node
    convs = [n for n in nodes if n.op_type == "Conv"]
    with tempfile.TemporaryDirectory() as folder:
        part = f"{folder}/part.onnx"
        tool.run("extract", path, "--from", convs[1].name, "--to", convs[2].name, "-o", part)
        graph = onnx.load(part).graph
        onnx.checker.check_model(part, full_check=True)
        must([v.name for v in graph.input] == [convs[1].input[0]], graph.input)
        must([v.name for v in graph.output] == [convs[2].output[0]], graph.output)
        must(graph.node[0] == convs[1] and graph.node[-1] == convs[2], "nodes")
        must(len(graph.initializer) == 4, len(graph.initializer))


def extract_messages(tool):
    with tempfile.TemporaryDirectory() as folder:
        path, out = two_inputs(folder), f"{folder}/out.onnx"
        for words, message in [
            (["--from", "a", "--to", "y"], 'needs the input "b", too; add it to --from'),
            (["--from", "nothing", "--to", "y"], '"nothing" is neither a value nor a node'),
            (["--from", "s", "--to", "s"], '"s" is an input and an output'),
        ]:
            _, said = tool.run("extract", path, *words, "-o", out, status=1)
            must(message in said and not os.path.exists(out), said)
        _, said = tool.run("extract", path, "--from", "s,a", "--to", "y", "-o", out)
        must('nothing of the part needs "a"' in said, said)
        must([v.name for v in onnx.load(out).graph.input] == ["s"], "inputs")
        for words in (["-o", out], ["--to", "y"], ["--to", "y", "-o", path], ["--to", ",", "-o", out]):
            tool.run("extract", path, *words, status=2)


def external_data(tool):
    """Stays external: where it is, or beside a model in another folder, and no more of it than is needed."""
    with tempfile.TemporaryDirectory() as folder:
        path = external_model(folder, 3)
        os.mkdir(f"{folder}/else")
        for out in (f"{folder}/out.onnx", f"{folder}/else/out.onnx"):
            tool.run("extract", path, "--from", "v1", "--to", "v2", "-o", out)
            onnx.checker.check_model(out)
            weights = onnx.load(out).graph.initializer
            must([t.name for t in weights] == ["w1"] and (numpy_helper.to_array(weights[0]) == 1).all(), weights)
            tool.run("simplify", path, "-o", out)
            kept = onnx.load(out, load_external_data=False).graph.initializer
            must(all(t.data_location == TensorProto.EXTERNAL and not t.raw_data for t in kept), "inside", out)
            feed = {"v0": np.ones((3, 40), np.float32)}
            must(close(session(out).run(None, feed), session(path).run(None, feed)), out)
        must(not os.path.exists(f"{folder}/out.onnx.data") and os.path.exists(f"{folder}/else/out.onnx.data"), "files")


# ---- simplify --------------------------------------------------------------------------------------------------------


def simplify(tool, path, folder):
    out = f"{folder}/simple.onnx"
    tool.run("simplify", path, "-o", out)
    onnx.checker.check_model(out)
    return out


def simplify_model(tool, path):
    model = onnx.load(path)
    feed = inputs_of(path, model)
    with tempfile.TemporaryDirectory() as folder:
        out = simplify(tool, path, folder)
        must(close(session(out).run(None, feed), session(path).run(None, feed)), "other results:", path)
        found = onnx.load(out)
        with open(out, "rb") as f:
            first = f.read()
        tool.run("simplify", path, "-o", out)
        must(first == open(out, "rb").read(), "other bytes the second time")
    must({n.domain for n in nodes_within(found.graph)} <= {n.domain for n in nodes_within(model.graph)}, "domains")
    nodes, most = len(found.graph.node), ONNXSIM.get(name_of(path), len(model.graph.node))
    must(nodes <= most, nodes, "nodes, expected at most", most)
    known = {v.name for v in found.graph.value_info}
    inner = {o for n in found.graph.node for o in n.output if o} - {v.name for v in found.graph.output}
    if name_of(path) not in UNTYPED and not any(a.HasField("g") for n in model.graph.node for a in n.attribute):
        must(inner <= known, "values without types:", sorted(inner - known)[:5])


def simplify_to(tool, what, model, feed, operators):
    """The model becomes one of these operators, with the same results."""
    with tempfile.TemporaryDirectory() as folder:
        path = f"{folder}/made.onnx"
        onnx.save(model, path)
        out = simplify(tool, path, folder)
        left = [n.op_type for n in onnx.load(out).graph.node]
        must(left == operators, what, "leaves", left)
        must(close(session(out).run(None, feed), session(path).run(None, feed)), what, "results")


def simplify_biases(tool):
    """What is added to a convolution or a product is part of it, on whichever side it stands."""
    for what, model, feed in biased_models():
        simplify_to(tool, what, model, feed, [{"MatMul": "Gemm"}.get(model.graph.node[0].op_type, "Conv")])


def simplify_no_ops(tool):
    """Nodes that change neither the elements nor the type and shape are gone, each of them."""
    for what, model, feed in models_of_no_ops():
        simplify_to(tool, what, model, feed, ["Neg", "Exp"])


def simplify_cases(tool):
    """ONNX's own cases that ONNX Runtime computes."""
    paths = sorted(glob.glob(f"{tool.conformance}/*/*/model.onnx"))
    random.Random(1).shuffle(paths)
    done = 0
    with tempfile.TemporaryDirectory() as folder:
        for path in paths:
            try:
                feed = inputs_of(path, onnx.load(path))
                expected = session(path).run(None, feed)
            except Exception:  # it can't compute this one
                continue
            out = simplify(tool, path, folder)
            must(close(session(out).run(None, feed), expected) or "random" in path, "other results:", path)
            done += 1
            if done == CASES:
                return
    must(False, "only", done, "cases")


# ---- all of them -----------------------------------------------------------------------------------------------------


def checks(conformance):
    for path in models():
        name = name_of(path)
        yield f"inspect {name}", inspect_counts, path
        yield f"check {name}", check_agrees, path
        if len(onnx.load(path).graph.node) > 4 and name not in UNTYPED:
            yield f"extract {name}", extract_part, path
        yield f"simplify {name}", simplify_model, path
    for name in ("digits", "dscnn_int8_qdq", "rtdetr"):
        yield f"inspect and report {name}", inspect_agrees_with_report, f"tests/models/{name}/model.onnx"
    yield "inspect open dimensions", inspect_open_dims
    yield "inspect all reasons", inspect_all_reasons
    for path in sorted(glob.glob("tests/cases/*/*/model.onnx")):
        yield f"check {path}", check_agrees, path
    for path in sorted(glob.glob(f"{conformance}/node/*/model.onnx"))[::10]:
        yield f"check case {name_of(path)}", check_agrees, path
    for name, model, message in check_models.all_models():
        yield f"check says {name}", check_says, model, message
    yield "check says everything", check_says_everything
    yield "check mutants", check_mutants
    yield "extract by nodes", extract_by_nodes
    yield "extract messages", extract_messages
    yield "external data", external_data
    yield "simplify biases", simplify_biases
    yield "simplify no-ops", simplify_no_ops
    yield "simplify cases", simplify_cases


def bad_models(folder):
    subprocess.run([sys.executable, "tests/bad_models.py", folder], stdout=subprocess.DEVNULL, check=True)
    for path in sorted(glob.glob(f"{folder}/*.onnx")):
        yield f"check bad {os.path.basename(path)}", check_agrees, path


def attempt(tool, name, function, *arguments):
    try:
        function(tool, *arguments)
        return None
    except Exception as e:  # what a check runs may fail in its own way
        return f"FAILED {name}: {type(e).__name__}: {e}"


def main():
    p = argparse.ArgumentParser()
    p.add_argument("onnx2c")
    p.add_argument("--conformance", default="build/conformance")
    p.add_argument("--only", default="*")
    p.add_argument("--jobs", type=int, default=os.cpu_count())
    a = p.parse_args()
    tool = Tool(a.onnx2c, a.conformance)
    with tempfile.TemporaryDirectory() as folder:
        wanted = [*checks(a.conformance), *bad_models(os.path.join(folder, "bad"))]
        wanted = [c for c in wanted if fnmatch.fnmatch(c[0], a.only)]
        with concurrent.futures.ThreadPoolExecutor(a.jobs) as pool:
            results = list(pool.map(lambda c: attempt(tool, *c), wanted))
    failures = [r for r in results if r]
    print(*failures, sep="\n")
    print(f"{len(results) - len(failures)} passed, {len(failures)} failed")
    sys.exit(1 if failures or not results else 0)


main()
