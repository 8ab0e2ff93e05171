"""What builds rely on: the list of what the outputs were made from, and outputs that keep their time stamps.

usage: depfile.py ONNX2C [--only GLOB]

The last line counts: "N passed, N failed".
"""

import os
import shutil
import sys
import time

import numpy as np
from onnx import TensorProto, helper
from parts import main, must, of_each, run

HERE = os.path.dirname(os.path.abspath(__file__))
ODD_NAMES = ["a b", "a#b", "a:b", "$x", "$(x)y", "caf\u00e9", "+-,@!{}~", "a (1) b"]
REFUSED_NAMES = ["a\nb", "a\tb", "a*", "a;b", "a=b", "[a]", "a%b", "it's", 'a"b', "a|b", "a(b)", "a\\b"]
# A rule that depends on what the depfile says alone, as both programs have it.
MAKEFILE = "%s:\n\t'%s' '%s' -o '%s' --depfile out.d && touch '%s'\n-include out.d\n"
NINJA = """rule compile
  command = '%s' '%s' -o '%s' --depfile out.d && touch '%s'
  depfile = out.d
build %s: compile
"""


def save(folder, name="model.onnx", data="weights.bin"):
    """y = x + w + s; w in a file of its own, and the places of the sparse s in another."""
    w = helper.make_tensor("w", TensorProto.FLOAT, [1000], np.arange(1000, dtype=np.float32).tobytes(), raw=True)
    values = helper.make_tensor("s", TensorProto.FLOAT, [2], [1.0, 2.0])
    places = helper.make_tensor("places", TensorProto.INT64, [2], np.array([3, 7], np.int64).tobytes(), raw=True)
    for tensor, file in ((w, data), (places, "places.bin")):
        with open(os.path.join(folder, file), "wb") as f:
            f.write(tensor.raw_data)
        tensor.ClearField("raw_data")
        tensor.data_location = TensorProto.EXTERNAL
        tensor.external_data.add(key="location", value=file)
    nodes = [helper.make_node("Add", ["x", "w"], ["t"]), helper.make_node("Add", ["t", "s"], ["y"])]
    x, y = (helper.make_tensor_value_info(n, TensorProto.FLOAT, [1000]) for n in "xy")
    sparse = helper.make_sparse_tensor(values, places, [1000])
    graph = helper.make_graph(nodes, "g", [x], [y], [w], sparse_initializer=[sparse])
    with open(os.path.join(folder, name), "wb") as f:
        f.write(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8).SerializeToString())


def text(folder, name):
    with open(os.path.join(folder, name)) as f:
        return f.read()


def lists_everything_that_was_read(onnx2c, folder):
    save(folder)
    run(folder, onnx2c, "model.onnx", "-o", "out.c", "--header", "out.h", "--depfile", "out.d")
    read = ["model.onnx", "weights.bin", "places.bin"]
    expected = "out.c: \\\n  " + " \\\n  ".join(read) + "\n" + "".join(f"\n{n}:\n" for n in read)
    must(text(folder, "out.d") == expected, text(folder, "out.d"))


def paths_are_those_that_were_given(onnx2c, folder):
    os.mkdir(os.path.join(folder, "models"))
    save(os.path.join(folder, "models"))
    shutil.copy(os.path.join(HERE, "..", "examples", "custom_op", "model.onnx"), os.path.join(folder, "custom.onnx"))
    with open(os.path.join(folder, "ops"), "w") as f:
        f.write("sound::Biquads=sound[n], taps[bands,5] -> float32[bands,n]\n")
    run(folder, onnx2c, "models/model.onnx", "-o", f"{folder}/out.c", "--depfile", "out.d")
    must(text(folder, "out.d").startswith(f"{folder}/out.c: \\\n  models/model.onnx \\\n  models/weights.bin"))
    run(folder, onnx2c, "custom.onnx", "--dim", "samples=9", "--custom", "@ops", "-o", "c.c", "--depfile", "c.d")
    must(text(folder, "c.d").startswith("c.c: \\\n  custom.onnx \\\n  ops\n"), text(folder, "c.d"))


def change(folder, name):
    """Its time is now, which is later than that of all others."""
    time.sleep(0.05)
    os.utime(os.path.join(folder, name))


def runs_when_something_changed(folder, command, idle, *files):
    """`command` makes out.c; then only after a change of one of the files."""
    must("onnx2c" in run(folder, *command), "nothing was made")
    must(idle in run(folder, *command), "it is made again without a reason")
    for name in files:
        change(folder, name)
        must("onnx2c" in run(folder, *command), f"{name} changed, and nothing was made")
        must(idle in run(folder, *command), f"it is made again, and {name} did not change")


def make_knows(onnx2c, folder):
    save(folder)
    with open(os.path.join(folder, "Makefile"), "w") as f:
        f.write(MAKEFILE % ("out.c", onnx2c, "model.onnx", "out.c", "out.c"))
    runs_when_something_changed(folder, ["make"], "up to date", "model.onnx", "weights.bin", "places.bin")
    os.unlink(os.path.join(folder, "weights.bin"))
    must("onnx2c: error: " in run(folder, "make", status=2), "make stops before the compiler can say what is missing")


def ninja_knows(onnx2c, folder):
    save(folder)
    with open(os.path.join(folder, "build.ninja"), "w") as f:
        f.write(NINJA % (onnx2c, "model.onnx", "out.c", "out.c", "out.c"))
    runs_when_something_changed(folder, ["ninja", "-v"], "no work", "model.onnx", "weights.bin", "places.bin")


def make_escaped(name):
    return "".join({"$": "$$"}.get(c, "\\" + c if c in " #:" else c) for c in name)


def ninja_escaped(name):
    return "".join("$" + c if c in "$: " else c for c in name)


def both_read_an_odd_name(onnx2c, folder, name):
    save(folder, f"{name}.onnx", f"{name}.bin")
    out = f"{name}.c"
    makefile = MAKEFILE % (make_escaped(out), onnx2c, f"{name}.onnx".replace("$", "$$"), *[out.replace("$", "$$")] * 2)
    shell = [w.replace("$", "$$") for w in (onnx2c, f"{name}.onnx", out, out)]
    for file, contents in (("Makefile", makefile), ("build.ninja", NINJA % (*shell, ninja_escaped(out)))):
        with open(os.path.join(folder, file), "w") as f:
            f.write(contents)
    for command, idle in ((["make"], "up to date"), (["ninja", "-v"], "no work")):
        run(folder, *command)
        must(idle in run(folder, *command), f"{command[0]} makes it again without a reason")
        change(folder, f"{name}.bin")
        must("onnx2c" in run(folder, *command), f"{command[0]} doesn't see that the data changed")


def what_make_would_misread_is_refused(onnx2c, folder, name):
    save(folder, data=name)
    said = run(folder, onnx2c, "model.onnx", "-o", "out.c", "--depfile", "out.d", status=1)
    must("make and Ninja don't both read the name" in said and len(said.splitlines()) == 1, said)
    must(not os.path.exists(os.path.join(folder, "out.c")), "out.c was written")


OUTPUTS = ["out.c", "out.h", "out.json", "out.weights", "out.d"]


def stamps(folder):
    return {n: os.stat(os.path.join(folder, n)).st_mtime_ns for n in OUTPUTS}


def what_stays_the_same_keeps_its_time(onnx2c, folder):
    save(folder)
    command = [onnx2c, "model.onnx", "-o", "out.c", "--header", "out.h", "--report", "out.json", "--depfile", "out.d",
               "--weights", "incbin"]
    run(folder, *command)
    for name in OUTPUTS:
        os.utime(os.path.join(folder, name), (1, 1))
    run(folder, *command)
    must(all(t == 10**9 for t in stamps(folder).values()), stamps(folder))
    with open(os.path.join(folder, "weights.bin"), "r+b") as f:
        f.write(np.float32(8).tobytes())
    run(folder, *command)
    changed = [n for n, t in stamps(folder).items() if t != 10**9]
    must(changed == ["out.c", "out.h", "out.weights"], changed)  # the title has the fingerprint of the data
    must(sorted(os.listdir(folder)) == sorted([*OUTPUTS, "model.onnx", "places.bin", "weights.bin"]))


if __name__ == "__main__":
    sys.exit(main(
        lists_everything_that_was_read,
        paths_are_those_that_were_given,
        make_knows,
        ninja_knows,
        what_stays_the_same_keeps_its_time,
        of_each(both_read_an_odd_name, *ODD_NAMES),
        of_each(what_make_would_misread_is_refused, *REFUSED_NAMES),
    ))
