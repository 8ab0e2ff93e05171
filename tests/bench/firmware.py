#!/usr/bin/env python3
"""Int8 networks as firmware: instructions, stack and flash on emulated Cortex-M, beside CMSIS-NN's instructions.

usage: firmware.py --onnx2c ONNX2C --build FOLDER MODEL_FOLDER...

A network has one input and one output of floats. It is compiled for the core, built with -O3 and with -O2, made for
little RAM with -O3 again, and made for little code with -Os, and run once on its stored input by firmware.c. What it
computes must be the stored output, within the model's tolerance. docs/firmware.md says how to read the tables."""
import argparse
import json
import math
import os
import re
import subprocess
import sys

import numpy
import onnx
from onnx import numpy_helper

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.dirname(HERE))
import board  # it is in the folder above

# CMSIS-NN's millions of instructions for the nets of that name and INT8: its main branch built by arm-none-eabi-gcc 12
# -O3, counted in the same way.
INT8 = '_int8_qdq'
CMSIS_NN = {
    'cortex-m3': {'dscnn': 10.54, 'resnet8': 41.8, 'ad_ae': 0.952, 'vww': 32.08, 'mbv2': 127.7},
    'cortex-m4': {'dscnn': 7.85, 'resnet8': 29.9, 'ad_ae': 0.579, 'vww': 24.71, 'mbv2': 104.2},
    'cortex-m7': {'dscnn': 7.76, 'resnet8': 29.9, 'ad_ae': 0.579, 'vww': 24.48, 'mbv2': 103.5},
    'cortex-m55': {'dscnn': 1.785, 'resnet8': 4.81, 'ad_ae': 0.147, 'vww': 6.426, 'mbv2': 27.08},
}
LANGUAGE = ['-std=c99', '-Wall', '-Wextra']
# What `net.h` leaves to the program: weights are told from other constants by their section.
PLACES = ['-DNET_WEIGHTS_ATTR=__attribute__((section(".weights")))']
# An instruction takes 2^1 ns, so that the timer's 24 bits reach for 250 million of them.
ICOUNT = ['-icount', 'shift=1']
LOOP_INSTRUCTIONS = 20_000_000
COLUMNS = ('net', 'CMSIS-NN', '-O3', 'ratio', '-O2', 'ram', 'size', 'text', 'constants', 'weights', 'stack', 'arena',
           'ram: text', 'ram: stack', 'ram: arena', 'size: text', 'size: constants', 'size: stack')


class Wrong(Exception):
    """What the firmware computed or said isn't right."""


def stored(folder, name):
    tensor = onnx.TensorProto()
    with open(os.path.join(folder, 'test_data_set_0', name + '_0.pb'), 'rb') as f:
        tensor.ParseFromString(f.read())
    array = numpy_helper.to_array(tensor)
    if array.dtype != numpy.float32:
        raise Wrong(f'{name} is not float32')
    return array


def tolerance(folder):
    """(atol, rtol): those of data.json, or those of `onnx2c verify`."""
    bounds = {'atol': 1e-5, 'rtol': 1e-4}
    path = os.path.join(folder, 'data.json')
    if os.path.exists(path):
        with open(path, encoding='utf-8') as f:
            bounds.update(json.load(f))
    return bounds['atol'], bounds['rtol']


def sizes(target, folder):
    """Bytes of the object by kind of section; what it takes from the libraries is not in it."""
    said = subprocess.run(['arm-none-eabi-size', '-A', 'net.o'], cwd=folder, check=True, capture_output=True, text=True)
    bytes_of = {'text': 0, 'rodata': 0, 'weights': 0}
    for section, size in re.findall(r'^\.(text|rodata|weights)\S*\s+(\d+)', said.stdout, re.MULTILINE):
        bytes_of[section] += int(size)
    return bytes_of


def build(onnx2c, target, model, folder, optimize, level):
    """Makes net.o and board.elf in the folder; returns the bytes of the arena."""
    subprocess.run([onnx2c, os.path.join(os.path.abspath(model), 'model.onnx'), '-o', 'net.c', '--header', 'net.h',
                    '--report', 'net.json', '--name', 'net', '--target', target, '--optimize', optimize], cwd=folder,
                   check=True)
    stored(model, 'input').tofile(os.path.join(folder, 'input.bin'))
    with open(os.path.join(folder, 'input.S'), 'w', encoding='utf-8') as f:
        f.write('.section .rodata\n.balign 4\n.global input\ninput: .incbin "input.bin"\n')
    subprocess.run([*board.compiler(target), level, *LANGUAGE, *PLACES, '-c', 'net.c'], cwd=folder, check=True)
    subprocess.run([*board.compiler(target), '-O1', *LANGUAGE, f'-DOUTPUTS={stored(model, "output").size}',
                    f'-DLOOP_INSTRUCTIONS={LOOP_INSTRUCTIONS}', '-I.', '-c', os.path.join(HERE, 'firmware.c')],
                   cwd=folder, check=True)
    board.link(target, folder, ['firmware.o', 'net.o', 'input.S'])
    with open(os.path.join(folder, 'net.json'), encoding='utf-8') as f:
        return json.load(f)['arena_bytes']


def measure(onnx2c, target, model, folder, optimize, level):
    os.makedirs(folder, exist_ok=True)
    arena = build(onnx2c, target, model, folder, optimize, level)
    ran = board.run(target, folder, *ICOUNT)
    said = re.findall(r'^(\w+) (\d+)$', ran.stdout, re.MULTILINE)
    output = numpy.array([int(n) for what, n in said if what == 'output'], numpy.uint32).view(numpy.float32)
    expected = stored(model, 'output').reshape(-1)
    if ran.returncode or output.size != expected.size:
        raise Wrong(ran.stdout + ran.stderr)
    atol, rtol = tolerance(model)
    if not numpy.allclose(output, expected, rtol, atol):
        raise Wrong(f'off by {numpy.abs(output - expected).max()}')
    number = {what: int(n) for what, n in said}
    millions = number['run'] / number['loop'] * LOOP_INSTRUCTIONS / 1e6
    return {'millions': millions, 'stack': number['stack'], 'arena': arena, **sizes(target, folder)}


def row(onnx2c, target, model, build_folder):
    """The line of a table, and the ratio, None where CMSIS-NN's figure isn't known."""
    name = os.path.basename(model)
    folder = os.path.join(build_folder, name, target)
    fast, o2, ram, size = (measure(onnx2c, target, model, os.path.join(folder, optimize + level), optimize, level)
                           for optimize, level in (('speed', '-O3'), ('speed', '-O2'), ('ram', '-O3'), ('size', '-Os')))
    other = CMSIS_NN[target].get(name.removesuffix(INT8)) if name.endswith(INT8) else None
    ratio = fast['millions'] / other if other else None
    line = [name, '', f'{fast["millions"]:.4g}', '', f'{o2["millions"]:.4g}', f'{ram["millions"]:.4g}',
            f'{size["millions"]:.4g}']
    if other:
        line[0], line[1], line[3] = name.removesuffix(INT8), f'{other:.4g}', f'{ratio:.2f}'
    line += [f'{fast[what]:,}' for what in ('text', 'rodata', 'weights', 'stack', 'arena')]
    line += [f'{ram[what]:,}' for what in ('text', 'stack', 'arena')]
    line += [f'{size[what]:,}' for what in ('text', 'rodata', 'stack')]
    return line, ratio


def show(line):
    print('| ' + ' | '.join(line) + ' |', flush=True)


def table(onnx2c, target, models, build_folder):
    """False if something is wrong."""
    print(f'\n{target}:\n')
    show(COLUMNS)
    show(['---'] * len(COLUMNS))
    ratios, good = [], True
    for model in models:
        try:
            line, ratio = row(onnx2c, target, model, build_folder)
        except Wrong as wrong:
            print(f'FAILED {model} on {target}: {wrong}', flush=True)
            good = False
            continue
        show(line)
        ratios += [ratio] if ratio else []
    if ratios:
        mean = math.exp(sum(map(math.log, ratios)) / len(ratios))
        show(['geometric mean', '', '', f'{mean:.2f}'] + [''] * (len(COLUMNS) - 4))
    return good


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition('\n')[0])
    parser.add_argument('--onnx2c', required=True)
    parser.add_argument('--build', required=True)
    parser.add_argument('models', nargs='+')
    arguments = parser.parse_args()
    print('Millions of instructions; bytes. -O3 and -O2 are for speed, `ram` is --optimize ram with -O3, `size`',
          '--optimize size with -Os.')
    models = [m.rstrip('/') for m in arguments.models]
    good = [table(os.path.abspath(arguments.onnx2c), target, models, arguments.build) for target in board.BOARDS]
    return not all(good)


if __name__ == '__main__':
    sys.exit(main())
