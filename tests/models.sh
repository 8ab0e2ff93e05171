#!/bin/bash
# Every model of a folder through `onnx2c verify`, with the tolerances of its data.json if it has one. Folders may be
# named; else they are those of whole models, and of small ones that were once wrong, by what was wrong with them.
#
#   models.sh ONNX2C [FOLDER...]
#
# VERIFY: further options.
cd "$(dirname "$0")/.." || exit 1
. tests/lib.sh
onnx2c=$1
shift
[ $# -gt 0 ] || set -- tests/models tests/cases/*

for folder; do
    for model in "$folder"/*/; do
        model=${model%/}
        [ -f "$model/model.onnx" ] || continue
        name=$(basename "$model")
        # shellcheck disable=SC2046,SC2086 # options are words
        alone "verify ${model#tests/}" "$onnx2c" verify "$model/model.onnx" "$model" $(tolerances_of "$model") \
            $(dims_of "$name") ${VERIFY-}
    done
done
finish
