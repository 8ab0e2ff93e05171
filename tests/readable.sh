#!/bin/bash
# The generated C as its reviewer reads it, and the options in its title.
#
#   readable.sh ONNX2C PYTHON
cd "$(dirname "$0")/.." || exit 1
. tests/lib.sh
onnx2c=$1
python=$2

readable() { # MODEL
    # shellcheck disable=SC2046 # options are words
    "$python" tests/readable.py "$onnx2c" "tests/models/$1/model.onnx" $(dims_of "$1")
}

# The title of a generated file, in one line.
title() { # MODEL OPTION...
    "$onnx2c" "$@" | sed '/^ \*\/$/q; s/^ \*  *//' | tr '\n' ' '
}

# in_title WORDS MODEL OPTION...: the options that decide the output are in its title as one would type them.
in_title() {
    title "${@:2}" | grep -qF -e " $1 " || { title "${@:2}"; return 1; }
}

# no_matter MODEL OPTION...: the C is the same with these.
no_matter() {
    "$onnx2c" "$1" --name m -o "$work/without.c" || return 1
    "$onnx2c" "$1" --name m -o "$work/with.c" "${@:2}" >"$work/dumped" || return 1
    cmp "$work/without.c" "$work/with.c"
}

# Every option of --help: in the title, or no matter, or the end of it.
option() { # --NAME
    digits=tests/models/digits/model.onnx
    custom='sound::Biquads=sound[n], taps[bands,5] -> float32[bands,n]'
    case "$1" in
    --name) in_title "--name ninety" $digits --name ninety ;;
    --dim) in_title "--name m --dim batch=1..4 --dim height=8..64 --dim width=8" tests/models/dynhw/model.onnx \
        --name m --dim batch=1..4 --dim height=8..64 --dim width=8 ;;
    --weights) in_title "--name m --weights incbin" $digits --name m --weights incbin ;;
    --weights-type) in_title "--name m --weights-type float16" $digits --name m --weights-type float16 &&
        in_title "--name m --weights-type int8" $digits --name m --weights-type int8 ;;
    --precision) in_title "--name m --precision bfloat16" $digits --name m --precision bfloat16 ;;
    --custom) in_title "--name m --dim samples=9 --custom '$custom'" examples/custom_op/model.onnx \
        --name m --dim samples=9 --custom "$custom" ;;
    --state) in_title "--name m --dim past=0..4 --state 'keys=keys_out' --state 'v*s=v*s_out'" \
        tests/models/cached_attention_op13/model.onnx --name m --dim past=0..4 --state keys=keys_out \
        --state 'v*s=v*s_out' ;;
    --text) in_title "--name m --text 20" $digits --name m --text 20 ;;
    --target) in_title "--name m --target cortex-m4" $digits --name m --target cortex-m4 ;;
    --optimize) in_title "--name m --optimize ram" $digits --name m --optimize ram &&
        in_title "--name m --optimize size" $digits --name m --optimize size ;;
    --io) in_title "--name m --io quantized --io nhwc" tests/models/digits_int8_qdq/model.onnx --name m \
        --io nhwc,quantized ;;
    --region) in_title "--name m --region fast=99 --region slow=9999" $digits --name m --region fast=99 \
        --region slow=9999 ;;
    --reuse-inputs) in_title "--name m --reuse-inputs" $digits --name m --reuse-inputs ;;
    --output) no_matter $digits ;; # to another file
    --header) no_matter $digits --header "$work/m.h" ;;
    --report) no_matter $digits --report "$work/m.json" ;;
    --depfile) no_matter $digits --depfile "$work/m.d" ;;
    --dump) no_matter $digits --dump plan ;;
    --verbose) no_matter $digits --verbose ;;
    --help | --version) "$onnx2c" "$1" ;; # nothing is generated
    *) echo "$1 is neither in the title nor said here to be no matter" && return 1 ;;
    esac
}

# The file for one small processor is reviewed as a whole: all its lines but those that hold only numbers of weights, or
# strings of them.
short() { # MODEL TARGET LINES
    "$onnx2c" "tests/models/$1/model.onnx" --target "$2" -o "$work/short.c" || return 1
    lines=$(awk '/^\/\* Weights -/ { in_weights = 1 } !in_weights || !/^("| +-?[0-9][-0-9., ef+]*$)/' "$work/short.c" |
        wc -l)
    echo "$lines lines, expected at most $3"
    [ "$lines" -le "$3" ]
}

for model in tests/models/*/; do
    model=$(basename "$model")
    alone "the C of $model" readable "$model"
done
alone "the C with a state" "$python" tests/readable.py "$onnx2c" tests/models/cached_attention_op13/model.onnx \
    --dim past=0..15 --state keys=keys_out --state values=values_out
alone "digits for a cortex-m4 is short" short digits cortex-m4 440
"$onnx2c" --help | sed -n '/^$/,$p' | grep -oE -- '--[a-z]+(-[a-z]+)*' | grep -v -e '--help$' | sort -u >"$work/options"
echo --help >>"$work/options"
while read -r name; do
    alone "option $name" option "$name"
done <"$work/options"
finish
