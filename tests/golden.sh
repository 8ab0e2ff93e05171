#!/bin/bash
# Golden texts: what stages print and what the generated C looks like, held against files under review.
#
#   golden.sh ONNX2C [--update]
cd "$(dirname "$0")/.." || exit 1
. tests/lib.sh
onnx2c=$1
update=${2-}

# Everything but the bytes of large weights.
# shellcheck disable=SC2046 # options are words
generated() { "$onnx2c" "tests/models/$1/model.onnx" --name "$1" $(dims_of "$1") | grep -v '^"'; }
dumped() { "$onnx2c" "tests/models/$1/model.onnx" --dump "$2"; }

golden() { # FILE COMMAND...
    file=tests/golden/$1
    shift
    "$@" >"$work/text" || return 1
    if [ "$update" = --update ]; then
        mkdir -p tests/golden
        cp "$work/text" "$file"
    fi
    diff -u "$file" "$work/text"
}

for model in digits digits_int8_qdq iris_forest nested_loops; do
    alone "generated C of $model" golden "$model.c" generated "$model"
done
for stage in load infer rewrite layout lower fuse tile alias plan; do
    alone "digits after $stage" golden "digits.$stage.txt" dumped digits "$stage"
done
finish
