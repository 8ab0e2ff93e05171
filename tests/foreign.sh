#!/bin/bash
# Text of models, options and paths reaches an output only through the door of its place (compiler/base/foreign.h):
# what the types forbid doesn't compile, and the files that see through them are the few listed here.
#
#   foreign.sh BUILD
cd "$(dirname "$0")/.." || exit 1
. tests/lib.sh
build=$(realpath "$1")
onnx2c=$build/onnx2c

# -- the types --------------------------------------------------------------------------------------------------------

# shellcheck disable=SC2154 # work is set in lib.sh
compiles() { # STATEMENT, where v is a Value and n a Node
    cat >"$work/try.c" <<END
#include "op/op.h"
#include "emit/emit.h"
#include <string.h>
void try(const Value *v, const Node *n, FILE *f);
void try(const Value *v, const Node *n, FILE *f)
{
    (void)v, (void)n, (void)f;
    $1
}
END
    cc -std=c11 -D_POSIX_C_SOURCE=200809L -Wall -Wextra -Werror -Icompiler -I"$build/gen" -I"$build/proto" \
        -fsyntax-only "$work/try.c"
}

refused() { ! compiles "$1" 2>"$work/why" && ! grep -q 'try.c:[0-9]*:.*expected.*before' "$work/why"; }

ok "a name may be printed in a comment" compiles 'fprintf(f, "/* %s */", in_comment(v->name));'
ok "a message may show a shape" compiles 'node_error((Node *)n, "%s", shown(shape_text(&v->type.shape)));'
while IFS= read -r statement; do
    ok "doesn't compile: $statement" refused "$statement"
done <<'END'
fprintf(f, "/* %s */", v->name);
fputs(v->name, f);
fwrite(v->name, 1, 3, f);
mem_printf("%s", n->op_type);
mem_printf("%s", n->domain);
mem_printf("%s", dim_text(v->type.shape.dim[0]));
mem_printf("%s", shape_text(&v->type.shape));
mem_printf("%s", n->attrs[0].name);
mem_printf("%s", n->attrs[0].strings[0]);
mem_printf("%s", value_string(v, 0));
mem_printf("%s", n->graph->name);
mem_printf("%s", n->graph->model->path);
mem_printf("%s", n->graph->model->params[0]);
mem_printf("%s", n->graph->model->options.output_path);
mem_printf("%s", weights_path(&n->graph->model->options));
node_error((Node *)n, "%s", v->name);
if (strcmp(n->op_type, "Conv")) return;
const char *name = v->name;
const char *name = (const char *)v->name;
END
ok "strings of the file are Foreign" sh -c "! grep -n 'char \*' '$build/proto/onnx.pb-c.h'"

# -- the files --------------------------------------------------------------------------------------------------------

# Files that look at the characters themselves, and why.
sees_through() {
    case "$1" in
    base/foreign.c | base/foreign_places.c | base/foreign.h) ;; # the type and its doors
    base/path.c | base/output.c) ;;   # open, make and find files by their names
    base/process.c) ;;                # hands words to other programs
    dim/dim_text.c) ;;                # an expression's text has its symbols in it, and is Foreign as a whole
    base/folder.c) ;;                 # the name of a folder that is removed when the pool is gone
    *) return 1 ;;
    esac
}

# never FOLDER PATTERN [EXCEPTION]: no line of the C in this folder has the pattern, but for those with the exception.
never() {
    ! grep -rnE "$2" "$1" --include='*.[ch]' | grep -vE "${3:-^$}"
}

raw() { # FOLDER
    local status=0
    while IFS= read -r file; do
        sees_through "${file#"$1"/}" && continue
        grep -nE '(\.|->)raw\b' "$file" /dev/null
        status=1
    done < <(grep -rlE '(\.|->)raw\b' "$1" --include='*.[ch]')
    return $status
}

# A string tensor's elements are Foreign in memory; nothing reads them as anything else.
casts() { never "$1" '\(const char \*(const )?\*(const )?\)'; }
argv() { never "$1" '\boptarg\b|\bargv\[[a-z]|\bgetenv\(' 'foreign\((optarg|argv\[|getenv)|base/process.c:'; }
entries() { never "$1" '\bd_name\b' 'foreign\(entry->d_name\)|verify/verify_folder.c:'; }
# Each kind of output has its doors: none prints another's text.
generated() { never "$1/emit" '\bshown\(' 'internal_error'; }
on_terminals() {
    never "$1" '\bin_comment\(' \
        '/(emit|base)/|/project/testbench.c:|/op/edit.c:|/lower/(fuse|row_tiling).c:|/rewrite/rewrite_affine.c:'
}

rules="raw casts argv entries generated on_terminals"
for rule in $rules; do ok "$rule" "$rule" compiler; done

# Each rule sees what it is there for.
planted() { # RULE FOLDER LINE
    rm -rf "$work/tree"
    mkdir -p "$work/tree/$2"
    echo "$3" >"$work/tree/$2/planted.c"
    ! "$1" "$work/tree" >/dev/null
}
ok "raw is seen" planted raw ops 'fputs(v->name.raw, f);'
ok "a cast is seen" planted casts ops 'fputs(((const char *const *)v->data)[0], f);'
ok "an argument is seen" planted argv driver 'puts(argv[i]);'
ok "a variable of the environment is seen" planted argv driver 'puts(getenv("HOME"));'
ok "a folder's entry is seen" planted entries verify 'puts(entry->d_name);'
ok "a message's text in generated code is seen" planted generated emit 'fprintf(f, "/* %s */", shown(v->name));'
ok "a comment's text in a message is seen" planted on_terminals verify 'puts(in_comment(v->name));'

# -- what strangers wrote ---------------------------------------------------------------------------------------------

model=$PWD/tests/models/digits/model.onnx

builds() { # C HEADER: without warnings, as C and as C++
    cc -std=c99 -Wall -Wextra -Wpedantic -Werror -O0 -I"$(dirname "$1")" -c -o "$work/out.o" "$1" &&
        c++ -Wall -Wextra -Wpedantic -Werror -fsyntax-only -x c++ "$2"
}

# harmless CASE WHAT-IT-IS-SHOWN-AS OPTION...: the C holds the text as comments do, a dimension's name in its title,
# among the options; nothing of it is code, and no file, dump or message holds a character that isn't seen.
harmless() {
    local file=tests/hostile/cases/$1/model.onnx shown=$2
    shift 2
    "$onnx2c" "$file" -o "$work/out.c" --header "$work/out.h" --report "$work/out.json" "$@" || return
    "$onnx2c" "$file" --dump all "$@" >"$work/dump" || return
    "$onnx2c" "$file" --dim none=1 >/dev/null 2>"$work/messages"
    grep -qF -- "$shown" "$work/out.c" || { echo "it is not shown as $shown"; return 1; }
    ! LC_ALL=C grep -nP '[^\x20-\x7e]' "$work"/out.[ch] "$work/out.json" "$work/dump" "$work/messages" || return
    ! cc -E -P "$work/out.c" | grep -w injected || return
    builds "$work/out.c" "$work/out.h"
}
alone "a dimension's name that ends a comment" \
    harmless dim_name "--dim \$'n*\\/\\\\012int injected(void);\\\\012/\\*'=1..4" \
    --dim $'n*/\nint injected(void);\n/*=1..4'
alone "a node's name over a weight" \
    harmless weight_comment 'BatchNormalization bn*\/\nint injected(void);\n/\* folded in'
alone "a name that turns the line" harmless bidi "--dim \$'n\\\\342\\\\200\\\\256\\\\342\\\\201\\\\246a'=1..4" \
    --dim $'n\xe2\x80\xae\xe2\x81\xa6a=1..4'

# odd FILE: with every form of weights the C builds and finds its weights.
odd() {
    local form file=$work/$1
    for form in inline incbin file; do
        (cd "$work" && "$onnx2c" "$model" -o "$1" --header out.h --report out.json --weights $form) || return
        builds "$file" "$work/out.h" || return
        python3 -c 'import json, sys; json.load(open(sys.argv[1]))' "$work/out.json" || return
    done
}
# shellcheck disable=SC2016 # a name, not a command
for file in 'a"b.c' $'new\nline.c' 'per%s%n.c' 'back\slash.c' '-dash.c' '@at.c' "it's.c" \
    $'esc\e[31m.c' $'turned\xe2\x80\xae.c' $'no\xffUTF.c' '$(x).c'; do
    alone "-o $(printf %q "$file")" odd "$file"
done

taken() { # OPTION...: exit 2
    "$onnx2c" "$model" "$@" 2>"$work/errors"
    [ $? -eq 2 ] && grep -q "same file" "$work/errors"
}
alone "weights over the C" taken -o "$work/x.weights" --weights incbin
alone "weights over the header" taken -o "$work/x.c" --header "$work/x.weights" --weights file

in_folder() { # FOLDER: verify works in it
    (cd "$work" && "$onnx2c" verify "$model" --keep "$1" && ls -d "./$1/model.c")
}
for folder in -dash @at $'new\nline' 'a b'; do alone "verify --keep $(printf %q "$folder")" in_folder "$folder"; done

quiet() { # ARGUMENT...: the message holds no control character
    ! "$onnx2c" "$@" 2>"$work/errors" && [ -s "$work/errors" ] && ! LC_ALL=C grep -nP '[\x00-\x1f\x7f]' "$work/errors"
}
alone "an unknown letter" quiet $'-\e' x
alone "an unknown option" quiet $'--no\e[31m' x
alone "a model that isn't there" quiet $'no\e[31m.onnx'
alone "a file that can't be written" quiet "$model" -o $'no\e[31m/x.c'
alone "an odd --dim" quiet "$model" --dim $'\e[31m'
alone "an odd --custom" quiet "$model" --custom $'\e[31m'
alone "a folder that isn't there" quiet verify "$model" $'no\e[31m'
finish
