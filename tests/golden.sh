#!/bin/bash
# Golden texts: what stages print and what the generated C looks like, held against files under review.
#
#   golden.sh ONNX2C [--update]
#
# Of the generated C, everything but the bytes of large weights and the text of kernels, which stand there by name: how
# they are pasted is seen in kernels.c, of one model, and what is left of them for a named target in cortex-m4.c. What
# stages print is that of a model made for it, in which every stage changes something.
cd "$(dirname "$0")/.." || exit 1
. tests/lib.sh
onnx2c=$1
update=${2-}
stages=$(stages_of "$onnx2c")

# shellcheck disable=SC2046 # options are words
generated() { "$onnx2c" "tests/models/$1/model.onnx" --name "$1" $(dims_of "$1") "${@:2}" | grep -v '^"'; }
dumped() { "$onnx2c" "tests/models/$1/model.onnx" --dump "$2"; }

# Sections begin with a comment that ends in hyphens.
kernels() { generated "$1" | awk '/^\/\* .* -+ \*\/$/ { inside = /^\/\* Kernels/ } inside'; }

without_kernels() {
    generated "$1" | awk '
        /^\/\* .* -+ \*\/$/ { inside = /^\/\* Kernels/; if (inside) print; else if (was) print ""; was = inside }
        !inside || /^\/\* Kernels/ { if (!inside) print; next }
        /^([A-Z0-9_]+_CODE_ATTR )?static .*\(/ { sub(/\(.*/, ""); sub(/.*[ *]/, ""); print "kernel " $0 }
        /^(struct|enum) [a-z0-9_]+ \{/ { print $1 " " $2 }'
}

# A line for each model: bytes, multiplications, steps.
memory() { # OPTION...
    for model in tests/models/*/; do
        # shellcheck disable=SC2046 # options are words
        "$onnx2c" "$model/model.onnx" $(dims_of "$(basename "$model")") "$@" -o "$work/m.c" --report "$work/m.json" \
            2>"$work/warnings" || return 1
        echo "$(basename "$model"): $(grep -oE '"(arena|weights|stack|macs|steps)[a-z_]*": [0-9]+' "$work/m.json" |
            tr -d '":' | head -6 | paste -sd' ')"
    done
}

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

# Texts that are the same after two stages would show nothing of the second.
changed() { ! cmp -s <(dumped "$1" "$2" | tail -n +2) <(dumped "$1" "$3" | tail -n +2); }

for model in digits digits_int8_qdq every_stage iris_forest nested_loops; do
    alone "generated C of $model" golden "$model.c" without_kernels "$model"
done
alone "kernels of digits" golden kernels.c kernels digits
alone "digits for a cortex-m4" golden cortex-m4.c generated digits --target cortex-m4
alone "memory of models" golden memory.txt memory
alone "memory of models with --optimize ram" golden memory.ram.txt memory --optimize ram
alone "memory of models on a cortex-m4" golden memory.cortex-m4.txt memory --target cortex-m4 --optimize ram
before=
for stage in $stages; do
    alone "every_stage after $stage" golden "every_stage.$stage.txt" dumped every_stage "$stage"
    [ -z "$before" ] || alone "$stage changes something" changed every_stage "$before" "$stage"
    before=$stage
done
finish
