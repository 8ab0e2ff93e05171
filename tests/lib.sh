#!/bin/bash
# Shared by the test scripts: each check is a command with a name; a failure prints what the command said.
# A script ends with `finish`, whose last line is "N passed, N failed[, N skipped]" and whose status is the truth.
#
# JOBS says how many checks may run at once (as many as there are processors without it), ONLY, a glob, which of those
# that can run alone are wanted: all that have it in their names.

JOBS=${JOBS:-$(nproc)}
ONLY=${ONLY-}
passed=0
failed=0
skipped=0
started=0
running=0
some_alone=
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# check NAME COMMAND...: runs the command; tells, if it fails, what it said.
check() {
    local name=$1 status
    shift
    "$@" >"$work/said" 2>&1 && return
    status=$?
    { echo "FAILED $name (exit $status): $*"; head -30 "$work/said" | sed 's/^/    /'; } >"$work/told"
    cat "$work/told" # at once: others may be speaking too
    return 1
}

# ok NAME COMMAND...: the command must succeed.
ok() {
    if check "$@"; then passed=$((passed + 1)); else failed=$((failed + 1)); fi
}

# alone NAME COMMAND...: the same for a check that needs no other one and disturbs none: it runs beside others, and
# $work is a folder of its own.
alone() {
    some_alone=yes
    # shellcheck disable=SC2254 # a glob
    case "$1" in *$ONLY*) ;; *) return ;; esac
    if [ "$running" -ge "$JOBS" ]; then
        wait -n
        running=$((running - 1))
    fi
    started=$((started + 1))
    running=$((running + 1))
    in_own_folder "$work/alone.$started" "$work/passed" "$@" &
}

in_own_folder() { # FOLDER LIST NAME COMMAND...
    work=$1
    mkdir "$work"
    check "${@:3}" && echo "$3" >>"$2"
    rm -rf "$work"
}

# Models with open dimensions: the options they are compiled with. verify needs them only where its data don't settle
# the matter.
dims_of() { # MODEL
    case "$1" in
    dynhw) echo "--dim batch=1..4 --dim height=8..64 --dim width=8..64" ;;
    bert_tiny) echo "--dim batch=1..4 --dim seq=1..32" ;;
    iris_*) echo "--dim X:0=1..8" ;;
    sizes_branches) echo "--dim n=1..8 --dim rows_=1..4" ;;
    sizes_products) echo "--dim m=1..9" ;;
    sizes_scaled)
        echo "--dim height=1..5 --dim width=1..6 --dim enlarged:2=1..8 --dim enlarged:3=1..8" \
            "--dim nearest:0=0..2 --dim nearest:1=0..3 --dim nearest:2=0..6 --dim numbers:0=0..10"
        ;;
    small_unet) echo "--dim batch=1..3 --dim height=4..40 --dim width=4..40" ;;
    small_branches) echo "--dim batch=1..3" ;;
    small_mobile) echo "--dim batch=1..3 --dim height=8..112 --dim width=8..112" ;;
    small_sound) echo "--dim batch=1..2 --dim count=1..400" ;; # fewer than 105 are refused
    small_crop) echo "--dim batch=1..2 --dim height=2..40 --dim width=2..40" ;;
    growing) echo "--dim length=1..8 --dim rounds[0]=0..12 --dim steps:0=1..16" ;;
    greedy) echo "--dim count=1..4 --dim text:0=1..16" ;;
    chosen) echo "--dim count=1..8" ;;
    small_lm) echo "--dim batch=1..3 --dim length=1..48" ;;
    small_detector) echo "--dim height=4..48 --dim width=4..48" ;;
    small_pairs) echo "--dim n=2..16 --dim m=2..16" ;;
    rnn_any_length_*) echo "--dim length=1..24 --dim batch=1..3" ;;
    rnn_lengths) echo "--dim batch=1..4 --dim length=1..16" ;;
    scripted_cell) echo "--dim length=1..16 --dim batch=1..4" ;;
    cached_attention_*) echo "--dim past=1..32" ;;
    if_in_for_*) echo "--dim rows=1..16" ;;
    loop_in_loop) echo "--dim count[0]=0..8" ;;
    while_loop) echo "--dim n=1..16" ;;
    srcnn_scale_*) echo "--dim batch=1..2 --dim height=4..16 --dim width=4..16 --dim scale[0]=1..4" ;;
    nested_loops) echo "--dim rows:0=0..8 --dim counts:0=0..8" ;;
    lists) echo "--dim list:0=0..6" ;;
    choose) echo "--dim h=1..8 --dim w=1..8 --dim k[0]=1..16" ;;
    ranges) echo "--dim n=1..8 --dim start[0]=-4..4 --dim count[0]=1..8" ;;
    esac
}

# The tolerances of a model's data.json, if it has one, as options.
tolerances_of() { # FOLDER
    [ -f "$1/data.json" ] || return
    grep -oE '"[ar]tol": *[0-9.e+-]+' "$1/data.json" | sed 's/"\(.*\)": */--\1 /' | tr '\n' ' '
}

# skip NAME REASON: counts a check that can't be made here.
skip() {
    echo "skipped $1: $2"
    skipped=$((skipped + 1))
}

finish() {
    wait
    local good=0
    [ ! -e "$work/passed" ] || good=$(wc -l <"$work/passed")
    passed=$((passed + good))
    failed=$((failed + started - good))
    [ -z "$ONLY" ] || [ "$some_alone" ] || { echo "none of these checks runs alone: $ONLY"; failed=$((failed + 1)); }
    echo "$passed passed, $failed failed$([ $skipped -eq 0 ] || echo ", $skipped skipped")"
    [ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
}

# The stages of the compiler in their order, by its own table, in a line.
stages_of() { "$1" model.onnx --dump none 2>&1 | sed 's/.*expected all, //; s/;.*//; s/,//g'; }
