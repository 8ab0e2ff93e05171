#!/bin/bash
# Models with run-time dimensions against files made for single sizes, bit for bit, and called with sizes out of bounds.
#
#   same_bits.sh ONNX2C PYTHON
cd "$(dirname "$0")/.." || exit 1
. tests/lib.sh
onnx2c=$1
python=$2

for model in tests/models/*/; do
    model=$(basename "$model")
    case "$model" in
    small_pairs) continue ;;    # not every combination of its sizes is one: bounds.py has it
    sizes_branches) continue ;; # a fixed size need not suit a branch that isn't taken
    esac
    dims=$(dims_of "$model")
    case "$dims" in *..*) ;; *) continue ;; esac
    # shellcheck disable=SC2086 # options are words
    alone "all sizes of $model" "$python" tests/same_bits.py "$onnx2c" "tests/models/$model/model.onnx" $dims
done
finish
