"""verify where there are no data: inputs that it makes up, who says what is right of them, data sets that it leaves.
And profile.

usage: verify.py ONNX2C [--only GLOB]

The last line counts: "N passed, N failed".
"""

import glob
import os
import shutil
import subprocess
import sys

import numpy as np
import onnx
import onnxruntime
from onnx import TensorProto, helper, numpy_helper
from parts import main, must, of_each

HERE = os.path.dirname(os.path.abspath(__file__))
MODELS = ["digits", "digits_int8_qdq", "kws_rnn", "bert_tiny", "dynhw", "iris_forest", "ifscript"]
# Those of 6 bits are of ONNX 1.21 and opset 26, of which no operator is compiled with them.
TYPES = [t for t in TensorProto.DataType.keys() if t != "UNDEFINED" and not t.startswith("FLOAT6")]


def verify(onnx2c, *words, status=0):
    done = subprocess.run([onnx2c, "verify", *words], capture_output=True, text=True, timeout=300)
    must(done.returncode == status, f"status {done.returncode}, expected {status}:", done.stdout, done.stderr)
    return done.stdout, done.stderr


def without_data(folder, model):
    """The model in a folder where there are no data sets."""
    for file in os.listdir(os.path.join(HERE, "models", model)):
        if not file.startswith("test_data_set"):
            shutil.copy(os.path.join(HERE, "models", model, file), folder)
    return os.path.join(folder, "model.onnx")


def save(folder, inputs, outputs, nodes, initializers=()):
    graph = helper.make_graph(nodes, "g", inputs, outputs, list(initializers))
    path = os.path.join(folder, "model.onnx")
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8), path)
    return path


def floats(name, *shape):
    return helper.make_tensor_value_info(name, TensorProto.FLOAT, list(shape))


def tensors(folder, what):
    found = []
    for path in sorted(glob.glob(os.path.join(folder, f"{what}_*.pb"))):
        with open(path, "rb") as f:
            found.append(numpy_helper.to_array(TensorProto.FromString(f.read())))
    return found


def files(folder):
    found = {}
    for path in glob.glob(os.path.join(folder, "*", "*.pb")):
        with open(path, "rb") as f:
            found[os.path.relpath(path, folder)] = f.read()
    return found


def recorded_sets_are_what_onnx_runtime_computes(onnx2c, folder, model):
    path, record = without_data(folder, model), os.path.join(folder, "record")
    out, _ = verify(onnx2c, path, "--record", record, "--runs", "2")
    must("2 of 2 data sets ok" in out, out)
    session = onnxruntime.InferenceSession(path)
    for number in range(2):
        data = os.path.join(record, f"test_data_set_{number}")
        feed = {i.name: x for i, x in zip(session.get_inputs(), tensors(data, "input"))}
        for found, expected in zip(tensors(data, "output"), session.run(None, feed)):
            must(found.shape == expected.shape and found.dtype == expected.dtype, found.shape, expected.shape)
            scale = np.max(np.abs(expected)) if expected.size else 0
            near = 0.02 * scale if "int8" in model else 1e-5 * scale
            must(np.allclose(found, expected, rtol=1e-3, atol=near), model, "differs from ONNX Runtime")
    verify(onnx2c, path, record)


def onnx_runtime_is_asked(onnx2c, folder):
    path = without_data(folder, "digits")
    out, err = verify(onnx2c, path, "--reference", "ort", "--python", sys.executable, "--runs", "1")
    must(f"ONNX Runtime {onnxruntime.__version__}" in err and "1 of 1 data sets ok" in out, out, err)


def a_python_without_onnx_runtime_is_told(onnx2c, folder):
    path, bare = without_data(folder, "digits"), os.path.join(folder, "bare")
    with open(bare, "w") as f:
        f.write(f'#!/bin/sh\nexec {sys.executable} -S -E "$@"\n')
    os.chmod(bare, 0o755)
    _, err = verify(onnx2c, path, "--reference", "ort", "--python", bare, status=1)
    must("install onnxruntime and onnx" in err, err)
    _, err = verify(onnx2c, path, "--reference", "ort", "--python", os.path.join(folder, "none"), status=1)
    must("can't be run; --python FILE names a Python" in err, err)


def typed(folder, dtype):
    """y = x, of any type."""
    ends = [[helper.make_tensor_value_info(name, dtype, [3, 5])] for name in "xy"]
    graph = helper.make_graph([helper.make_node("Identity", ["x"], ["y"])], "g", *ends)
    path = os.path.join(folder, "model.onnx")
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 25)], ir_version=13), path)
    return path


def every_type_can_be_made_up(onnx2c, folder, name):
    record = os.path.join(folder, "record")
    out, _ = verify(onnx2c, typed(folder, TensorProto.DataType.Value(name)), "--record", record)
    must("3 of 3 data sets ok" in out, out)
    inputs = {content for file, content in files(record).items() if "input" in file}
    must(len(inputs) == 3, "the three sets have the same numbers")


def onnx_runtime_takes_types_that_numpy_lacks(onnx2c, folder, name):
    path = typed(folder, TensorProto.DataType.Value(name))
    out, _ = verify(onnx2c, path, "--reference", "ort", "--python", sys.executable)
    must("3 of 3 data sets ok" in out, out)


def seeds_decide(onnx2c, folder):
    path, sets = without_data(folder, "digits"), []
    for number, seed in enumerate(["7", "7", "8"]):
        record = os.path.join(folder, f"record{number}")
        verify(onnx2c, path, "--record", record, "--runs", "1", "--seed", seed)
        sets.append(files(record))
    must(sets[0] == sets[1], "the same seed makes other files")
    must(sets[0] != sets[2], "another seed makes the same files")


def open_dimensions_have_several_sizes(onnx2c, folder):
    relu = helper.make_node("Relu", ["x"], ["y"])
    path, record = save(folder, [floats("x", "n", "m")], [floats("y", "n", "m")], [relu]), os.path.join(folder, "r")
    verify(onnx2c, path, "--record", record)
    shapes = {tensors(d, "input")[0].shape for d in glob.glob(os.path.join(record, "*"))}
    must(len({s[0] for s in shapes}) > 1 and len({s[1] for s in shapes}) > 1, shapes)
    verify(onnx2c, path, "--record", record, "--dim", "n=3..5", "--dim", "m=2")
    shapes = {tensors(d, "input")[0].shape for d in glob.glob(os.path.join(record, "*"))}
    must({(3, 2), (5, 2)} <= shapes and all(3 <= s[0] <= 5 and s[1] == 2 for s in shapes), shapes)


def random_models_are_refused(onnx2c, folder):
    node = helper.make_node("RandomNormalLike", ["x"], ["y"], name="dice")
    path = save(folder, [floats("x", 4)], [floats("y", 4)], [node])
    _, err = verify(onnx2c, path, status=1)
    must('node "dice"' in err and "give a data set" in err, err)


def ties_of_quantised_numbers_are_told(onnx2c, folder):
    """0.1 * x * 0.1 * 5 / 0.1 lies half way for odd x, or a little beside it in float32."""

    def number(name, value, dtype):
        return numpy_helper.from_array(np.array(value, dtype), name)

    quantised = "QuantizeLinear", "DequantizeLinear"
    nodes = [
        helper.make_node(quantised[1], ["x", "scale", "zero"], ["a"]),
        helper.make_node(quantised[1], ["w", "scale", "zero"], ["b"]),
        helper.make_node("MatMul", ["a", "b"], ["c"]),
        helper.make_node(quantised[0], ["c", "scale", "zero"], ["y"]),
    ]
    inputs, outputs = ([helper.make_tensor_value_info(n, TensorProto.INT8, [64, 1])] for n in "xy")
    constants = [number("scale", 0.1, np.float32), number("zero", 0, np.int8), number("w", [[5]], np.int8)]
    out, _ = verify(onnx2c, save(folder, inputs, outputs, nodes, constants), status=1)
    must('"y" depends on a near tie, which explains it: node -> "y" (QuantizeLinear' in out, out)
    right = save(folder, inputs, outputs, [helper.make_node("Identity", ["x"], ["y"])])
    out, _ = verify(onnx2c, right)
    must("near tie" not in out, out)


def errors_relative_to_the_scale_are_right(onnx2c, folder):
    """1e-5 of 1000 is 0.01: 0.005 beside 1000 is right, 0.05 isn't, and --atol takes what is said."""
    path = save(folder, [floats("x", 2)], [floats("y", 2)], [helper.make_node("Identity", ["x"], ["y"])])
    data = os.path.join(folder, "test_data_set_0")
    os.mkdir(data)
    for error, status in ((0.005, 0), (0.05, 1)):
        for name, values in (("input", [1000, 0]), ("output", [1000, error])):
            with open(os.path.join(data, f"{name}_0.pb"), "wb") as f:
                f.write(numpy_helper.from_array(np.array(values, np.float32)).SerializeToString())
        out, _ = verify(onnx2c, path, status=status)
        must(status == 0 or "differ by more than 0.01" in out and "[1]: 0, expected 0.05" in out, out)
    out, _ = verify(onnx2c, path, "--atol", "0.06")


def every_value_is_compared(onnx2c, folder):
    """Also those whose channels come last; with a planted error, the first that departs is where it was planted."""
    model, keep = os.path.join(HERE, "models", "digits", "model.onnx"), os.path.join(folder, "keep")
    out, _ = verify(onnx2c, model, "--per-node", "--keep", keep)
    within = out.split("values within, step by step\n")[1].splitlines()
    must([int(line.split()[0]) for line in within] == list(range(1, 9)), out)
    must(all(line.endswith(": ok") for line in within) and "nhwc" in within[0] and "departs" not in out, out)
    planted = 0
    for path in glob.glob(os.path.join(keep, "values", "*.pb")):
        with open(path, "rb") as f:
            t = TensorProto.FromString(f.read())
        if t.name == "/h/Gemm_output_0":
            with open(path, "wb") as f:
                f.write(numpy_helper.from_array(numpy_helper.to_array(t) + 1, t.name).SerializeToString())
            planted += 1
    must(planted == 1, planted)
    out, _ = verify(onnx2c, model, "--values", os.path.join(keep, "values"), status=1)
    must("1 of 1 data sets ok" in out and out.count("FAIL") == 1 and "the first that departs: step 7" in out, out)


def open_sizes_are_those_of_the_data(onnx2c, folder):
    out, _ = verify(onnx2c, without_data(folder, "bert_tiny"), "--per-node", "--dim", "seq=4..9")
    must("departs" not in out and out.count(": ok") > 20 and "no value" not in out, out)


def integers_at_the_interface_are_made_of_the_data(onnx2c, folder):
    """The data stay floats; a result that is one step off is wrong, and between two integers the nearest counts."""
    path, record = without_data(folder, "resnet8_int8_qdq"), os.path.join(folder, "record")
    verify(onnx2c, path, "--record", record, "--runs", "1")
    out, _ = verify(onnx2c, path, record, "--io", "quantized")
    must("84 int8[1,10]" in out and "1 of 1 data sets ok" in out, out)
    file = glob.glob(os.path.join(record, "*", "output_0.pb"))[0]
    step = next(numpy_helper.to_array(t) for t in onnx.load(path).graph.initializer if t.name == "84_scale")
    right = tensors(os.path.dirname(file), "output")[0]
    for steps, status in ((0.4, 0), (1, 1)):
        off = (right - steps * step * (right > right.mean())).astype(np.float32)
        with open(file, "wb") as f:
            f.write(numpy_helper.from_array(off).SerializeToString())
        verify(onnx2c, path, record, "--io", "quantized", status=status)


def images_may_have_their_channels_last(onnx2c, folder):
    """The data stay as they are; those of an image that is wrong in one place are wrong."""
    for model, *words in (("dynhw", "--dim", "batch=1..4"), ("vww_int8_qdq", "--io", "quantized"), ("srcnn",)):
        verify(onnx2c, os.path.join(HERE, "models", model, "model.onnx"), "--io", "nhwc", *words)
    path, record = without_data(folder, "small_image"), os.path.join(folder, "record")
    verify(onnx2c, path, "--record", record, "--runs", "1")
    out, _ = verify(onnx2c, path, record, "--io", "nhwc")
    must("map float32[1,16,16,2]" in out, out)
    file = glob.glob(os.path.join(record, "*", "output_0.pb"))[0]
    wrong = tensors(os.path.dirname(file), "output")[0].copy()
    wrong[0, 1, 3, 5] += 9
    with open(file, "wb") as f:
        f.write(numpy_helper.from_array(wrong).SerializeToString())
    out, _ = verify(onnx2c, path, record, "--io", "nhwc", status=1)
    must("1 of 512 elements differ" in out and "[0,3,5,1]" in out, out)


def results_are_the_same_wherever_buffers_lie(onnx2c, folder):
    """In further memories and in inputs; without a warning, or a byte where none may be."""
    flags = "-std=c99 -O1 -Wall -Wextra -Wpedantic -Wconversion -Wshadow -Werror -fsanitize=address,undefined"
    keep = os.path.join(folder, "keep")
    for model, *words in (("vww_int8_qdq", "--io", "quantized,nhwc"), ("small_mobile", "--dim", "batch=1..2"),
                          ("kws_rnn",), ("loopscript",), ("growing",)):
        path = os.path.join(HERE, "models", model, "model.onnx")
        verify(onnx2c, path, *words, "--reuse-inputs", "--region", "fast=5000", "--region", "slow=20000", "--cflags",
               flags, "--keep", keep)
        with open(os.path.join(keep, "model.c")) as f:
            text = f.read()
        must(", in fast */" in text and "void *fast, void *slow, " in text, model, "has nothing in a region")
        must(model != "vww_int8_qdq" or ", overwritten: (q - ZERO" in text, model, "overwrites no input")


def profile_of(onnx2c, *words):
    done = subprocess.run([onnx2c, "profile", *words], capture_output=True, text=True, timeout=300)
    must(done.returncode == 0, done.stdout, done.stderr)
    header, *rows, total = done.stdout.splitlines()
    must(header.split() == ["step", "ms", "share", "GFLOP/s", "bytes", "operator", "and", "name"], header)
    must([int(r.split()[0]) for r in rows] == list(range(1, len(rows) + 1)), done.stdout)
    must(abs(sum(float(r.split()[2].rstrip("%")) for r in rows) - 100) < 0.06 * len(rows), done.stdout)
    must(abs(sum(float(r.split()[1]) for r in rows) - float(total.split()[1])) < 1e-4 * len(rows), done.stdout)
    return [r.split() for r in rows]


def profile_tells_every_step(onnx2c, folder):
    """Those that the hooks of the generated file count; also without data, and where steps stand in loops."""
    rows = profile_of(onnx2c, os.path.join(HERE, "models", "digits", "model.onnx"))
    must([r[5] for r in rows] == ["Conv", "Conv", "Conv", "MaxPool", "Conv", "MaxPool", "Gemm", "Softmax"])
    must(rows[6][6] == "/h/Gemm" and int(rows[6][4]) == 4 * (128 + 128 * 16 + 10 + 10), rows[6])
    must(all(float(r[1]) > 0 for r in rows[:6]) and float(rows[4][3]) > 0.1 and float(rows[7][3]) == 0, rows)
    profile_of(onnx2c, without_data(folder, "bert_tiny"))
    model = os.path.join(HERE, "models", "loopscript", "model.onnx")
    done = subprocess.run([onnx2c, model, "--name", "m"], capture_output=True, text=True, check=True)
    must(len(profile_of(onnx2c, model)) == done.stdout.count("STEP(); /*"), "other steps than the file has")


def profile_needs_no_answer(onnx2c, folder):
    """What is right of a random result nobody knows, but it takes its time."""
    node = helper.make_node("RandomNormalLike", ["x"], ["y"], name="dice")
    rows = profile_of(onnx2c, save(folder, [floats("x", 4)], [floats("y", 4)], [node]))
    must(any(r[5] == "RandomNormalLike" and r[6] == "dice" for r in rows), rows)


def functions_get_numbers_and_strings(onnx2c, folder):
    """Of two operators that ONNX calls the same, and one with all kinds of attributes."""
    aten = lambda operator, x, y: helper.make_node("ATen", [x], [y], domain="org.pytorch.aten", operator=operator)
    scale = helper.make_node("Scale", ["b"], ["y"], domain="my", mode='twice "*/', by=3, add=0.5, more=[1, 2])
    nodes = [aten("negate", "x", "a"), aten("half", "a", "b"), scale]
    model = helper.make_model(helper.make_graph(nodes, "g", [floats("x", 2)], [floats("y", 2)]), ir_version=8,
                              opset_imports=[helper.make_opsetid(d, 1) for d in ("my", "org.pytorch.aten")])
    path = os.path.join(folder, "model.onnx")
    onnx.save(model, path)
    os.mkdir(os.path.join(folder, "data"))
    for name, values in (("input_0", [2, 4]), ("output_0", [-5.5, -11.5])):
        with open(os.path.join(folder, "data", name + ".pb"), "wb") as f:
            f.write(numpy_helper.from_array(np.array(values, np.float32)).SerializeToString())
    with open(os.path.join(folder, "functions.c"), "w") as f:
        f.write("""#include "model.h"
            #include <string.h>
            int org_pytorch_aten_negate(const float *x, const int32_t *x_dims, float *y, const int32_t *y_dims,
                                        const char *operator)
            { (void)y_dims; for (int i = 0; i < x_dims[0]; i++) y[i] = -x[i]; return strcmp(operator, "negate"); }
            int org_pytorch_aten_half(const float *x, const int32_t *x_dims, float *y, const int32_t *y_dims,
                                      const char *operator)
            { (void)y_dims; for (int i = 0; i < x_dims[0]; i++) y[i] = x[i] / 2; return strcmp(operator, "half"); }
            int my_Scale(const float *x, const int32_t *x_dims, float *y, const int32_t *y_dims, float add, int64_t by,
                         const char *mode)
            {
                (void)y_dims;
                for (int i = 0; i < x_dims[0]; i++) y[i] = x[i] * 2 * (float)by + add;
                return strcmp(mode, "twice \\"*/");
            }""")
    customs = [w for name in ("org.pytorch.aten::negate", "org.pytorch.aten::half", "my::Scale")
               for w in ("--custom", f"{name}=x[n] -> x")]
    data = os.path.join(folder, "data")
    out, err = verify(onnx2c, path, data, *customs, "--with", os.path.join(folder, "functions.c"))
    must("1 of 1 data sets ok" in out, out)
    must(err.count("warning") == 1 and 'doesn\'t get its attribute "more"' in err, err)
    _, err = verify(onnx2c, path, data, *customs, status=1)
    must("it calls the function org_pytorch_aten_negate, which no file has" in err and "undefined" not in err, err)


def the_code_that_is_kept_says_its_own_options(onnx2c, folder):
    for words, title in (([], "--name model"), (["--weights", "incbin"], "--name model --weights incbin")):
        verify(onnx2c, os.path.join(HERE, "models", "digits", "model.onnx"), "--keep", folder, *words)
        with open(os.path.join(folder, "model.c")) as f:
            must(f" *   options  {title}\n" in f.readlines(), f"its title has other options than {title}")


if __name__ == "__main__":
    sys.exit(main(
        onnx_runtime_is_asked,
        a_python_without_onnx_runtime_is_told,
        seeds_decide,
        open_dimensions_have_several_sizes,
        random_models_are_refused,
        ties_of_quantised_numbers_are_told,
        errors_relative_to_the_scale_are_right,
        every_value_is_compared,
        open_sizes_are_those_of_the_data,
        integers_at_the_interface_are_made_of_the_data,
        images_may_have_their_channels_last,
        results_are_the_same_wherever_buffers_lie,
        profile_tells_every_step,
        profile_needs_no_answer,
        the_code_that_is_kept_says_its_own_options,
        functions_get_numbers_and_strings,
        of_each(every_type_can_be_made_up, *TYPES),
        of_each(onnx_runtime_takes_types_that_numpy_lacks, "BFLOAT16", "FLOAT8E4M3FN", "FLOAT8E5M2"),
        of_each(recorded_sets_are_what_onnx_runtime_computes, *MODELS),
    ))
