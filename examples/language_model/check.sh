#!/bin/bash
# The program says what ONNX Runtime says, token by token, also with the model as make_model.py begins to make it.
#
#   check.sh ONNX2C PYTHON
onnx2c=$(realpath "$1")
python=$(realpath -s "$2")
cd "$(dirname "$0")" || exit 1
# shellcheck source=tests/lib.sh
. ../../tests/lib.sh

with() { make -s ONNX2C="$onnx2c" PYTHON="$python" OUT="$work" "$@"; }

# A sentence of the licences, known by heart.
says() {
    with run PROMPT="Everyone is permitted" TOKENS=10 >"$work/text" || return 1
    cat "$work/text"
    grep -q "^Everyone is permitted to copy and distribute" "$work/text"
}

refuses() { # ARGUMENTS OF THE PROGRAM
    "$work/generate" "$@" >"$work/refused"
    [ $? -eq 2 ] && [ ! -s "$work/refused" ]
}

untrained() { with untrained && with compare MODEL="$work/untrained" OUT="$work/other" TOKENS=40; }

ok "goes on" says
ok "as ONNX Runtime does" with compare
ok "with sanitizers" with compare OUT="$work/sanitized" \
    CFLAGS="-std=c99 -g -O1 -fsanitize=address,undefined -fno-sanitize-recover=all"
ok "no prompt is refused" refuses ""
ok "too many tokens are refused" refuses "You may" 250
if [ -d /usr/share/common-licenses ]; then ok "untrained" untrained; else skip "untrained" "no Debian"; fi
finish
