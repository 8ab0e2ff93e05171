"""python -m onnx2c: the compiler's command line."""

import os
import sys

from onnx2c import program


def main():
    os.execv(program(), ["onnx2c", *sys.argv[1:]])


if __name__ == "__main__":
    main()
