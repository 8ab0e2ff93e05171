#!/bin/bash
# The models that have data, computed in one process: as models.sh does, without a C compiler, and as the code for other
# targets would, by the plain C beside their instructions. Large models are left out.
#
#   models.sh CASES TARGET:OPTIMIZE...
cd "$(dirname "$0")/../.." || exit 1
. tests/lib.sh
cases=$1
shift

lines() {
    for model in tests/models/*/model.onnx tests/cases/*/*/model.onnx; do
        folder=$(dirname "$model")
        [ "$(wc -c <"$model")" -lt 4000000 ] || continue
        # shellcheck disable=SC2046 # options are words
        set -- $(tolerances_of "$folder")
        rtol=1e-3 atol=~1e-7
        for (( ; $# > 1; )); do
            case "$1" in --rtol) rtol=$2 ;; --atol) atol=$2 ;; esac
            shift 2
        done
        echo "$rtol $atol $folder"
    done
}

lines >"$work/lines"
for how; do
    "$cases" "$JOBS" "${how%:*}" "${how#*:}" <"$work/lines" >"$work/outcomes"
    while read -r outcome folder; do
        ok "computed for $how: ${folder%%:*}" test "$outcome" = pass || echo "    $outcome $folder"
    done <"$work/outcomes"
    ok "all are told of" test "$(wc -l <"$work/outcomes")" = "$(wc -l <"$work/lines")"
done
finish
