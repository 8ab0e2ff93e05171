#!/bin/bash
# The firmware of both networks on the emulated board: as right as on this machine, and in as little memory as planned.
#
#   check.sh ONNX2C
onnx2c=$(realpath "$1")
cd "$(dirname "$0")" || exit 1
# shellcheck source=tests/lib.sh
. ../../tests/lib.sh

model_of() { make -s --no-print-directory -f - <<<"include Makefile
model: ; @echo \$($1_MODEL)" model; }

# on_board MODEL: what the firmware prints, in $work/MODEL.board
on_board() {
    make -s ONNX2C="$onnx2c" OUT="$work" "run-$1" </dev/null >"$work/$1.board" || { cat "$work/$1.board"; return 1; }
}

# on_host MODEL: the mistakes of the same model on this machine, as the firmware prints them
on_host() {
    mkdir -p "$work/$1.portable"
    "$onnx2c" "$(model_of "$1")" --name digits -o "$work/$1.portable/digits.c" --header "$work/$1.portable/digits.h" ||
        return 1
    cc -std=c99 -O2 -I"$work/$1.portable" -o "$work/host" ../digits/main.c "$work/$1.portable/digits.c" -lm || return 1
    "$work/host" ../digits/images.f32 ../digits/labels.u8 | grep -o '[0-9] -> [0-9]' |
        awk '$1 != $3 { printf "image %d: %s\n", NR - 1, $0 }' >"$work/$1.host"
}

same_mistakes() { on_host "$1" && grep '^image ' "$work/$1.board" | diff "$work/$1.host" -; }

bytes() { sed -n "s/^$2 *\([0-9]*\) bytes.*/\1/p" "$work/$1.board"; }

# The arena is the one the report promises, nothing else of the model is in RAM, the stack stays small.
memory() {
    "$onnx2c" "$(model_of "$1")" --target cortex-m4 --name digits -o "$work/r.c" --report "$work/r.json" || return 1
    planned=$(sed -n 's/.*"arena_bytes": *\([0-9]*\).*/\1/p' "$work/r.json")
    cat "$work/$1.board"
    [ "$(bytes "$1" "RAM: arena")" -eq "$planned" ] && [ "$(bytes "$1" "RAM: variables")" -le 256 ] &&
        [ "$(bytes "$1" "RAM: stack")" -le 2048 ]
}

for model in float int8; do
    ok "$model on the board" on_board "$model"
    ok "$model: the host's predictions" same_mistakes "$model"
    ok "$model: memory" memory "$model"
done
ok "int8 weights take less than a third" \
    test $(($(bytes int8 "flash: weights") * 3)) -lt "$(bytes float "flash: weights")"
finish
