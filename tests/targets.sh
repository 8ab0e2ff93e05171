#!/bin/bash
# Code for named targets: built without a warning by their compilers, and right where an emulator runs it.
#
#   targets.sh ONNX2C
#
# clang compiles for all of Debian's architectures with their headers and libraries alone. Not tried: avr, whose int has
# 16 bits, which the kernels don't expect.
cd "$(dirname "$0")/.." || exit 1
. tests/lib.sh
onnx2c=$(realpath "$1")
strict="-std=c99 -Wall -Wextra -Wpedantic -Wconversion -Wshadow -Wmissing-prototypes -Werror"
models="digits digits_int8_qdq" # float and int8

# A C compiler whose programs run in an emulator: what it links becomes a script that does so.
emulated() { # NAME "EMULATOR" "COMPILER"
    cat >"$work/$1" <<END
#!/bin/bash
$3 -static "\$@" || exit 1
out=
while [ \$# -gt 0 ]; do [ "\$1" = -o ] && out=\$2; shift; done
mv "\$out" "\$out.program" && printf '#!/bin/sh\nexec $2 %q "\$@"\n' "\$(realpath "\$out.program")" >"\$out" &&
    chmod +x "\$out"
END
    chmod +x "$work/$1"
}

generate() { # TARGET MODEL
    # shellcheck disable=SC2046 # options are words
    "$onnx2c" "tests/models/$2/model.onnx" --name m --target "$1" $(dims_of "$2") -o "$work/m.c" --header "$work/m.h"
}

# The file for the target, with every warning; its header as C++, too. It has no conditional on what the target decides.
builds() { # TARGET MODEL COMPILER...
    generate "$1" "$2" || return 1
    # shellcheck disable=SC2086 # options are words
    "${@:3}" $strict -O1 -S "$work/m.c" -o "$work/m.s" &&
        g++ -std=c++17 -Wall -Wextra -Wpedantic -Werror -fsyntax-only -x c++ "$work/m.h" &&
        ! grep -nE '^# *(el)?if.*\b(VEC|__(SSE|FMA|AVX2?|ARM_NEON|ALTIVEC|wasm|aarch64)[a-z0-9_]*)\b' "$work/m.c" |
            grep -v '^6:' # the guard
}

# Another target's compiler is told so, and nothing else is wrong.
refuses() { # TARGET COMPILER...
    generate "$1" digits || return 1
    "${@:2}" -std=c99 -c "$work/m.c" -o "$work/m.o" 2>"$work/errors" && return 1
    grep "error" "$work/errors"
    [ "$(grep -c 'error:' "$work/errors")" -eq 1 ] && grep -q "this file is for $1" "$work/errors"
}

verifies() { # TARGET MODEL "FLAGS" COMPILER
    # shellcheck disable=SC2046 # options are words
    "$onnx2c" verify "tests/models/$2/model.onnx" --target "$1" --cc "$4" --cflags "-std=c99 -O1 $3" \
        $(tolerances_of "tests/models/$2") $(dims_of "$2")
}

# The firmware of examples/cortex-m with code for another core: the same mistakes on its images as any.
firmware() { # TARGET
    for model in float int8; do
        make -s -C examples/cortex-m ONNX2C="$onnx2c" TARGET="$1" OUT="$work/out" "run-$model" \
            </dev/null >"$work/board" || return 1
        cat "$work/board"
        grep -q '^355 of 360 right' "$work/board" || return 1
    done
}

# Of another byte order: constants of several bytes are numbers, not strings.
big_endian() { # MODEL COMPILER
    # shellcheck disable=SC2046 # options are words
    "$onnx2c" verify "tests/models/$1/model.onnx" --weights numbers --cc "$2" $(tolerances_of "tests/models/$1") \
        $(dims_of "$1")
}

# Strings are refused there, with what to do.
refuses_strings() { # COMPILER...
    generate portable digits || return 1
    "$@" -std=c99 -c "$work/m.c" -o "$work/m.o" 2>"$work/errors" && return 1
    grep "error" "$work/errors"
    [ "$(grep -c 'error:' "$work/errors")" -eq 1 ] && grep -q "with --weights numbers" "$work/errors"
}

everywhere() { # TARGET COMPILER...
    for model in $models; do alone "$1: $model is built" builds "$1" "$model" "${@:2}"; done
}

runs() { # TARGET "FLAGS" COMPILER
    for model in $models; do alone "$1: $model is right" verifies "$1" "$model" "$2" "$3"; done
}

# The assembly for small processors, run where a fault of alignment ends the program as it would theirs.
any_address() {
    gen=$(dirname "$onnx2c")/gen
    clang --target=arm-linux-gnueabihf -march=armv7-a -mthumb -mfpu=vfpv4-d16 -std=c99 -O1 -static -Wall -Werror \
        -ffunction-sections -Wl,--gc-sections -I"$gen" tests/odd_weights.c "$gen"/kernel_q{gemm_words,four,byte}.c \
        "$gen/kernel_pairs.c" -o "$work/odd_weights" -lm && [ "$(qemu-arm "$work/odd_weights")" = right ]
}

m4="-mcpu=cortex-m4 -mfpu=fpv4-sp-d16 -mfloat-abi=hard"
everywhere cortex-m0 arm-none-eabi-gcc -mthumb -mcpu=cortex-m0
everywhere cortex-m0plus arm-none-eabi-gcc -mthumb -mcpu=cortex-m0plus
everywhere cortex-m3 arm-none-eabi-gcc -mthumb -mcpu=cortex-m3
# shellcheck disable=SC2086 # options are words
everywhere cortex-m4 arm-none-eabi-gcc -mthumb $m4
everywhere cortex-m7 arm-none-eabi-gcc -mthumb -mcpu=cortex-m7 -mfloat-abi=hard -mfpu=fpv5-d16
everywhere cortex-m33 arm-none-eabi-gcc -mthumb -mcpu=cortex-m33
everywhere cortex-m55 arm-none-eabi-gcc -mthumb -mcpu=cortex-m55 -mfloat-abi=hard
everywhere cortex-m55 arm-none-eabi-gcc -mthumb -mcpu=cortex-m55+nomve -mfloat-abi=hard
everywhere cortex-m85 arm-none-eabi-gcc -mthumb -mcpu=cortex-m55 -mfloat-abi=hard # gcc 12 has no cortex-m85
for target in cortex-m0 cortex-m3 cortex-m4 cortex-m7; do
    alone "$target on the board" firmware "$target"
done
alone "weights of bytes lie anywhere" any_address
alone "cortex-m4's file refuses a Cortex-M3" refuses cortex-m4 arm-none-eabi-gcc -mthumb -mcpu=cortex-m3
alone "cortex-m4's file refuses this machine" refuses cortex-m4 cc

arm="clang --target=arm-linux-gnueabihf -mfpu=neon"
aarch64="clang --target=aarch64-linux-gnu"
riscv64="clang --target=riscv64-linux-gnu"
emulated arm qemu-arm "$arm"
emulated aarch64 "qemu-aarch64 -cpu max" "$aarch64"
emulated riscv64 "qemu-riscv64 -cpu rv64,v=true" "$riscv64"
# shellcheck disable=SC2086 # options are words
{
    everywhere armv7-neon $arm
    everywhere aarch64 $aarch64
    everywhere aarch64+dotprod $aarch64 -march=armv8.2-a+dotprod
    everywhere aarch64+i8mm $aarch64 -march=armv8.6-a+i8mm
    everywhere riscv64 $riscv64
    everywhere rv64gcv $riscv64 -march=rv64gcv
}
everywhere riscv32 clang --target=riscv32-unknown-elf -march=rv32imac -isystem /usr/include/newlib
everywhere wasm clang --target=wasm32-wasi
everywhere wasm-simd128 clang --target=wasm32-wasi -msimd128
runs armv7-neon "" "$work/arm"
runs aarch64 "" "$work/aarch64"
runs aarch64+dotprod -march=armv8.2-a+dotprod "$work/aarch64"
runs aarch64+i8mm -march=armv8.6-a+i8mm "$work/aarch64"
runs riscv64 "" "$work/riscv64"
runs rv64gcv -march=rv64gcv "$work/riscv64"

s390x="clang --target=s390x-linux-gnu"
emulated s390x qemu-s390x "$s390x"
for model in $models dscnn_int8_qdq kws_rnn iris_forest lists; do
    alone "big-endian: $model is right" big_endian "$model" "$work/s390x"
done
# shellcheck disable=SC2086 # options are words
alone "big-endian: strings are refused" refuses_strings $s390x

for target in c99 x86-64-v1 x86-64-v2 x86-64-v3 x86-64-v4; do
    flags=-march=x86-64
    case "$target" in x86*) flags=-march=${target/-v1/} ;; esac
    everywhere "$target" cc "$flags"
    if [ "$target" = x86-64-v4 ] && ! grep -q avx512vl /proc/cpuinfo; then
        skip "$target is right" "this processor has no AVX-512"
    else
        runs "$target" "$flags" cc
    fi
done
finish
