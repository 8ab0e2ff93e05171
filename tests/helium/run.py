#!/usr/bin/env python3
"""run.py ONNX2C: on an emulated Cortex-M55, kernels of vectors give the very bytes of the portable ones.

Each model has many operators on bytes, of shapes that leave remainders everywhere, and is compiled for `cortex-m55` and
as `portable`; the firmware runs both and compares."""
import os
import subprocess
import sys
import tempfile

import numpy as np
from onnx import TensorProto, helper, numpy_helper, save

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
import board  # it is in the folder above

TARGET = 'cortex-m55'
STRICT = ['-std=c99', '-Wall', '-Wextra', '-Wpedantic', '-Wconversion', '-Wshadow', '-Werror']
KERNELS = ('qgemm_plain', 'qgemm_points', 'qwindows_plain', 'qwindows_points', 'qchannels', 'quantize_bytes',
           'add_bytes')
C_TYPES = {np.dtype(np.int8): 'int8_t', np.dtype(np.uint8): 'uint8_t', np.dtype(np.float32): 'float'}

# batch, channels, height, width, filters, groups, window's height and width, stride, dilation, padding
CONVOLUTIONS = [
    (1, 3, 11, 13, 20, 1, 3, 3, 2, 1, 1), (2, 16, 5, 6, 33, 1, 3, 3, 1, 1, 1), (1, 8, 7, 7, 16, 1, 1, 1, 1, 1, 0),
    (2, 7, 4, 5, 5, 1, 1, 1, 1, 1, 0), (1, 12, 6, 7, 18, 3, 3, 3, 1, 2, 2), (1, 16, 5, 5, 48, 2, 1, 1, 1, 1, 0),
    (1, 1, 14, 20, 9, 1, 10, 4, 2, 1, 3), (1, 5, 3, 3, 70, 1, 5, 5, 1, 1, 2), (3, 24, 9, 9, 17, 1, 1, 1, 2, 1, 0),
    (1, 32, 3, 3, 6, 1, 1, 1, 1, 1, 0), (1, 48, 9, 3, 8, 1, 1, 1, 1, 1, 0), (1, 4, 8, 9, 7, 1, 3, 3, 1, 1, 0),
    (1, 64, 7, 9, 64, 64, 3, 3, 1, 1, 1), (2, 96, 8, 8, 96, 96, 3, 3, 2, 1, 1), (1, 40, 6, 6, 40, 40, 5, 5, 1, 1, 2),
    (1, 5, 6, 7, 5, 5, 3, 3, 1, 2, 2), (2, 17, 9, 11, 17, 17, 2, 2, 1, 1, 1), (1, 16, 2, 2, 16, 16, 5, 5, 1, 1, 2),
    (1, 3, 4, 30, 3, 3, 1, 7, 1, 1, 3), (1, 8, 10, 10, 8, 8, 3, 3, 1, 1, 1), (2, 16, 13, 9, 40, 1, 3, 3, 1, 1, 1),
    (1, 64, 7, 21, 16, 1, 3, 3, 1, 1, 2), (1, 24, 4, 70, 24, 1, 3, 3, 1, 1, 0)]
PRODUCTS = [(1, 1, 1), (1, 10, 128), (3, 16, 5), (8, 24, 64), (9, 48, 7), (5, 77, 20), (17, 30, 4), (4, 15, 16)]


class Operators:
    """A graph of operators that have nothing to do with one another, and the values of its inputs."""

    def __init__(self, seed):
        self.random = np.random.default_rng(seed)
        self.nodes, self.constants, self.inputs, self.outputs = [], [], {}, {}

    def constant(self, array):
        name = f'k{len(self.constants)}'
        self.constants.append(numpy_helper.from_array(np.asarray(array), name))
        return name

    def input(self, array):
        name = f'in{len(self.inputs)}'
        self.inputs[name] = array
        return name

    def output(self, node, shape, kind, **attributes):
        name = f'out{len(self.outputs)}'
        self.outputs[name] = (shape, kind)
        self.nodes.append(helper.make_node(*node, [name], **attributes))

    def kind(self):
        return self.random.choice([np.int8, np.uint8])

    def bytes(self, shape, kind):
        limits = np.iinfo(kind)
        return self.random.integers(limits.min, limits.max + 1, shape).astype(kind)

    def parameters(self, scale, kind, zero_signed, zero_unsigned):
        zero = zero_signed if kind is np.int8 else zero_unsigned
        return [self.constant(np.asarray(scale, np.float32)), self.constant(kind(zero))]

    def scale(self):
        """Some that make ties, and others."""
        return self.random.choice([0.5, 0.25, 1, self.random.uniform(0.01, 1)])

    def weight_zero(self, kind):
        """One that disappears, or not."""
        return self.random.choice([0, 5] if kind is np.int8 else [128, 101])

    def conv(self, batch, channels, height, width, filters, groups, kernel_h, kernel_w, stride, dilation, pad):
        x, w, y = self.kind(), self.kind(), self.kind()
        scales = self.random.uniform(0.0005, 0.02, filters if self.random.integers(2) else ())
        zeros = np.full(scales.shape, self.weight_zero(w), w)
        inputs = [self.input(self.bytes((batch, channels, height, width), x)), *self.parameters(0.5, x, -5, 131),
                  self.constant(self.bytes((filters, channels // groups, kernel_h, kernel_w), w)),
                  self.constant(scales.astype(np.float32)), self.constant(zeros),
                  *self.parameters(self.random.uniform(0.1, 3), y, -7, 13)]
        if self.random.integers(2):
            inputs.append(self.constant(self.random.integers(-2000, 2000, filters).astype(np.int32)))
        size = [(n + 2 * pad - dilation * (k - 1) - 1) // stride + 1
                for n, k in ((height, kernel_h), (width, kernel_w))]
        self.output(('QLinearConv', inputs), (batch, filters, *size), y, group=groups, strides=[stride] * 2,
                    dilations=[dilation] * 2, pads=[pad] * 4)

    def product(self, rows, columns, depth):
        a, b, y = self.kind(), self.kind(), self.kind()
        inputs = [self.input(self.bytes((rows, depth), a)), *self.parameters(0.5, a, -5, 131),
                  self.constant(self.bytes((depth, columns), b)), self.constant(np.float32(0.01)),
                  self.constant(b(self.weight_zero(b))),
                  *self.parameters(0.7, y, -7, 13)]
        self.output(('QLinearMatMul', inputs), (rows, columns), y)

    def quantize(self, count, scale, planes=None):
        """Numbers of all kinds, halves of steps, and the floats beside those."""
        scale, kind = np.float32(scale), self.kind()
        halves = (self.random.integers(-300, 300, count) + np.float32(0.5)).astype(np.float32) * scale
        beside = np.nextafter(halves, np.float32(self.random.choice([-1, 1]) * np.inf))
        x = np.choose(self.random.integers(0, 3, count), [self.random.normal(0, 100, count) * scale, halves, beside])
        special = [0, -0.0, np.inf, -np.inf, np.nan, 3e38, -3e38, 1e-44, 1e30, -1e30][:count]
        x[:len(special)] = special
        shape = planes or (count,)
        inputs = [self.input(x.astype(np.float32).reshape(shape)), *self.parameters(scale, kind, -7, 13)]
        self.output(('QuantizeLinear', inputs), shape, kind)

    def add(self, count):
        kind = self.kind()
        inputs = []
        for _ in range(2):
            inputs += [self.input(self.bytes((count,), kind)), *self.parameters(self.scale(), kind, 3, 100)]
        self.output(('QLinearAdd', inputs + self.parameters(self.scale(), kind, 9, 50)), (count,), kind,
                    domain='com.microsoft')

    def model(self):
        def info(name, shape, kind):
            return helper.make_tensor_value_info(name, helper.np_dtype_to_tensor_dtype(np.dtype(kind)), list(shape))
        graph = helper.make_graph(self.nodes, 'g', [info(n, x.shape, x.dtype) for n, x in self.inputs.items()],
                                  [info(n, *y) for n, y in self.outputs.items()], self.constants)
        return helper.make_model(graph, opset_imports=[helper.make_opsetid('', 13),
                                                       helper.make_opsetid('com.microsoft', 1)], ir_version=8)

    def main(self):
        """A program that runs both, and says where they differ."""
        lines = ['#include "board.h"', '#include "vectors.h"', '#include "portable.h"', '#include <math.h>',
                 '#include <string.h>', '']
        for name, x in self.inputs.items():
            values = x.reshape(-1)
            texts = ([str(v) for v in values] if x.dtype != np.float32 else
                     ['NAN' if np.isnan(v) else 'INFINITY' if v == np.inf else '-INFINITY' if v == -np.inf else
                      float(v).hex() + 'f' for v in values])
            lines.append(f'static const {C_TYPES[x.dtype]} {name}[] = {{{", ".join(texts)}}};')
        for name, (shape, kind) in self.outputs.items():
            lines.append(f'static {C_TYPES[np.dtype(kind)]} {name}[2][{np.prod(shape)}];')
        calls = [', '.join([*self.inputs, *(f'{y}[{i}]' for y in self.outputs)]) for i in range(2)]
        lines += ['', 'int main(void)', '{', '    int bad = 0;', f'    if (vectors_run({calls[0]})) return 1;',
                  f'    if (portable_run({calls[1]})) return 1;']
        for name in self.outputs:
            lines += [f'    if (memcmp({name}[0], {name}[1], sizeof {name}[0])) {{',
                      f'        print("{name} differs\\n");', '        bad++;', '    }']
        return '\n'.join(lines + ['    print(bad ? "different\\n" : "the same\\n");', '    return bad;', '}', ''])


def every_kind(seed):
    o = Operators(seed)
    for shape in CONVOLUTIONS:
        o.conv(*shape)
    for shape in PRODUCTS:
        o.product(*shape)
    for count in (1, 3, 4, 7, 2000):
        o.quantize(count, o.scale())
        o.quantize(count, 10.0 ** o.random.uniform(-17, 17))
        o.add(count)
        o.add(count)
    return o


def check(onnx2c, operators, folder, optimize):
    save(operators.model(), os.path.join(folder, 'model.onnx'))
    for name, target in (('vectors', TARGET), ('portable', 'portable')):
        subprocess.run([onnx2c, 'model.onnx', '-o', name + '.c', '--header', name + '.h', '--name', name, '--target',
                        target], cwd=folder, check=True)
    with open(os.path.join(folder, 'vectors.c'), encoding='utf-8') as f:
        text = f.read()
    for kernel in KERNELS:
        assert kernel + '_helium' in text, f'{kernel} is not computed on vectors'
    with open(os.path.join(folder, 'main.c'), 'w', encoding='utf-8') as f:
        f.write(operators.main())
    subprocess.run([*board.compiler(TARGET), optimize, *STRICT, '-c', 'vectors.c', 'portable.c'], cwd=folder,
                   check=True)
    board.link(TARGET, folder, ['main.c', 'vectors.o', 'portable.o'])
    ran = board.run(TARGET, folder)
    return ran.returncode == 0 and ran.stdout.endswith('the same\n'), ran.stdout + ran.stderr


def main():
    onnx2c = os.path.abspath(sys.argv[1])
    passed = failed = 0
    for seed, optimize in enumerate(('-O0', '-O2', '-O3', '-Os')):
        with tempfile.TemporaryDirectory() as folder:
            good, said = check(onnx2c, every_kind(seed), folder, optimize)
        if good:
            passed += 1
        else:
            failed += 1
            print(f'FAIL: {optimize}\n{said}')
    print(f'{passed} passed, {failed} failed')
    return failed > 0


if __name__ == '__main__':
    sys.exit(main())
