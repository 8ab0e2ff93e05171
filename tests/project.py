"""onnx2c project: every kind of folder is built as its kind of builds would, by stand-ins for those that are not here,
run, and what its testbench prints compared with ONNX Runtime. Its C is compiled for a microcontroller, too.

usage: project.py ONNX2C [--only GLOB]

The last line counts: "N passed, N failed".
"""

import configparser
import glob
import json
import os
import re
import sys

import numpy as np
import onnx
import onnxruntime
from onnx import TensorProto, helper
from parts import main, must, of_each, run

HERE = os.path.dirname(os.path.abspath(__file__))
KINDS = ["cmake", "zephyr", "arduino", "platformio", "esp-idf"]
STRICT = ["-std=c99", "-Wall", "-Wextra", "-Wpedantic", "-Wconversion", "-Wshadow", "-Wmissing-prototypes", "-Werror"]
ARM = ["-mcpu=cortex-m4", "-mthumb", "-O1", "-Wall", "-Wextra", "-Werror"]
# Models, the options of compiling, and how near the numbers are to ONNX Runtime's.
MODELS = {
    "digits": ([], 1e-5),
    "bert_tiny": (["--dim", "batch=1..2", "--dim", "seq=1..32"], 1e-4),
    "dynhw": (["--dim", "batch=1", "--dim", "height=8..16", "--dim", "width=8..16"], 1e-4),
}
ZEPHYR = """
project(kernel LANGUAGES C)
add_executable(app)
function(zephyr_library_named name)
    add_library(${name} STATIC)
    set(library ${name} PARENT_SCOPE)
    target_link_libraries(app PRIVATE ${name} m)
endfunction()
macro(zephyr_library_sources)
    target_sources(${library} PRIVATE ${ARGN})
endmacro()
function(zephyr_include_directories)
    target_include_directories(app PRIVATE ${ARGN})
    target_include_directories(${library} PRIVATE ${ARGN})
endfunction()
foreach(module ${ZEPHYR_EXTRA_MODULES})
    file(STRINGS ${module}/zephyr/module.yml line REGEX "^  cmake: ")
    string(REGEX REPLACE "^  cmake: " "" folder ${line})
    add_subdirectory(${module}/${folder} ${CMAKE_BINARY_DIR}/module)
endforeach()
"""
IDF = """
function(idf_component_register)
    cmake_parse_arguments(arg "" "" "SRCS;INCLUDE_DIRS;REQUIRES" ${ARGN})
    get_filename_component(component ${CMAKE_CURRENT_SOURCE_DIR} NAME)
    add_library(${component} STATIC ${arg_SRCS})
    target_include_directories(${component} PUBLIC ${arg_INCLUDE_DIRS})
    target_link_libraries(${component} PUBLIC ${arg_REQUIRES} m)
    set(COMPONENT_LIB ${component} PARENT_SCOPE)
endfunction()
macro(project name)
    _project(${name} LANGUAGES C)
    file(GLOB components components/*)
    foreach(component main ${components})
        add_subdirectory(${component})
    endforeach()
    file(WRITE ${CMAKE_BINARY_DIR}/start.c "void app_main(void); int main(void) { app_main(); return 0; }")
    add_executable(app ${CMAKE_BINARY_DIR}/start.c)
    target_link_libraries(app PRIVATE main)
endmacro()
"""
ARDUINO = """
#include <stdio.h>
struct Printer {
    void begin(long) {}
    void print(const char *text) { fputs(text, stdout); }
    void print(char c) { putchar(c); }
    void print(long number) { printf("%ld", number); }
    void println(int number) { printf("%d\\n", number); }
    void println(double number, int digits) { printf("%.*f\\n", digits, number); }
};
static Printer Serial;
#define INPUT 0
#define OUTPUT 1
"""


def project(onnx2c, folder, model, kind, *options):
    place = os.path.join(folder, kind)
    said = run(folder, onnx2c, "project", model, "--for", kind, "-o", place, "--name", "net", *options)
    must(not said or all(line.startswith("onnx2c: warning") for line in said.splitlines()), said)
    return place


def write(folder, name, text):
    os.makedirs(folder, exist_ok=True)
    with open(os.path.join(folder, name), "w") as f:
        f.write(text)


# -- how each kind is built --------------------------------------------------------------------------------------------


def entries(path, separator):
    """{key: value} of a file of such lines; indented ones, as YAML has them, under their own keys"""
    found = {}
    with open(path) as f:
        for line in f.read().splitlines():
            if line and not line.startswith("#"):
                m = re.fullmatch(r"( *)([A-Za-z_0-9]+)%s(.*)" % separator, line)
                must(m, path, line)
                found[m[2]] = m[3].strip()
    return found


def cmake(place, *options):
    run(place, "cmake", "-B", "out", *options)
    run(place, "cmake", "--build", "out")
    return os.path.join(place, "out")


def run_cmake(place, _):
    return run(place, os.path.join(cmake(place), "net_main"))


def run_zephyr(place, folder):
    must(entries(os.path.join(place, "zephyr", "module.yml"), ":")["name"] == "net_model")
    must(entries(os.path.join(place, "prj.conf"), "=")["CONFIG_CBPRINTF_FP_SUPPORT"] == "y")
    write(os.path.join(folder, "zephyr-stand-in"), "ZephyrConfig.cmake", ZEPHYR)
    return run(place, os.path.join(cmake(place, f"-DZephyr_DIR={folder}/zephyr-stand-in"), "app"))


def run_idf(place, folder):
    manifest = entries(os.path.join(place, "components", "net_model", "idf_component.yml"), ":")
    must(manifest["version"] == '"1.0.0"' and "idf" in manifest, manifest)
    write(os.path.join(folder, "idf", "tools", "cmake"), "project.cmake", IDF)
    os.environ["IDF_PATH"] = os.path.join(folder, "idf")
    return run(place, os.path.join(cmake(place), "app"))


def build_and_run(place, objects):
    run(place, "c++", "-o", "app", *objects, "-lm")
    return run(place, os.path.join(place, "app"))


def compiled(place, source, *options, compiler=("cc", *STRICT)):
    made = os.path.join(place, f"{os.path.basename(source)}.{compiler[0]}.o")
    run(place, *compiler, *options, "-c", "-o", made, source)
    return made


def run_arduino(place, folder):
    properties = entries(os.path.join(place, "library.properties"), "=")
    needed = {"name", "version", "author", "maintainer", "sentence", "paragraph", "category", "url", "architectures"}
    must(needed <= set(properties) and properties["includes"] == "net.h", properties)
    write(folder, "Arduino.h", ARDUINO)
    sketch = os.path.join(place, "examples", "testbench", "testbench.ino")
    start = "void setup(); void loop();\nint main() { setup(); loop(); return 0; }\n"
    write(folder, "sketch.cpp", f'#include "Arduino.h"\n#include "{sketch}"\n{start}')
    include = f"-I{place}/src"
    objects = [compiled(place, c, include) for c in glob.glob(f"{place}/src/*.c")]
    objects.append(compiled(place, f"{folder}/sketch.cpp", include, compiler=("c++", "-Wall", "-Wextra", "-Werror")))
    compiled(place, f"{folder}/sketch.cpp", include, compiler=("arm-none-eabi-g++", *ARM))
    return build_and_run(place, objects)


def run_platformio(place, _):
    ini = configparser.ConfigParser()
    ini.read(os.path.join(place, "platformio.ini"))
    must(ini["env:" + ini["platformio"]["default_envs"]]["platform"] == "native")
    with open(os.path.join(place, "lib", "net", "library.json")) as f:
        must(json.load(f)["name"] == "net")
    sources = glob.glob(f"{place}/src/*.c") + glob.glob(f"{place}/lib/net/src/*.c")
    return build_and_run(place, [compiled(place, c, f"-I{place}/lib/net/src") for c in sources])


RUN = {"cmake": run_cmake, "zephyr": run_zephyr, "arduino": run_arduino, "platformio": run_platformio,
       "esp-idf": run_idf}


def find(place, name):
    return glob.glob(f"{place}/**/{name}", recursive=True)[0]


def compiles_for_a_microcontroller(place):
    include = [f"-I{os.path.dirname(h)}" for h in glob.glob(f"{place}/**/net*.h", recursive=True)]
    for c in glob.glob(f"{place}/**/*.c", recursive=True):
        if "/out/" not in c:
            compiled(place, c, *include, compiler=("arm-none-eabi-gcc", *ARM))


# -- what is right -----------------------------------------------------------------------------------------------------


def inputs_of(place, model):
    """What the testbench fills in: by its formulas, with the sizes of the header."""
    with open(find(place, "net.h")) as f:
        header = f.read()
    with open(find(place, "net_testbench.c")) as f:
        lines = re.findall(r"^    for \(long i = 0; i < (\d+); i\+\+\) input_(\d+)\[i\] = (.*);$", f.read(), re.M)
    shapes = [eval(s) for s in re.findall(r"_DIMS \{(.*)\}", header)]
    feeds = {}
    for (count, _, formula), info, shape in zip(lines, onnx.load(model).graph.input, shapes):
        values = eval(re.sub(r"\([a-z0-9_]+\)", "", formula), {"i": np.arange(int(count))})
        dtype = helper.tensor_dtype_to_np_dtype(info.type.tensor_type.elem_type)
        feeds[info.name] = values.astype(dtype).reshape(shape)
    return feeds


def is_right(place, printed, model, tolerance):
    must("net_run returned 0" in printed, printed)
    session = onnxruntime.InferenceSession(model)
    names = [o.name for o in session.get_outputs()]
    for name, expected in zip(names, session.run(names, inputs_of(place, model))):
        found = re.findall(r"^%s\[(\d+)\] = (.*)$" % re.escape(name), printed, re.M)
        expected = expected.ravel()[:10].astype(float)
        must([int(i) for i, _ in found] == list(range(len(expected))), name, found)
        off = np.abs(np.array([float(v) for _, v in found]) - expected).max()
        must(off <= tolerance * max(1, np.abs(expected).max()), name, "is off by", off, printed)


def builds_and_is_right(onnx2c, folder, kind, name):
    options, tolerance = MODELS[name]
    model = os.path.join(HERE, "models", name, "model.onnx")
    place = project(onnx2c, folder, model, kind, *options)
    compiles_for_a_microcontroller(place)
    is_right(place, RUN[kind](place, folder), model, max(tolerance, 1e-6 if kind == "arduino" else 0))


# -- what is odd -------------------------------------------------------------------------------------------------------


def save(folder, inputs, outputs, nodes):
    path = os.path.join(folder, "model.onnx")
    graph = helper.make_graph(nodes, "g", inputs, outputs)
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 21)], ir_version=10), path)
    return path


def every_type_can_be_shown(onnx2c, folder):
    """Each type in, and out again; halves as their values."""
    types = ["FLOAT16", "BFLOAT16", "DOUBLE", "INT8", "UINT8", "INT16", "UINT16", "INT32", "UINT32", "INT64", "UINT64",
             "BOOL", "STRING", "FLOAT8E4M3FN", "INT4", "COMPLEX64"]
    values = [[helper.make_tensor_value_info(f"{k}_{t}", getattr(TensorProto, t), [4]) for t in types] for k in "xy"]
    nodes = [helper.make_node("Identity", [x.name], [y.name]) for x, y in zip(*values)]
    path = save(folder, *values, nodes)
    place = project(onnx2c, folder, path, "platformio")
    compiles_for_a_microcontroller(place)
    printed = run_platformio(place, folder)
    for name, value in (("FLOAT16", 0.5 + 3 / 2048), ("BFLOAT16", 0.5 + 3 / 256), ("DOUBLE", 58 / 64), ("STRING", 4),
                        ("BOOL", 0), ("INT8", -125), ("UINT64", 2), ("FLOAT8E4M3FN", 0x33)):
        must(f"y_{name}[3] = {value:.9g}\n" in printed, name, printed)


def sizes_that_inputs_decide_are_within_bounds(onnx2c, folder):
    nodes = [helper.make_node("Expand", ["x", "shape"], ["y"])]
    path = save(folder, [helper.make_tensor_value_info("x", TensorProto.FLOAT, [1]),
                         helper.make_tensor_value_info("shape", TensorProto.INT64, [2])],
                [helper.make_tensor_value_info("y", TensorProto.FLOAT, ["a", "b"])], nodes)
    place = project(onnx2c, folder, path, "cmake", "--dim", "shape[0]=2..4", "--dim", "shape[1]=3")
    printed = run_cmake(place, folder)
    must("net_run returned 0" in printed and printed.count("y[") == 6, printed)


def every_option_is_taken(onnx2c, folder):
    """States have no arguments, and with --io inputs have other types."""
    model = os.path.join(HERE, "models", "cached_attention_op13", "model.onnx")
    place = project(onnx2c, folder, model, "platformio", "--dim", "past=0..15", "--state", "keys=keys_out", "--state",
                    "values=values_out")
    must("net_run returned 0" in run_platformio(place, folder))
    model = os.path.join(HERE, "models", "digits_int8_qdq", "model.onnx")
    place = project(onnx2c, folder, model, "cmake", "--io", "quantized", "--optimize", "ram", "--reuse-inputs")
    printed = run_cmake(place, folder)
    steps = [int(v) + 128 for v in re.findall(r"probabilities\[\d\] = (-?\d+)\n", printed)]
    must(len(steps) == 10 and 250 <= sum(steps) <= 260, printed)  # of 1/255: the sum of probabilities is 1


def a_model_may_be_all_state(onnx2c, folder):
    value = lambda name: helper.make_tensor_value_info(name, TensorProto.FLOAT, [4])
    path = save(folder, [value("x")], [value("y")], [helper.make_node("Cos", ["x"], ["y"])])
    place = project(onnx2c, folder, path, "platformio", "--state", "x=y")
    must(run_platformio(place, folder) == "net_run returned 0\n")


def random_numbers_have_a_seed(onnx2c, folder):
    """The testbench sets it, and says so."""
    value = helper.make_tensor_value_info("y", TensorProto.FLOAT, [3])
    path = save(folder, [], [value], [helper.make_node("RandomUniform", [], ["y"], shape=[3])])
    place = project(onnx2c, folder, path, "platformio")
    first, testbench = run_platformio(place, folder), find(place, "net_testbench.c")
    with open(testbench) as f:
        text = f.read()
    must("net_seed(0);" in text, text)
    with open(testbench, "w") as f:
        f.write(text.replace("net_seed(0);", "net_seed(1);"))
    must("net_run returned 0" in first and first != run_platformio(place, folder), first)


def elements_of_few_bits_are_shown_as_bytes(onnx2c, folder):
    """As many as the call's sizes need, and no more."""
    values = [[helper.make_tensor_value_info(name, TensorProto.UINT4, ["n"])] for name in "xy"]
    path = save(folder, *values, [helper.make_node("Identity", ["x"], ["y"])])
    place = project(onnx2c, folder, path, "platformio", "--dim", "n=1..7")
    printed = run_platformio(place, folder)
    must(re.findall(r"y\[(\d)\]", printed) == list("0123"), printed)


def hostile_names_are_shown_as_text(onnx2c, folder):
    names = ['"); system("x', "a*/b", "%s%n", "@", "\u202eevil", "OUTPUT", "new\nline"]
    values = [[helper.make_tensor_value_info(n + k, TensorProto.FLOAT, [2]) for n in names] for k in ("", "_y")]
    nodes = [helper.make_node("Relu", [x.name], [y.name]) for x, y in zip(*values)]
    path = save(folder, *values, nodes)
    for kind in KINDS:
        place = project(onnx2c, folder, path, kind)
        printed = RUN[kind](place, folder)
        for name in names:
            must(f"{name}_y[1] = " in printed, kind, name, printed)
        for text in glob.glob(f"{place}/**/*", recursive=True):
            if "/out/" in text or not text.endswith((".c", ".h", ".txt", ".ino", ".yml", ".ini", ".json", ".conf")):
                continue
            with open(text, "rb") as f:
                must(re.fullmatch(rb"[\x20-\x7e\n]*", f.read()), text, "has characters that aren't seen")


def large_weights_stand_beside_the_code(onnx2c, folder):
    model = os.path.join(HERE, "models", "digits", "model.onnx")
    for kind in ("cmake", "zephyr", "esp-idf", "platformio", "arduino"):
        place = project(onnx2c, folder, model, kind, "--weights", "incbin")
        is_right(place, RUN[kind](place, folder), model, 1e-5)


def it_is_written_whole_or_not_at_all(onnx2c, folder):
    model = os.path.join(HERE, "models", "digits", "model.onnx")
    os.mkdir(os.path.join(folder, "there"))
    write(os.path.join(folder, "full"), "mine", "")
    command = lambda *words: (onnx2c, "project", model, "--for", "cmake", *words)
    run(folder, *command("-o", "there/"))
    run(folder, *command("-o", "new"))
    must("not an empty folder" in run(folder, *command("-o", "full"), status=1))
    must("can't be compiled" not in run(folder, *command("-o", "other", "--dim", "nothing=1"), status=1))
    run(folder, *command("-o", "no/such"), status=1)
    must(sorted(os.listdir(folder)) == ["full", "new", "there"], os.listdir(folder))
    must(os.listdir(os.path.join(folder, "full")) == ["mine"])
    mode = os.stat(os.path.join(folder, "new")).st_mode & 0o777
    mask = os.umask(0)
    os.umask(mask)
    must(mode == 0o777 & ~mask, oct(mode))
    for name in sorted(os.listdir(os.path.join(folder, "new", "model"))):
        must(name in ("model.c", "model.h"), name)  # the name is the model's


if __name__ == "__main__":
    others = [(kind, "digits") for kind in KINDS if kind != "cmake"]
    sys.exit(main(
        every_type_can_be_shown,
        sizes_that_inputs_decide_are_within_bounds,
        every_option_is_taken,
        a_model_may_be_all_state,
        random_numbers_have_a_seed,
        elements_of_few_bits_are_shown_as_bytes,
        hostile_names_are_shown_as_text,
        large_weights_stand_beside_the_code,
        it_is_written_whole_or_not_at_all,
        of_each(builds_and_is_right, *(("cmake", model) for model in MODELS), *others),
    ))
