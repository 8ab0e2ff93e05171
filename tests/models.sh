#!/bin/bash
# Every model of a folder through `onnx2c verify`, with the tolerances of its data.json. More folders may be named.
#
#   models.sh ONNX2C [FOLDER...]
cd "$(dirname "$0")/.." || exit 1
. tests/lib.sh
onnx2c=$1
shift
[ $# -gt 0 ] || set -- tests/models

# Models with run-time sizes: the dimensions they are compiled for.
dims_of() {
    case "$1" in
    dynhw) echo "--dim batch=1..4 --dim height=8..64 --dim width=8..64" ;;
    esac
}

tolerance() { sed -n "s/.*\"$2\": *\([0-9.e+-]*\).*/\1/p" "$1/data.json"; }

for folder; do
    for model in "$folder"/*/; do
        model=${model%/}
        [ -f "$model/model.onnx" ] || continue
        # shellcheck disable=SC2046 # options are words
        ok "verify $(basename "$model")" "$onnx2c" verify "$model/model.onnx" "$model" --rtol "$(tolerance "$model" rtol)" --atol "$(tolerance "$model" atol)" \
            $(dims_of "$(basename "$model")")
    done
done
finish
