"""docs/pytorch.md, word by word in an empty folder: its files are written, its commands run.

usage: walkthrough.py ONNX2C

Where this Python has no PyTorch, as in `make check`, what is marked `torch` is left out, and a model of the same layers
is made with the onnx package instead, with what ONNX Runtime computes: the file that PyTorch writes is then not tried.
The last line counts: "N passed, N failed".
"""

import importlib.util
import os
import re
import subprocess
import sys
import tempfile

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
BLOCK = re.compile(r"^```(\w+)(?: ([\w.]+))?\n(.*?)^```$", re.M | re.S)


def instead_of_torch(folder):
    import numpy as np
    import onnx
    import onnxruntime
    from onnx import numpy_helper

    random = np.random.default_rng(0)
    make, node = onnx.helper.make_tensor_value_info, onnx.helper.make_node
    weights = [numpy_helper.from_array(random.standard_normal(s).astype(np.float32), n)
               for n, s in (("w0", (8, 4)), ("b0", 8), ("w2", (3, 8)), ("b2", 3))]
    nodes = [node("Gemm", ["x", "w0", "b0"], ["h"], transB=1), node("Relu", ["h"], ["r"]),
             node("Gemm", ["r", "w2", "b2"], ["s"], transB=1), node("Softmax", ["s"], ["y"], axis=1)]
    graph = onnx.helper.make_graph(nodes, "net", [make("x", 1, [1, 4])], [make("y", 1, [1, 3])], weights)
    model = onnx.helper.make_model(graph, opset_imports=[onnx.helper.make_opsetid("", 18)], ir_version=10)
    path = os.path.join(folder, "net.onnx")
    onnx.save(model, path)
    x = np.array([[0.5, -1, 2, 0.25]], np.float32)
    y = onnxruntime.InferenceSession(path).run(None, {"x": x})[0]
    os.mkdir(os.path.join(folder, "test_data_set_0"))
    for name, tensor in (("input_0", x), ("output_0", y)):
        with open(os.path.join(folder, "test_data_set_0", name + ".pb"), "wb") as f:
            f.write(numpy_helper.from_array(tensor).SerializeToString())
    return y.ravel()


def main():
    onnx2c = os.path.abspath(sys.argv[1])
    with open(os.path.join(ROOT, "docs", "pytorch.md")) as f:
        blocks = BLOCK.findall(f.read())
    has_torch = importlib.util.find_spec("torch") is not None
    said, passed, failed = "", 0, 0
    with tempfile.TemporaryDirectory() as folder:
        os.mkdir(os.path.join(folder, "bin"))
        os.symlink(onnx2c, os.path.join(folder, "bin", "onnx2c"))
        os.mkdir(os.path.join(folder, "work"))
        place = os.path.join(folder, "work")
        environment = {**os.environ, "PATH": f"{folder}/bin:{os.environ['PATH']}"}
        expected = None if has_torch else instead_of_torch(place)
        for language, name, text in blocks:
            if language != "sh":
                if language == "python":
                    compile(text, name, "exec")
                with open(os.path.join(place, name), "w") as f:
                    f.write(text)
                continue
            if name == "torch" and not has_torch:
                continue
            command = ["sh", "-eux", "-c", text]
            done = subprocess.run(command, cwd=place, env=environment, capture_output=True, text=True)
            said += done.stdout
            passed += done.returncode == 0
            failed += done.returncode != 0
            if done.returncode:
                print(f"FAILED {text.strip()}: {done.stdout}{done.stderr}")
        # The program prints what the data say, and verify that all is well.
        rows = [float(v) for v in re.findall(r"^\d  (\d\.\d{4})  #*$", said, re.M)]
        right = "1 of 1 data sets ok" in said and os.path.exists(os.path.join(place, "firmware", "prj.conf"))
        right = right and len(rows) == 3 and abs(sum(rows) - 1) < 1e-3
        if expected is not None:
            right = right and all(abs(a - b) < 1e-4 for a, b in zip(rows, expected))
            print("PyTorch is not here: the model was made with the onnx package")
        if not right:
            print(f"FAILED other numbers than expected: {said}")
    print(f"{passed + right} passed, {failed + (not right)} failed")
    return 1 if failed or not right else 0


if __name__ == "__main__":
    sys.exit(main())
