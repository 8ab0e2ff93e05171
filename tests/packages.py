"""The packages, each built, installed and used once: Debian's in a folder of its own, Python's in an environment of
its own.

usage: packages.py BUILD [--only GLOB]

The last line counts: "N passed, N failed".
"""

import gzip
import os
import sys
import sysconfig

from parts import main, must, run

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
MODELS = os.path.join(ROOT, "tests", "models")
DEBIAN = """-rwxr-xr-x root/root ./usr/bin/onnx2c
-rw-r--r-- root/root ./usr/share/bash-completion/completions/onnx2c
-rw-r--r-- root/root ./usr/share/cmake/onnx2c/onnx2c.cmake
-rw-r--r-- root/root ./usr/share/cmake/onnx2c/onnx2cConfig.cmake
-rw-r--r-- root/root ./usr/share/cmake/onnx2c/onnx2cConfigVersion.cmake
-rw-r--r-- root/root ./usr/share/doc/onnx2c/copyright
-rw-r--r-- root/root ./usr/share/man/man1/onnx2c.1.gz
-rw-r--r-- root/root ./usr/share/pkgconfig/onnx2c.pc
-rw-r--r-- root/root ./usr/share/zsh/site-functions/_onnx2c
"""
# What a user of the wheel does; the models and their data are the tests'.
USE = """
import os, sys
import numpy as np
import onnx
import onnx2c
import onnxruntime
from onnx import TensorProto, helper, numpy_helper

models = sys.argv[1]

def tensor(model, number, name):
    with open(os.path.join(models, model, f"test_data_set_{number}", name + ".pb"), "rb") as f:
        return numpy_helper.to_array(TensorProto.FromString(f.read()))

def same(found, expected):
    assert found.dtype == expected.dtype and found.shape == expected.shape, (found.dtype, found.shape, expected.shape)
    np.testing.assert_allclose(found, expected, rtol=1e-3, atol=1e-5)

def refused(error, call, *words):
    try:
        call()
    except error as e:
        assert all(w in str(e) for w in words), e
    else:
        raise AssertionError("nothing is wrong with it?")

digits = onnx2c.compile(os.path.join(models, "digits", "model.onnx"))
assert digits.inputs == ["image"] and digits.outputs == ["probabilities"], (digits.inputs, digits.outputs)
image = tensor("digits", 0, "input_0")
same(digits(image), tensor("digits", 0, "output_0"))
same(digits(image=image.astype(float)), tensor("digits", 0, "output_0"))
refused(ValueError, lambda: digits(image[..., 1:]), "image has shape")
refused(TypeError, lambda: digits(image > 0.5, image), "expected the inputs image")
refused(TypeError, lambda: digits(np.array(["a"])), "image has type")

bert = onnx2c.compile(os.path.join(models, "bert_tiny", "model.onnx"), dims={"batch": (1, 4), "seq": (1, 32)},
                      options=["--optimize", "ram"])
ids, mask = tensor("bert_tiny", 0, "input_0"), tensor("bert_tiny", 0, "input_1")
same(bert(ids, mask=mask), tensor("bert_tiny", 0, "output_0"))
ids = np.arange(21).reshape(3, 7)
session = onnxruntime.InferenceSession(os.path.join(models, "bert_tiny", "model.onnx"))
same(bert(ids, np.ones_like(ids)), session.run(None, {"ids": ids, "mask": np.ones_like(ids)})[0])
refused(ValueError, lambda: bert(np.zeros((9, 4), np.int64), np.zeros((9, 4), np.int64)), "out of its bounds")
refused(ValueError, lambda: bert(np.zeros((2, 4), np.int64), np.zeros((2, 5), np.int64)), "seq is 5 here")

# What a call leaves for the next: caches that grow, until they are forgotten.
step = onnx2c.compile(os.path.join(models, "cached_attention_op13", "model.onnx"), dims={"past": (0, 3)},
                      options=["--state", "keys=keys_out", "--state", "values=values_out"])
inputs = [np.full([d if isinstance(d, int) else 1 for d in i["shape"]], 0.5, np.float32) for i in step.report["inputs"]]
for _ in range(4):
    step(*inputs)
refused(ValueError, lambda: step(*inputs), "out of its bounds")
step.reset()
step(*inputs)

# Random numbers, by their seed.
value = helper.make_tensor_value_info("y", TensorProto.FLOAT, [9])
graph = helper.make_graph([helper.make_node("RandomNormal", [], ["y"], shape=[9])], "g", [], [value])
onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 22)], ir_version=10), "dice.onnx")
dice = onnx2c.compile("dice.onnx")
first = dice()
dice.seed(2**63 + 1)
assert (dice() != first).all()
dice.seed(0)
assert (dice() == first).all()

refused(onnx2c.CompileError, lambda: onnx2c.compile("nothing.onnx"), "nothing.onnx")
model = os.path.join(models, "digits", "model.onnx")
refused(onnx2c.CompileError, lambda: onnx2c.compile(model, cflags=["-fno"]), "-fno")
print("all is well")
"""


def make(build, target):
    run(ROOT, "make", "--no-print-directory", f"BUILD={build}", target)


def the_debian_package(build, folder):
    make(build, "deb")
    package = os.path.join(os.path.abspath(build), "onnx2c.deb")
    rows = [line.split() for line in run(ROOT, "dpkg", "-c", package).splitlines()]
    found = "".join(f"{r[0]} {r[1]} {r[-1]}\n" for r in rows if not r[-1].endswith("/"))
    must(found == DEBIAN, found)
    field = lambda name: run(ROOT, "dpkg", "-f", package, name).strip()
    must("libprotobuf-c1" in field("Depends") and "libc6" in field("Depends"), field("Depends"))
    for place in ("info", "updates", "triggers"):
        os.makedirs(os.path.join(folder, "var", "lib", "dpkg", place))
    for name in ("status", "available"):
        with open(os.path.join(folder, "var", "lib", "dpkg", name), "w"):
            pass
    # Where nothing else is installed, what it depends on is here, but not there.
    run(folder, "dpkg", f"--root={folder}", "--force-depends", "--force-not-root", "--force-script-chrootless", "-i",
        package)
    program = os.path.join(folder, "usr", "bin", "onnx2c")
    must(run(folder, program, "--version").strip() == f"onnx2c {field('Version')}")
    must("9 of 9 data sets ok" in run(folder, program, "verify", os.path.join(MODELS, "digits", "model.onnx")))
    with gzip.open(os.path.join(folder, "usr", "share", "man", "man1", "onnx2c.1.gz")) as f:
        must(b"ONNX2C" in f.readline())
    run(folder, "dpkg", f"--root={folder}", "--force-depends", "--force-not-root", "--force-script-chrootless", "-r",
        "onnx2c")
    must(not os.path.exists(program), "it can't be removed")


def the_wheel(build, folder):
    make(build, "wheel")
    tag = sysconfig.get_platform().replace("-", "_").replace(".", "_")
    wheels = [f for f in os.listdir(os.path.join(build, "wheel")) if f.endswith(f"py3-none-{tag}.whl")]
    must(len(wheels) == 1, wheels)
    run(folder, sys.executable, "-m", "venv", "venv")
    python = os.path.join(folder, "venv", "bin", "python")
    run(folder, python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-index", "--no-deps",
        os.path.join(os.path.abspath(build), "wheel", wheels[0]))
    packages = run(folder, python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))").strip()
    with open(os.path.join(packages, "tests.pth"), "w") as f:  # numpy and onnx
        f.write(sysconfig.get_path("purelib") + "\n")
    must("all is well" in run(folder, python, "-c", USE, MODELS))
    version = run(folder, python, "-m", "onnx2c", "--version")
    must(version == run(folder, os.path.join(folder, "venv", "bin", "onnx2c"), "--version") and "onnx2c" in version)
    program = run(folder, python, "-c", "import onnx2c; print(onnx2c.program())").strip()
    must(program.startswith(folder), program)
    must("protobuf" not in run(folder, "ldd", program), "it needs libraries that only the machine has that built it")


if __name__ == "__main__":
    sys.exit(main(the_debian_package, the_wheel, of="build"))
