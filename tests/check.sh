#!/bin/bash
# The tests, begun in the order in which a failure is easiest to understand. The last line counts them.
#
#   check.sh BUILD PYTHON              all of them
#   check.sh BUILD PYTHON quick        those that together take some two minutes on two processors
#   check.sh BUILD PYTHON PART[:GLOB]  one part; of it, what has GLOB in its name: a suite, a model, a case, a check
#
# JOBS: how many checks may run at once; as many as there are processors without it.
cd "$(dirname "$0")/.." || exit 1
build=$1
python=$2
wanted=${3-all}
export JOBS=${JOBS:-$(nproc)} ONLY=
case "$wanted" in *:*) ONLY=${wanted#*:} wanted=${wanted%%:*} ;; esac
onnx2c=$build/onnx2c
parts=
logs=$(mktemp -d)
trap 'rm -rf "$logs"' EXIT

# quick NAME COMMAND...: a part of `make test` and of `make check`.
quick() {
    parts="$parts $1"
    case "$wanted" in all | quick | "$1") part "$@" ;; esac
}

# slow NAME COMMAND...: a part of `make check` only.
slow() {
    parts="$parts $1"
    case "$wanted" in all | "$1") part "$@" ;; esac
}

# part NAME COMMAND...: runs a test script. Many start one process after another, so that as many parts run at once as
# there may be checks; what one says comes whole, when it is done.
part() {
    while [ "$(jobs -rp | wc -l)" -ge "$JOBS" ]; do wait -n; done
    told "$@" &
}

# Adds the last line of a part, "N passed, N failed[, N skipped]", to what is counted.
told() { # NAME COMMAND...
    local log=$logs/$BASHPID start=$SECONDS status last
    echo "== $1" >"$log"
    "${@:2}" >>"$log" 2>&1
    status=$?
    last=$(grep -E '^[0-9]+ passed, [0-9]+ failed' "$log" | tail -n 1)
    if [ -z "$last" ]; then
        echo "no count came from: ${*:2}" >>"$log"
        last="0 passed, 1 failed"
    elif [ "$status" -ne 0 ]; then
        last=${last/ 0 failed/ 1 failed}
    fi
    echo "   ($((SECONDS - start)) s)" >>"$log"
    exec 9>>"$logs/counts"
    flock 9
    echo "$last" >&9
    cat "$log"
}

# A suite in one process, so that a test must leave nothing behind for the next; one that ends early is run again with
# a process for each test, to see which it was. Check's own summary reads "100%: Checks: 39, Failures: 0, Errors: 0".
suite() {
    export CK_RUN_SUITE=$1
    local log
    log=$(CK_FORK=no "$unit_tests" 2>&1)
    case "$log" in
        *Checks:*) ;;
        *) log=$("$unit_tests" 2>&1) && log="FAILED $1 in one process: Checks: 1, Failures: 1, Errors: 0" ;;
    esac
    echo "$log" | grep -v '^Running suite'
}
export -f suite
export unit_tests=$build/unit-tests

unit_tests() {
    sed -n 's/^ *SUITE(\([a-z0-9_]*\)).*/\1/p' tests/unit/main.c | grep -x "${ONLY:-.*}" |
        xargs -P "$JOBS" -I {} bash -c 'suite {}' >"$build/unit.log" 2>&1
    grep -v '^100%: ' "$build/unit.log"
    sed -n 's/.*Checks: \([0-9]*\), Failures: \([0-9]*\), Errors: \([0-9]*\).*/\1 \2 \3/p' "$build/unit.log" |
        awk '{ n += $1; bad += $2 + $3 } END { printf "%d passed, %d failed\n", n - bad, bad; exit bad > 0 || n == 0 }'
}

# Thousands, built in a moment; of these, those that together run the most of the compiler, built by gcc. What is
# optimised is seen in `models` and `codegen`.
official_cases() { # OPTION...
    "$python" tests/conformance/run.py --bin "$onnx2c" --root "$build/conformance" --jobs "$JOBS" --only "*$ONLY*" "$@"
}

# All of them, without a C compiler.
computed_cases() {
    "$python" tests/conformance/run.py --computed "$build/cases" --root "$build/conformance" --jobs "$JOBS" \
        --only "*$ONLY*"
}

quick unit unit_tests
quick computed computed_cases
quick computed_models tests/machine/models.sh "$build/cases" portable:speed portable:ram portable:size c99:ram \
    aarch64:speed cortex-m4:ram cortex-m4:size cortex-m55:ram
slow opsets "$python" tests/opsets.py "$onnx2c" "$build/cases" \
    --root "$build/conformance" --only "*$ONLY*" --jobs "$JOBS"
slow lint tests/lint.sh "$build"
quick rooms "$python" tests/rooms.py "$build/obj"
quick golden tests/golden.sh "$onnx2c"
quick readable tests/readable.sh "$onnx2c" "$python"
quick names "$python" tests/stable_names.py "$onnx2c"
quick foreign tests/foreign.sh "$build"
quick docs tests/docs.sh "$build" "$python"
quick bad tests/bad.sh "$onnx2c" "$python"
quick messages "$python" tests/messages.py "$onnx2c" "$python"
quick broken "$python" tests/broken.py "$onnx2c" --root "$build/conformance" --only "*$ONLY*" --jobs "$JOBS"
quick verbs "$python" tests/verbs.py "$onnx2c" --conformance "$build/conformance" --only "*$ONLY*" --jobs "$JOBS"
quick report "$python" tests/report.py "$onnx2c" --only "*$ONLY*"
quick verify "$python" tests/verify.py "$onnx2c" --only "*$ONLY*"
quick verify "$python" tests/verify_reference.py "$onnx2c" --only "*$ONLY*"
quick weights_type "$python" tests/weights_type.py "$onnx2c" --only "*$ONLY*"
quick precision "$python" tests/precision.py "$onnx2c" --only "*$ONLY*"
quick depfile "$python" tests/depfile.py "$onnx2c" --only "*$ONLY*"
slow project "$python" tests/project.py "$onnx2c" --only "*$ONLY*"
slow packages "$python" tests/packages.py "$build" --only "*$ONLY*"
slow install "$python" tests/install.py "$build" --only "*$ONLY*"
quick walkthrough "$python" tests/walkthrough.py "$onnx2c"
quick models tests/models.sh "$onnx2c"
quick some_cases official_cases --of tests/conformance/quick.txt
slow cases official_cases --first tcc --cflags "-std=c99 -O0"
quick seeds "$python" tests/seeds.py "$onnx2c" --only "*$ONLY*"
quick level_4 "$python" tests/level_4.py "$onnx2c" --only "*$ONLY*"
slow random_numbers "$python" tests/random_numbers.py "$onnx2c" --conformance "$build/conformance"
quick same_bits tests/same_bits.sh "$onnx2c" "$python"
quick bounds "$python" tests/bounds.py "$onnx2c" --only "*$ONLY*" --jobs "$JOBS"
# What writes models, under sanitizers.
slow written "$python" tests/verbs.py "$build/san/onnx2c" --conformance "$build/conformance" --only "*srcnn*"
quick state "$python" tests/state.py "$onnx2c" --only "*$ONLY*" --jobs "$JOBS"
slow ram env VERIFY="--optimize ram" tests/models.sh "$onnx2c" tests/models
slow size env VERIFY="--optimize size" tests/models.sh "$onnx2c" tests/models
slow facts "$python" tests/facts.py "$onnx2c" --only "*$ONLY*" --jobs "$JOBS"
slow hostile "$python" tests/hostile_text.py "$onnx2c" --conformance "$build/conformance" --only "*$ONLY*" \
    --jobs "$JOBS"
slow random "$python" tests/random_graphs/run.py "$onnx2c" --jobs "$JOBS" --keep "$build/random"
slow scale "$python" tests/scale/run.py "$build/counted/onnx2c"
slow fuzz "$python" tests/fuzz/run.py "$build/san/onnx2c" --conformance "$build/conformance" --jobs "$JOBS"
slow hostile_data "$python" tests/hostile_data.py "$onnx2c" --conformance "$build/conformance" --every 20 --jobs "$JOBS"
slow builds "$python" tests/builds.py "$build" --only "*$ONLY*" --jobs "$JOBS"
slow codegen tests/codegen.sh "$onnx2c"
slow large "$python" tests/large.py "$onnx2c" --only "*$ONLY*"
slow memory tests/memory.sh "$onnx2c"
slow accuracy "$python" tests/accuracy/run.py "$onnx2c" --jobs "$JOBS"
slow stack "$python" tests/stack.py "$onnx2c" --only "*$ONLY*"
slow targets tests/targets.sh "$onnx2c"
slow windows "$python" tests/windows.py "$onnx2c" --only "*$ONLY*"
slow helium "$python" tests/helium/run.py "$onnx2c"
slow neon "$python" tests/helium/neon.py "$onnx2c"
slow instructions "$python" tests/helium/instructions.py "$onnx2c" --only "*$ONLY*"
slow firmware examples/cortex-m/check.sh "$onnx2c"
slow streaming examples/streaming/check.sh "$onnx2c"
slow super_resolution examples/super_resolution/check.sh "$onnx2c"
slow control_flow examples/control_flow/check.sh "$onnx2c"
slow custom_op examples/custom_op/check.sh "$onnx2c"
slow language_model examples/language_model/check.sh "$onnx2c" "$python"
wait
echo
case " all quick $parts " in *" $wanted "*) ;; *) echo "no such part: $wanted; there are:$parts" && exit 2 ;; esac
awk '{ passed += $1; failed += $3; skipped += $5 }
    END { printf "%d passed, %d failed, %d skipped\n", passed, failed, skipped; exit failed > 0 || NR == 0 }' \
    "$logs/counts"
