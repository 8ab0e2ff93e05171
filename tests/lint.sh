#!/bin/bash
# The code as text: how it is laid out, how long it is, and what checkers say that only read it.
#
#   lint.sh BUILD    where the compiler was built: some headers are generated
cd "$(dirname "$0")/.." || exit 1
. tests/lib.sh
build=$1
compiler=(compiler/*/*.c compiler/ops/shared/*.c)
mapfile -t c < <(find compiler tools tests examples -name '*.[ch]' ! -path 'tests/golden/*')
mapfile -t scripts < <(find .ci tests examples tools \( -name '*.sh' -o -name run -o -path 'tools/i*' \
    -o -name build-needs -o -name '*.bash-completion' \))
mapfile -t others < <(find tests examples tools python \( -name '*.py' -o -name Makefile \))
code=(Makefile runtime_min/*.c templates/*.c.in "${c[@]}" "${scripts[@]}" "${others[@]}")

# Other versions of LLVM lay out and complain differently.
is_14() { "$1" --version | grep -q 'version 14\.'; }

# Kernels are laid out for the readers of the file that they are pasted into.
layout() { clang-format --dry-run -Werror "${c[@]}"; }

# Lines of at most 120 columns, files of at most 500 lines.
narrow() { ! LC_ALL=C.UTF-8 grep -nE '^.{121,}' "${code[@]}"; }
short() { ! wc -l "${code[@]}" | awk '$1 > 500 && $2 != "total"' | grep .; }

# Not asked: whether two variables that start with the same value are a mistake.
checked() {
    cppcheck --quiet --std=c11 --library=tests/lint/cppcheck.xml --enable=warning,performance \
        --suppress=duplicateAssignExpression --error-exitcode=1 -Icompiler compiler tools
}

tidy() { # FILE
    clang-tidy --quiet "$1" -- -std=c11 -D_POSIX_C_SOURCE=200809L -D_XOPEN_SOURCE=700 -Icompiler \
        -I"$build/gen" -I"$build/proto"
}

alone "cppcheck" checked
alone "shellcheck" shellcheck -x "${scripts[@]}"
alone "lines of at most 120 columns" narrow
alone "files of at most 500 lines" short
alone "order of evaluation" python3 tests/lint/argument_order.py "${compiler[@]}"
if is_14 clang-format; then alone "layout" layout; else skip "layout" "clang-format is not 14"; fi
if is_14 clang-tidy; then
    for file in "${compiler[@]}" tools/*.c tools/*/*.c; do alone "clang-tidy $file" tidy "$file"; done
else
    skip "clang-tidy" "it is not 14"
fi
finish
