#!/bin/bash
# Both branches and loops of any length, as PyTorch computes them.
#
#   check.sh ONNX2C
onnx2c=$(realpath "$1")
cd "$(dirname "$0")" || exit 1
# shellcheck source=tests/lib.sh
. ../../tests/lib.sh

ok "as PyTorch" make -s ONNX2C="$onnx2c" OUT="$work" run
ok "with sanitizers" make -s ONNX2C="$onnx2c" OUT="$work/sanitized" \
    CFLAGS="-std=c99 -g -O1 -fsanitize=address,undefined -fno-sanitize-recover=all" run
finish
