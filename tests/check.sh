#!/bin/bash
# All tests, in the order in which a failure is easiest to understand. The last line counts them.
#
#   check.sh BUILD PYTHON
cd "$(dirname "$0")/.." || exit 1
build=$1
python=$2
onnx2c=$build/onnx2c
passed=0
failed=0
skipped=0

# part NAME COMMAND...: runs a test script and adds up its last line, "N passed, N failed[, N skipped]".
part() {
    echo "== $1"
    shift
    local start=$SECONDS log
    log=$(mktemp)
    "$@" 2>&1 | tee "$log"
    local status=${PIPESTATUS[0]} last
    last=$(grep -E '^[0-9]+ passed, [0-9]+ failed' "$log" | tail -n 1)
    rm -f "$log"
    if [ -z "$last" ]; then
        echo "no count came from: $*"
        failed=$((failed + 1))
    else
        passed=$((passed + $(echo "$last" | cut -d' ' -f1)))
        failed=$((failed + $(echo "$last" | cut -d' ' -f3)))
        case "$last" in *skipped) skipped=$((skipped + $(echo "$last" | cut -d' ' -f5))) ;; esac
        [ "$status" -eq 0 ] || [ "$(echo "$last" | cut -d' ' -f3)" -gt 0 ] || failed=$((failed + 1))
    fi
    echo "   ($((SECONDS - start)) s)"
}

# Check's own summary reads "100%: Checks: 39, Failures: 0, Errors: 0".
unit_tests() {
    "$build/unit-tests" | tee "$build/unit.log"
    sed -n 's/.*Checks: \([0-9]*\), Failures: \([0-9]*\), Errors: \([0-9]*\).*/\1 \2 \3/p' "$build/unit.log" |
        awk '{ n += $1; bad += $2 + $3 } END { printf "%d passed, %d failed\n", n - bad, bad; exit bad > 0 || n == 0 }'
}

part "unit tests" unit_tests
part "models" tests/models.sh "$onnx2c"
part "same bits" tests/same_bits.sh "$onnx2c" "$python"
part "golden texts" tests/golden.sh "$onnx2c"
part "documents" tests/docs.sh "$build"
part "bad input" tests/bad.sh "$onnx2c" "$python"
part "forbidden calls" "$python" tests/bounds.py "$onnx2c"
part "generated code" tests/codegen.sh "$onnx2c"
part "memory of the compiler" tests/memory.sh "$onnx2c"
part "firmware" examples/cortex-m/check.sh "$onnx2c"
part "super-resolution" examples/super_resolution/check.sh "$onnx2c"
part "control flow" examples/control_flow/check.sh "$onnx2c"
part "custom operator" examples/custom_op/check.sh "$onnx2c"
part "official cases" "$python" tests/conformance/run.py --bin "$onnx2c" --root "$build/conformance" --jobs "$(nproc)"
echo
echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" -eq 0 ]
