#!/bin/bash
# The compiler itself under valgrind: no leak, no invalid access, on good models and on a refused one.
#
#   memory.sh ONNX2C
cd "$(dirname "$0")/.." || exit 1
. tests/lib.sh
onnx2c=$1

if "$onnx2c" --version >/dev/null && grep -q __asan_init "$onnx2c"; then
    run() { "$@"; } # built with sanitizers: they watch by themselves
else
    leaks="--leak-check=full --errors-for-leak-kinds=all --show-leak-kinds=all"
    # shellcheck disable=SC2086 # options are words
    run() { valgrind --quiet --error-exitcode=9 $leaks "$@"; }
fi

clean() { # EXPECTED-STATUS ARGUMENT...
    expected=$1
    shift
    run "$onnx2c" "$@" -o "$work/out.c" --report "$work/out.json" --report "$work/out.html" \
        --header "$work/out.h" >/dev/null
    [ $? -eq "$expected" ]
}

for model in tests/models/*/; do
    model=${model%/}
    name=$(basename "$model")
    # 2,000 nodes: minutes under valgrind; the sanitizer build of the whole suite covers it.
    [ "$name" != rtdetr ] || continue
    # shellcheck disable=SC2046 # options are words
    alone "valgrind $name" clean 0 "$model/model.onnx" $(dims_of "$name")
done
head -c 20000 tests/models/digits/model.onnx >"$work/cut.onnx"
alone "valgrind on a cut file" clean 1 "$work/cut.onnx"
finish
