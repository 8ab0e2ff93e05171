"""Makes a wheel of the compiler and the Python module around it: python/onnx2c and the program.

usage: make_wheel.py PROGRAM VERSION FOLDER
"""

import base64
import glob
import hashlib
import os
import sys
import sysconfig
import zipfile

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
METADATA = """Metadata-Version: 2.1
Name: onnx2c
Version: %s
Summary: Compiler from ONNX models to C, and what it compiles as functions on numpy arrays
License: MIT
Requires-Python: >=3.8
Requires-Dist: numpy
"""
WHEEL = """Wheel-Version: 1.0
Generator: onnx2c
Root-Is-Purelib: false
Tag: %s
"""
SCRIPTS = "[console_scripts]\nonnx2c = onnx2c.__main__:main\n"


def content(path):
    with open(path, "rb") as f:
        return f.read()


def main():
    program, version, folder = sys.argv[1:]
    tag = "py3-none-" + sysconfig.get_platform().replace("-", "_").replace(".", "_")
    info = f"onnx2c-{version}.dist-info"
    entries = [(f"onnx2c/{os.path.basename(p)}", content(p), 0o644)
               for p in sorted(glob.glob(os.path.join(ROOT, "python", "onnx2c", "*.py")))]
    entries.append(("onnx2c/bin/onnx2c", content(program), 0o755))
    for name, text in (("METADATA", METADATA % version), ("WHEEL", WHEEL % tag), ("entry_points.txt", SCRIPTS)):
        entries.append((f"{info}/{name}", text.encode(), 0o644))
    entries.append((f"{info}/LICENSE", content(os.path.join(ROOT, "LICENSE")), 0o644))
    record = ""
    for name, data, _ in entries:
        digest = base64.urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b"=").decode()
        record += f"{name},sha256={digest},{len(data)}\n"
    entries.append((f"{info}/RECORD", (record + f"{info}/RECORD,,\n").encode(), 0o644))
    os.makedirs(folder, exist_ok=True)
    path = os.path.join(folder, f"onnx2c-{version}-{tag}.whl")
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as wheel:
        for name, data, mode in entries:
            entry = zipfile.ZipInfo(name)  # its date is always the same
            entry.external_attr = (0o100000 | mode) << 16
            entry.compress_type = zipfile.ZIP_DEFLATED
            wheel.writestr(entry, data)
    print(path)


if __name__ == "__main__":
    main()
