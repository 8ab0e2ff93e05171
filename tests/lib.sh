#!/bin/bash
# Shared by the test scripts: each check is a command with a name; a failure prints what the command said.
# A script ends with `finish`, whose last line is "N passed, N failed" and whose status is the truth.

passed=0
failed=0
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# ok NAME COMMAND...: the command must succeed.
ok() {
    name=$1
    shift
    if "$@" >"$work/said" 2>&1; then
        passed=$((passed + 1))
    else
        status=$?
        failed=$((failed + 1))
        echo "FAILED $name (exit $status): $*"
        sed 's/^/    /' "$work/said" | head -30
    fi
}

finish() {
    echo "$passed passed, $failed failed"
    [ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
}
