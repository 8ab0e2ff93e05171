#!/usr/bin/env python3
"""neon.py ONNX2C: in Arm's vectors, emulated, operators on bytes give the very bytes of plain C.

The models are those of run.py beside it; each is compiled for a named target, and as `portable` without vectors."""
import os
import subprocess
import sys
import tempfile

import run
from onnx import save

AARCH64 = ['clang', '--target=aarch64-linux-gnu']
# target, compiler, what it is emulated by
TARGETS = [
    ('aarch64', [*AARCH64, '-march=armv8-a'], ['qemu-aarch64']),
    ('aarch64+dotprod', [*AARCH64, '-march=armv8.2-a+dotprod'], ['qemu-aarch64', '-cpu', 'max']),
    ('aarch64+i8mm', [*AARCH64, '-march=armv8.6-a+i8mm'], ['qemu-aarch64', '-cpu', 'max']),
    ('armv7-neon', ['clang', '--target=arm-linux-gnueabihf', '-mfpu=neon'], ['qemu-arm']),
]
BOARD = '#include <stdio.h>\n#define print(text) fputs(text, stdout)\n'
KERNELS = ('qgemm_packed', 'qconv_packed', 'qconv_channelwise', 'quantize_bytes', 'add_bytes', 'qneon_panels',
           'qneon_taps')
OTHERS = {'aarch64': ('qconv_winograd',)}


def write(folder, name, text):
    with open(os.path.join(folder, name), 'w', encoding='utf-8') as f:
        f.write(text)


def check(onnx2c, operators, folder, target, compiler, emulator, optimize):
    save(operators.model(), os.path.join(folder, 'model.onnx'))
    for name, kind in (('vectors', target), ('portable', 'portable')):
        subprocess.run([onnx2c, 'model.onnx', '-o', name + '.c', '--header', name + '.h', '--name', name, '--target',
                        kind], cwd=folder, check=True)
    with open(os.path.join(folder, 'vectors.c'), encoding='utf-8') as f:
        text = f.read()
    for kernel in KERNELS + OTHERS.get(target, ()):
        assert kernel + '(' in text, f'{kernel} is not there'
    write(folder, 'main.c', operators.main())
    write(folder, 'board.h', BOARD)
    subprocess.run([*compiler, optimize, *run.STRICT, '-c', 'vectors.c'], cwd=folder, check=True)
    subprocess.run([*compiler, '-O1', *run.STRICT, '-DONNX2C_NO_VECTORS', '-c', 'portable.c'], cwd=folder, check=True)
    subprocess.run([*compiler, '-O0', '-static', '-I.', '-o', 'program', 'main.c', 'vectors.o', 'portable.o', '-lm'],
                   cwd=folder, check=True)
    ran = subprocess.run([*emulator, './program'], cwd=folder, capture_output=True, text=True, check=False)
    return ran.returncode == 0 and ran.stdout.endswith('the same\n'), ran.stdout + ran.stderr


def main():
    onnx2c = os.path.abspath(sys.argv[1])
    passed = failed = 0
    for seed, (target, compiler, emulator) in enumerate(TARGETS):
        for optimize in ('-O0', '-O2'):
            with tempfile.TemporaryDirectory() as folder:
                good, said = check(onnx2c, run.every_kind(10 + seed), folder, target, compiler, emulator, optimize)
            if good:
                passed += 1
            else:
                failed += 1
                print(f'FAIL: {target} {optimize}\n{said}')
    print(f'{passed} passed, {failed} failed')
    return failed > 0


if __name__ == '__main__':
    sys.exit(main())
