#!/bin/bash
# Bad input: exit status 1 (2 for wrong usage), a line per reason, nothing written, no crash.
#
#   bad.sh ONNX2C PYTHON
cd "$(dirname "$0")/.." || exit 1
. tests/lib.sh
onnx2c=$1
python=$2

# refuses NAME FILE PATTERN[;PATTERN...] [OPTION...]: exit 1, each pattern in a line that begins "onnx2c: error: ", no
# output file.
refuses() {
    name=$1
    file=$2
    pattern=$3
    shift 3
    alone "$name" refusal "$file" "$pattern" "$@"
}

refusal() {
    file=$1
    pattern=$2
    shift 2
    rm -f "$work/out.c" "$work/out.h" "$work/out.json"
    "$onnx2c" "$file" -o "$work/out.c" --header "$work/out.h" --report "$work/out.json" "$@" \
        2>"$work/errors" >"$work/stdout"
    status=$?
    cat "$work/errors"
    [ "$status" -eq 1 ] || { echo "exit status $status, expected 1"; return 1; }
    [ ! -s "$work/stdout" ] || { echo "something on standard output"; return 1; }
    for f in "$work"/out.*; do [ ! -e "$f" ] || { echo "$f was written"; return 1; }; done
    if grep -v '^onnx2c: warning: ' "$work/errors" | grep -qv '^onnx2c: error: '; then
        echo "a line that is no error message"
        return 1
    fi
    local IFS=';'
    for p in $pattern; do grep -q -- "$p" "$work/errors" || { echo "no line says: $p"; return 1; }; done
}

usage() { # ARGUMENT...: exit 2
    "$onnx2c" "$@" >/dev/null 2>"$work/errors"
    [ $? -eq 2 ]
}

# warns PATTERN FILE OPTION...: compiled, and one line, a warning, says it.
warns() {
    "$onnx2c" "${@:2}" -o "$work/warned.c" 2>"$work/errors" || return 1
    [ "$(wc -l <"$work/errors")" -eq 1 ] && grep -q "^onnx2c: warning: .*$1" "$work/errors"
}

alone "no model" usage
alone "unknown option" usage --no-such-option x.onnx
alone "bad --dim" usage x.onnx --dim batch
# told_by VERB WORDS ARGUMENT...: exit 2; the line has the words, and whose --help to see.
told_by() {
    "$onnx2c" "$1" "${@:3}" >/dev/null 2>"$work/errors"
    [ $? -eq 2 ] && grep -qF -e "$2; see onnx2c $1 --help" "$work/errors"
}
alone "an option that only compiling has" told_by verify "an option of compiling, which onnx2c verify has not" \
    x.onnx --state a=b
alone "an unknown option of a verb" told_by inspect "--no-such-option: unknown option, or no argument is expected" \
    x.onnx --no-such-option
alone "an argument too many" told_by profile "--verbose=3: unknown option, or no argument is expected" x.onnx \
    --verbose=3
in_root() { "$onnx2c" project tests/models/digits/model.onnx --for cmake -o / 2>&1 | grep -q "error: /: is there"; }
alone "a project in the root of all folders" in_root
alone "negative --dim" usage x.onnx --dim batch=-1..4
alone "--dim by no steps" usage x.onnx --dim batch=1..8:0
alone "--dim of an element that is no number" usage x.onnx --dim 'x[0]=n'
alone "--dim of an element by steps" usage x.onnx --dim 'x[0]=1..8:2'
alone "--region without bytes" usage x.onnx --region fast
alone "--region of no bytes" usage x.onnx --region fast=0
alone "bad --io" usage x.onnx --io quantized,
alone "bad --state" usage x.onnx --state h
alone "--state without an output" usage x.onnx --state h=
alone "bad --text" usage x.onnx --text 0
alone "bad --weights" usage x.onnx --weights cloud
alone "--depfile without -o" usage tests/models/digits/model.onnx --depfile "$work/out.d"
alone "a verb that isn't quite one" usage verfy x.onnx
alone "letters of a verb that changed places" usage chekc x.onnx
alone "two reports of one kind" usage x.onnx --report a.json --report b.json
alone "bad --weights-type" usage x.onnx --weights-type float8
alone "bad --precision" usage x.onnx --precision int8
alone "verify --weights file" usage verify x.onnx --weights file

alone "a bound that is raised" warns "--dim height=1..40: sizes below 4 don't fit" tests/models/small_unet/model.onnx \
    --dim batch=1 --dim height=1..40 --dim width=4..40
alone "sizes that a 1 may stand among" warns "n and m are taken to be equal" tests/cases/dims/two_names/model.onnx \
    --dim n=1..4 --dim m=1..4

: >"$work/empty.onnx"
echo "hello, this is text" >"$work/text.onnx"
mkdir "$work/folder.onnx"
refuses "missing file" "$work/none.onnx" "none.onnx"
refuses "empty file" "$work/empty.onnx" "empty.onnx"
refuses "text file" "$work/text.onnx" "text.onnx"
refuses "folder" "$work/folder.onnx" "folder.onnx"
size=$(stat -c %s tests/models/digits/model.onnx)
for part in 1 3 10 30 50 80 95 99; do
    head -c $((size * part / 100)) tests/models/digits/model.onnx >"$work/cut.$part.onnx"
    refuses "cut to $part %" "$work/cut.$part.onnx" "cut.$part.onnx"
done
cached="tests/models/cached_attention_op13/model.onnx"
refuses "states that are misspelt" $cached \
    'no input "key", but x, keys, values;no output "values", but y, keys_out, values_out' --dim past=0..4 \
    --state key=keys_out --state values=values
refuses "a state of another shape" $cached 'input "x" is float32\[1,1,32\], output "keys_out" float32' --dim past=0..4 \
    --state x=keys_out
refuses "states of no pattern" $cached 'no input and output match; .* keys, values and outputs y, ' --dim past=0..4 \
    --state 'k*=m*'
refuses "an output of two states" $cached '"values" or "keys_out" is in another pair already' --dim past=0..4 \
    --state keys=keys_out --state values=keys_out
refuses "output in no folder" tests/models/digits/model.onnx "" -o "$work/nowhere/x.c"

# Models made to be wrong, each with what the messages must say: NAME<tab>PATTERN[;PATTERN...]<tab>OPTIONS.
"$python" tests/bad_models.py "$work/bad" >"$work/list" || { echo "bad_models.py failed"; exit 1; }
while IFS="$(printf '\t')" read -r name pattern options; do
    # shellcheck disable=SC2086 # options are words
    refuses "$name" "$work/bad/$name.onnx" "$pattern" $options
done <"$work/list"

# One byte changed at a time: any outcome but a crash.
survives() {
    "$onnx2c" "$1" -o "$work/out.c" >/dev/null 2>"$work/errors"
    status=$?
    [ "$status" -le 1 ] || { cat "$work/errors"; return 1; }
}
"$python" tests/bad_models.py --mutations tests/models/kws_rnn/model.onnx "$work/mutants"
for file in "$work"/mutants/*.onnx; do ok "mutant $(basename "$file")" survives "$file"; done
finish
