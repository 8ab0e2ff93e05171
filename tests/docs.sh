#!/bin/bash
# The documents against what they speak of.
#
#   docs.sh BUILD PYTHON
cd "$(dirname "$0")/.." || exit 1
. tests/lib.sh
build=$1
python=$2

current() { "$build/operators" | diff -u docs/operators.md - || { echo "run make docs"; return 1; }; }

rooms() {
    sed -n '/^| room |/,/^$/p' docs/design.md | grep '^|' | diff -u - <(python3 tests/rooms.py --table) ||
        { echo "compiler/rooms.txt has these"; return 1; }
}

# The verbs, by --help.
verbs() { "$build/onnx2c" --help | sed -n 's/^       onnx2c \([a-z]*\) .*/\1/p'; }

# What --help lists, of all commands: "--name NAME".
options() {
    { "$build/onnx2c" --help && for verb in $(verbs); do "$build/onnx2c" "$verb" --help; done; } |
        grep -oP -- '(?<=^  ...|, )( |)--[a-z].*?(?=,|  |$)' | sed 's/^ //' | sort -u
}

# The man page as one reads it, in one line, all spaces single.
man_page() { groff -man -Tascii -P-cbou onnx2c.1 | tr -s ' \n\t' ' '; }

in_man_page() {
    man_page >"$work/man"
    options | while read -r option; do
        grep -qF -- "$option" "$work/man" || { echo "$option is not in onnx2c.1"; exit 1; }
    done
}

# The man page's sections about verbs have every option of --help. Those of profile and project name only some: others
# are as when compiling.
in_sections() {
    for verb in verify inspect extract simplify; do
        awk -v title=".SS Options of $verb" '/^\.S[SH]/ { inside = $0 == title } inside' onnx2c.1 |
            sed 's/\\-/-/g' >"$work/section"
        [ -s "$work/section" ] || { echo "onnx2c.1 has no options of $verb"; return 1; }
        "$build/onnx2c" "$verb" --help | grep -oP '^  (-.,|   ) \K--[a-z-]+' | grep -vx -- --help >"$work/of_verb"
        while read -r option; do
            grep -qF -- "$option" "$work/section" || { echo "$option is no option of $verb in onnx2c.1"; return 1; }
        done <"$work/of_verb"
    done
}

# Each verb has a line in README.md, a line in the man page's synopsis, and --help of its own; all fit a screen.
every_verb() {
    [ "$(verbs | wc -l)" -ge 5 ] || return 1
    [ "$("$build/onnx2c" --help | wc -l)" -le 50 ] || { echo "--help is longer than a screen"; return 1; }
    for verb in $(verbs); do
        grep -qF "| \`onnx2c $verb MODEL.onnx" README.md || { echo "README.md has no $verb"; return 1; }
        man_page | grep -qF "onnx2c $verb MODEL.onnx" || { echo "onnx2c.1 has no $verb"; return 1; }
        "$build/onnx2c" "$verb" --help | head -1 | grep -q "^usage: onnx2c $verb MODEL.onnx" ||
            { echo "$verb --help says nothing"; return 1; }
        [ "$("$build/onnx2c" "$verb" --help | wc -l)" -le 50 ] || { echo "$verb --help is too long"; return 1; }
    done
}

# Options that a document speaks of exist, unless they are another program's.
no_others() { # DOCUMENT
    options | sed 's/ .*//' | sort -u >"$work/options"
    sed 's/\\-/-/g' "$1" | grep -oE -- '(^|[[:space:]`"(])--[a-z][a-z-]*' | grep -oE -- '--[a-z-]+' | sort -u |
        comm -23 - <(sort "$work/options") >"$work/unknown"
    [ ! -s "$work/unknown" ] || { echo "$1: these are no options:"; cat "$work/unknown"; return 1; }
}

# The stages in their order, in every list of them. A document's is a line, but for separators.
stage_lists() {
    stages=$(stages_of "$build/onnx2c")
    [ "$(echo "$stages" | wc -w)" -gt 5 ] || return 1
    listed() { grep -qF "$1" || { echo "$2 has other stages than: $1"; return 1; }; }
    man_page | tr -d ',' | listed "($stages)" onnx2c.1 &&
        grep -F -- '--dump STAGE' README.md | tr -d ',`' | listed " $stages " "README.md, --dump" &&
        grep -F '→ lower →' README.md | sed 's/ and fold//; s/ → / /g' |
        listed " $stages emit" "README.md, how it works" &&
        grep -oP '^\| \*\*\K[a-z]+(?=\*\*)' docs/design.md | tr '\n' ' ' | listed "$stages emit " docs/design.md
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
alone "docs/cases.md is current" "$python" tests/case_table.py "$build/conformance" --check
alone "the rooms in docs/design.md" rooms
alone "every option is in the man page" in_man_page
alone "every option of a verb is in its section" in_sections
alone "every verb" every_verb
alone "every list of stages" stage_lists
alone "the man page has no mistakes" sh -c '! groff -man -Tutf8 -ww -z onnx2c.1 2>&1 | grep .'
alone "the commands of README.md" commands README.md
for document in README.md CONTRIBUTING.md docs/*.md examples/*/README.md runtime_min/README.md; do
    alone "links of $document" links "$document"
    alone "paths in $document" paths "$document"
done
for document in README.md onnx2c.1; do
    alone "options in $document" no_others "$document"
done
finish
