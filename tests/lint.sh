#!/bin/bash
# The code as text: how it is laid out, how long it is, and what checkers say that only read it.
#
#   lint.sh BUILD    where the compiler was built: some headers are generated
cd "$(dirname "$0")/.." || exit 1
. tests/lib.sh
build=$1
compiler=(compiler/*/*.c compiler/ops/shared/*.c)
mapfile -t c < <(find compiler tools tests examples -name '*.[ch]' ! -path 'tests/golden/*')
mapfile -t scripts < <(find .ci tests examples tools \( -name '*.sh' -o -name run -o -name install-deps \))
mapfile -t others < <(find tests examples runtime_min templates \( -name '*.py' -o -path 'runtime_min/*.c' -o -name '*.c.in' -o -name Makefile \))
code=(Makefile "${c[@]}" "${scripts[@]}" "${others[@]}")

# Other versions of LLVM lay out and complain differently.
is_14() { "$1" --version | grep -q 'version 14\.'; }

# Kernels are laid out for the readers of the file that they are pasted into.
layout() { clang-format --dry-run -Werror "${c[@]}"; }

lines_in_bounds() { ! LC_ALL=C.UTF-8 grep -nE '^.{121,}' "${code[@]}" | sed 's/:[^:]*$/ has more than 120 columns/' | grep .; }
files_in_bounds() { ! wc -l "${code[@]}" | awk '$1 > 500 && $2 != "total" { print $2, "has", $1, "lines, expected at most 500" }' | grep .; }

# Not asked: whether two variables that start with the same value are a mistake.
say_nothing() {
    cppcheck --quiet --std=c11 --library=tests/lint/cppcheck.xml --enable=warning,performance --suppress=duplicateAssignExpression \
        --error-exitcode=1 -Icompiler compiler tools
}

tidy() { # FILE
    clang-tidy --quiet "$1" -- -std=c11 -D_POSIX_C_SOURCE=200809L -D_XOPEN_SOURCE=700 -Icompiler -I"$build/gen" -I"$build/proto"
}

alone "cppcheck" say_nothing
alone "shellcheck" shellcheck -x "${scripts[@]}"
alone "lines" lines_in_bounds
alone "lengths of files" files_in_bounds
alone "order of evaluation" python3 tests/lint/argument_order.py "${compiler[@]}"
if is_14 clang-format; then alone "layout" layout; else skip "layout" "clang-format is not 14"; fi
if is_14 clang-tidy; then
    for file in "${compiler[@]}" tools/*.c; do alone "clang-tidy $file" tidy "$file"; done
else
    skip "clang-tidy" "it is not 14"
fi
finish
