#!/bin/bash
# The documents against what they speak of.
#
#   docs.sh BUILD
cd "$(dirname "$0")/.." || exit 1
. tests/lib.sh
build=$1

current() { "$build/operators" | diff -u docs/operators.md - || { echo "run make docs"; return 1; }; }

rooms() {
    sed -n '/^| room |/,/^$/p' docs/design.md | grep '^|' | diff -u - <(python3 tests/rooms.py --table) ||
        { echo "compiler/rooms.txt has these"; return 1; }
}

# Options as --help spells them: "--name".
options() { { "$build/onnx2c" --help && "$build/onnx2c" verify --help; } | grep -oE -- '--[a-z]+' | sort -u; }

in_man_page() {
    sed 's/\\//g' onnx2c.1 >"$work/man"
    for option in $(options); do
        grep -q -- "$option\b" "$work/man" || { echo "$option is not in onnx2c.1"; return 1; }
    done
}

# Relative links of a document lead somewhere.
links() {
    grep -oE '\]\([^)#:]+\)' "$1" | sed 's/^](//; s/)$//' | while read -r link; do
        [ -e "$(dirname "$1")/$link" ] || { echo "$1: $link is not there"; exit 1; }
    done
}

# Files and folders that a document names in backquotes exist, a program at least as its source.
paths() {
    # shellcheck disable=SC2016 # these backquotes are just that
    grep -oE '`(compiler|runtime_min|templates|tests|tools|examples|docs|proto)/[A-Za-z0-9_./-]*`' "$1" | tr -d "\`" |
        grep -v NAME | while read -r path; do
        [ -e "$path" ] || [ -e "$path.c" ] || { echo "$1: $path is not there"; exit 1; }
    done
}

# The commands of a document that name files of this repository, run where these are.
commands() {
    mkdir -p "$work/commands"
    ln -sfn "$PWD/tests" "$work/commands/tests"
    ln -sfn "$PWD/examples" "$work/commands/examples"
    path=$(realpath "$build"):$PATH
    grep -E '^    onnx2c (verify )?(tests|examples)/' "$1" | while read -r line; do
        (cd "$work/commands" && PATH=$path sh -c "$line") || { echo "$1: $line"; exit 1; }
    done
}

alone "docs/operators.md is current" current
alone "the rooms in docs/design.md" rooms
alone "every option is in the man page" in_man_page
alone "the man page has no mistakes" sh -c '! groff -man -Tutf8 -ww -z onnx2c.1 2>&1 | grep .'
alone "the commands of README.md" commands README.md
for document in README.md CONTRIBUTING.md docs/*.md examples/*/README.md runtime_min/README.md; do
    alone "links of $document" links "$document"
    alone "paths in $document" paths "$document"
done
finish
