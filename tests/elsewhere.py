"""What a model computes as other processors run it: its C built by other compilers, and emulated."""

import os
import subprocess

import numpy as np
from onnx import TensorProto, helper
from parts import run

C_TYPES = {"FLOAT": "float", "DOUBLE": "double", "FLOAT16": "uint16_t", "INT32": "int32_t", "INT64": "int64_t"}
AARCH64 = ["clang", "--target=aarch64-linux-gnu", "-static"]
# Options of onnx2c, what compiles, what emulates. In the dialect of C that compilers like best: they may fuse products.
TARGETS = [
    (["--target", "c99"], ["cc", "-O0"], []),
    ([], ["gcc"], []),
    ([], ["gcc", "-m32", "-msse2", "-mfpmath=sse"], []),
    (["--target", "x86-64-v3"], ["gcc", "-march=x86-64-v3"], ["qemu-x86_64", "-cpu", "max"]),
    ([], ["clang", "-march=x86-64-v3", "-ffp-contract=fast"], ["qemu-x86_64", "-cpu", "max"]),
    ([], [*AARCH64, "-ffp-contract=fast"], ["qemu-aarch64"]),
    (["--target", "aarch64+dotprod"], [*AARCH64, "-march=armv8.2-a+dotprod"], ["qemu-aarch64", "-cpu", "max"]),
    ([], ["clang", "--target=arm-linux-gnueabihf", "-mfpu=neon", "-static"], ["qemu-arm"]),
    (["--target", "riscv64"], ["clang", "--target=riscv64-linux-gnu", "-static"], ["qemu-riscv64"]),
]


def array(declared):
    """Its type in C, and how many elements it has: of {name: (type, shape)}."""
    return C_TYPES[declared[0]], int(np.prod(declared[1]))


def results(onnx2c, folder, path, target, inputs, outputs, before=""):
    """{name: array} of the model named m. inputs: {name: array of float32}; outputs: {name: (type, shape)}; before:
    C that stands before the call."""
    options, compiler, emulator = target
    run(folder, onnx2c, path, "--name", "m", "-o", "m.c", "--header", "m.h", *options)
    for name, values in inputs.items():
        values.astype(np.float32).tofile(os.path.join(folder, name + ".bin"))
    text = '#include <stdio.h>\n#include "m.h"\n'
    for name, values in inputs.items():
        text += f"static float {name}[{values.size}];\n"
    for name, declared in outputs.items():
        text += "static %s %s[%d];\n" % (array(declared)[0], name, array(declared)[1])
    text += "int main(void)\n{\n    FILE *f;\n"
    for name in inputs:
        text += f'    f = fopen("{name}.bin", "rb");\n'
        text += f"    if (!f || fread({name}, sizeof {name}, 1, f) != 1) return 1;\n    fclose(f);\n"
    text += f"    {before}\n    if (m_run({', '.join([*inputs, *outputs])})) return 1;\n"
    text += "".join(f"    fwrite({name}, sizeof {name}, 1, stdout);\n" for name in outputs) + "    return 0;\n}\n"
    with open(os.path.join(folder, "main.c"), "w") as f:
        f.write(text)
    flags = [] if "-O0" in compiler else ["-O2"]
    run(folder, *compiler, *flags, "-o", "main", "main.c", "m.c", "-lm")
    done = subprocess.run([*emulator, os.path.join(folder, "main")], cwd=folder, stdout=subprocess.PIPE, check=True)
    found, at = {}, 0
    for name, (kind, shape) in outputs.items():
        dtype = np.dtype(helper.tensor_dtype_to_np_dtype(getattr(TensorProto, kind)))
        found[name] = np.frombuffer(done.stdout, dtype, int(np.prod(shape)), at).reshape(shape)
        at += found[name].nbytes
    return found
