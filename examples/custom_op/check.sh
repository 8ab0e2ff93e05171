#!/bin/bash
# A model with an operator in C, as PyTorch computes it.
#
#   check.sh ONNX2C
onnx2c=$(realpath "$1")
cd "$(dirname "$0")" || exit 1
# shellcheck source=tests/lib.sh
. ../../tests/lib.sh

# What it says when it isn't told what the operator is: how to.
asks() {
    ! "$onnx2c" model.onnx --dim samples=100 -o "$work/x.c" 2>"$work/errors" &&
        grep -e "--custom 'sound::Biquads=" "$work/errors"
}

ok "as PyTorch" make -s ONNX2C="$onnx2c" OUT="$work" run
ok "with sanitizers" make -s ONNX2C="$onnx2c" OUT="$work/sanitized" \
    CFLAGS="-std=c99 -g -O1 -fsanitize=address,undefined -fno-sanitize-recover=all" run
ok "verify --with" make -s ONNX2C="$onnx2c" verify
ok "without --custom" asks
finish
