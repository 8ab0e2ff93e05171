"""Firmware on emulated boards of Arm's: how it is built and run. The start-up is that of examples/cortex-m."""
import os
import subprocess

HERE = os.path.dirname(os.path.abspath(__file__))
EXAMPLE = os.path.join(HERE, '../examples/cortex-m')
MPS2 = os.path.join(EXAMPLE, 'board.ld')
MPS3 = os.path.join(HERE, 'helium/board.ld')

# target: qemu's name of the board, where its memory is, options of the C compiler
BOARDS = {
    'cortex-m3': ('mps2-an385', MPS2, ['-mcpu=cortex-m3']),
    'cortex-m4': ('mps2-an386', MPS2, ['-mcpu=cortex-m4', '-mfpu=fpv4-sp-d16', '-mfloat-abi=hard']),
    'cortex-m7': ('mps2-an500', MPS2, ['-mcpu=cortex-m7', '-mfpu=fpv5-d16', '-mfloat-abi=hard']),
    'cortex-m55': ('mps3-an547', MPS3, ['-mcpu=cortex-m55', '-mfloat-abi=hard']),
}


def compiler(target):
    return ['arm-none-eabi-gcc', '-mthumb', *BOARDS[target][2], '-I' + EXAMPLE]


def link(target, folder, sources):
    """Makes board.elf of C files, assembler files and objects; what still has to be compiled is, with -O1."""
    subprocess.run([*compiler(target), '-O1', '-nostartfiles', '--specs=nano.specs', '-T', BOARDS[target][1], '-o',
                    'board.elf', *sources, os.path.join(EXAMPLE, 'board.c'), '-lm'], cwd=folder, check=True)


def run(target, folder, *options):
    """Its exit status, and what it said."""
    qemu = ['qemu-system-arm', '-M', BOARDS[target][0], '-display', 'none', '-serial', 'none', '-monitor', 'none',
            '-chardev', 'stdio,id=out', '-semihosting-config', 'enable=on,target=native,chardev=out', *options,
            '-kernel', 'board.elf']
    return subprocess.run(qemu, cwd=folder, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=300,
                          check=False)
