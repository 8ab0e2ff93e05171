#!/bin/bash
# The firmware hears what it plays, again after a reset, in as little memory as planned.
#
#   check.sh ONNX2C
onnx2c=$(realpath "$1")
cd "$(dirname "$0")" || exit 1
# shellcheck source=tests/lib.sh
. ../../tests/lib.sh

on_board() { make -s ONNX2C="$onnx2c" OUT="$work" run </dev/null >"$work/board" || { cat "$work/board"; return 1; }; }

# All eight sounds, and the same at the same times from the beginning again.
heard() {
    grep '^heard' "$work/board" >"$work/heard"
    [ "$(wc -l <"$work/heard")" -eq 16 ] && cmp <(head -8 "$work/heard") <(tail -8 "$work/heard")
}

bytes() { sed -n "s/^$1 *\([0-9]*\) bytes.*/\1/p" "$work/board"; }

# 15 frames of 8 bands and 4 scores are what is left for the next call.
memory() {
    cat "$work/board"
    [ "$(bytes "RAM: state")" -eq $(((15 * 8 + 4) * 4)) ] && [ "$(bytes "RAM: arena")" -le 1024 ] &&
        [ "$(bytes "RAM: stack")" -le 2048 ]
}

ok "on the board" on_board
ok "the sounds, twice" heard
ok "memory" memory
finish
