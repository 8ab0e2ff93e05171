#!/bin/bash
# The generated C as C: every flag and compiler its users may have, and the bytes it is made of.
#
#   codegen.sh ONNX2C
cd "$(dirname "$0")/.." || exit 1
. tests/lib.sh
onnx2c=$PWD/${1#"$PWD"/}
strict="-std=c99 -Wall -Wextra -Wpedantic -Wconversion -Wshadow -Wmissing-prototypes -Werror"
# Optimising what is checked at every step takes most of the time, and finds no more.
san="-g -O0 -fsanitize=address,undefined -fno-sanitize-recover=all"

verify_in() { # FOLDER CC CFLAGS
    # shellcheck disable=SC2046 # options are words
    "$onnx2c" verify "$1/model.onnx" "$1" $(tolerances_of "$1") $(dims_of "$(basename "$1")") --cc "$2" --cflags "$3"
}

verify() { # MODEL CC CFLAGS
    verify_in "tests/models/$1" "$2" "$3"
}

# gcc warns of some things only when it optimises, clang before.
warnings() { # MODEL CC [FLAG...]
    local how="-O2 -c -o $work/m.o"
    [ "$2" = gcc ] || how=-fsyntax-only
    # shellcheck disable=SC2046,SC2086 # options are words
    "$onnx2c" "tests/models/$1/model.onnx" --name m $(dims_of "$1") >"$work/m.c" && $2 $strict $how "${@:3}" "$work/m.c"
}

# As C++17.
plus_plus() { # FOLDER COMPILER [OPTION...]
    # shellcheck disable=SC2046,SC2086 # options are words
    "$onnx2c" "$1/model.onnx" --name m $(dims_of "$(basename "$1")") "${@:3}" >"$work/m.c" &&
        $2 -x c++ -std=c++17 -Wall -Wextra -Werror -fsyntax-only "$work/m.c"
}

# All functions are where the program's attribute for code puts them, at any optimisation.
placed() { # MODEL CC FLAG... [-- OPTION...]
    local flags=()
    for flag in "${@:3}"; do [ "$flag" = -- ] && break; flags+=("$flag"); done
    # shellcheck disable=SC2046 # options are words
    "$onnx2c" "tests/models/$1/model.onnx" --name m $(dims_of "$1") "${@:$((4 + ${#flags[@]}))}" >"$work/m.c" &&
        $2 -std=c99 "${flags[@]}" -D'M_CODE_ATTR=__attribute__((section(".itcm")))' -c -o "$work/m.o" "$work/m.c" &&
        objdump -t "$work/m.o" >"$work/symbols" || return 1
    grep -q ' F \.itcm.* m_run_in$' "$work/symbols" && ! grep ' F \.text' "$work/symbols"
}

two_threads() { # MODEL
    OMP_NUM_THREADS=2 verify "$1" gcc "-std=c99 -O2 -march=native -fopenmp"
}

for model in tests/models/*/; do
    model=$(basename "$model")
    for cc in gcc clang; do
        alone "warnings of $cc: $model" warnings "$model" "$cc"
        alone "sanitizers of $cc, with hooks: $model" verify "$model" "$cc" "-std=c99 $san -include tests/hooks.h"
    done
done
for folder in tests/cases/*/*; do
    for cc in gcc clang; do alone "warnings of $cc: ${folder#tests/}" verify_in "$folder" "$cc" "$strict -O2"; done
done
for folder in tests/models/* tests/cases/*/*; do
    case "$folder" in tests/cases/*) # of these, those that need no bounds
        "$onnx2c" "$folder/model.onnx" >/dev/null 2>&1 || continue ;;
    esac
    for cc in g++ clang++; do
        alone "C++17, $cc: ${folder#tests/}" plus_plus "$folder" "$cc -march=native"
        alone "C++17 without vectors, $cc: ${folder#tests/}" plus_plus "$folder" "$cc -DONNX2C_NO_VECTORS"
    done
done
for model in digits digits_int8_qdq vww_int8_qdq kws_rnn bert_tiny; do
    for target in cortex-m0 cortex-m4 cortex-m55; do
        alone "C++17 for a $target: $model" plus_plus "tests/models/$model" "arm-none-eabi-g++ -mcpu=$target" \
            --target "$target"
    done
    alone "C++17 for armv7-neon: $model" plus_plus "tests/models/$model" \
        "arm-none-eabi-g++ -mcpu=cortex-a9 -mfpu=neon -mfloat-abi=hard" --target armv7-neon
    alone "C++17 for c99: $model" plus_plus "tests/models/$model" g++ --target c99
done
for flags in -O0 -O2 -O3 "-O2 -m32"; do
    for cc in gcc clang; do
        for model in digits digits_int8_qdq kws_rnn distilbert_static iris_forest; do
            alone "$cc $flags: $model" verify "$model" "$cc" "-std=c99 $flags"
        done
    done
done

for cc in gcc clang; do
    for model in digits digits_int8_qdq kws_rnn bert_tiny rtdetr; do
        for flags in -O0 "-O2 -march=native"; do
            # shellcheck disable=SC2086 # flags are words
            alone "code in a section, $cc $flags: $model" placed "$model" "$cc" $flags
        done
    done
    alone "code with a state in a section, $cc" placed cached_attention_op13 "$cc" -O2 -- --state keys=keys_out \
        --state values=values_out
done

# The widths of vectors: as wide as this processor has them, AVX2 (compiled everywhere, run where there is one), and
# none. Threads change nothing.
avx2=$(grep -q avx2 /proc/cpuinfo && echo "-mavx2 -mfma")
for model in small_image resnet8 digits_int8_qdq dscnn_int8_qdq kws_rnn distilbert_static bert_tiny; do
    for cc in gcc clang; do
        for flags in -march=native -DONNX2C_NO_VECTORS ${avx2:+"$avx2"}; do
            alone "$cc $flags: $model" verify "$model" "$cc" "-std=c99 -O2 $flags"
        done
        for flags in -march=native -DONNX2C_NO_VECTORS "-mavx2 -mfma"; do
            # shellcheck disable=SC2086 # options are words
            alone "warnings of $cc $flags: $model" warnings "$model" "$cc" $flags
        done
    done
    alone "sanitizers, widest vectors: $model" verify "$model" gcc "-std=c99 $san -march=native"
    alone "two threads: $model" two_threads "$model"
done

# Where floats are computed as if they were real numbers, the C says so; without floats that is no matter.
fast_math() { # CC FLAG
    "$onnx2c" tests/models/digits_int8_qdq/model.onnx --name m >"$work/m.c"
    # shellcheck disable=SC2086 # a list of options
    "$1" -std=c99 -O2 $2 -fno-fast-math -c -o "$work/m.o" "$work/m.c" || return 1
    # shellcheck disable=SC2086
    "$1" -std=c99 -O2 $2 -c -o "$work/m.o" "$work/m.c" 2>"$work/errors" && return 1
    cat "$work/errors"
    [ "$(grep -c 'error:' "$work/errors")" -eq 1 ] && grep -q "add -fno-fast-math" "$work/errors"
}
for flag in -Ofast -ffast-math -ffinite-math-only; do
    for cc in gcc clang; do alone "$cc $flag is refused" fast_math "$cc" "$flag"; done
done
alone "gcc's associative math is refused" fast_math gcc -funsafe-math-optimizations

# The same bytes from anywhere.
alone "two runs, two folders" sh -c "
    cp tests/models/digits/model.onnx $work/copy.onnx
    '$onnx2c' tests/models/digits/model.onnx -o $work/a.c --name m --report $work/a.json --header $work/a.h &&
    cd $work && '$onnx2c' copy.onnx -o b.c --name m --report b.json --header b.h &&
    cmp a.c b.c && cmp a.json b.json && cmp a.h b.h"

# The digits model, linked with a program of ours.
digits() { # OPTIONS CFLAGS PROGRAM ARGUMENT...
    # shellcheck disable=SC2086 # options are words
    "$onnx2c" tests/models/digits/model.onnx --name digits -o "$work/digits.c" --header "$work/digits.h" $1 &&
        cc $2 -I"$work" -o "$work/program" "$3" "$work/digits.c" -lm -lpthread && "$work/program" "${@:4}"
}

# What the hooks are told of it.
alone "hooks" sh -c "
    '$onnx2c' tests/models/digits/model.onnx --name digits -o $work/digits.c &&
    cc $strict -g -fsanitize=address,undefined -I$work -o $work/hooks tests/hooks.c -lm &&
    $work/hooks examples/digits/images.f32"

# The forms of the weights.
for form in inline incbin; do
    alone "weights $form" digits "--weights $form" "$strict" \
        examples/digits/main.c examples/digits/images.f32 examples/digits/labels.u8
done
alone "header alone, as C and C++" sh -c "
    '$onnx2c' tests/models/digits/model.onnx --name digits --header $work/h.h -o $work/h.c &&
    echo '#include \"h.h\"' > $work/use.c && cp $work/use.c $work/use.cc &&
    gcc $strict -I$work -c -o /dev/null $work/use.c &&
    gcc -x c++ -Wall -Werror -I$work -c -o /dev/null $work/use.c"
alone "C++17, linked with C" sh -c "
    '$onnx2c' tests/models/digits/model.onnx --name digits -o $work/digits.c --header $work/digits.h &&
    g++ -x c++ -std=c++17 -O2 -c -o $work/digits.o $work/digits.c &&
    cc $strict -I$work -o $work/program examples/digits/main.c $work/digits.o -lm &&
    $work/program examples/digits/images.f32 examples/digits/labels.u8"
alone "two threads through run_in" digits "" "-std=c11 -g -fsanitize=thread" tests/threads.c examples/digits/images.f32

# Sizes that come from data, in and out of their bounds.
chosen="--dim places:1=0..14 --dim unique:0=0..7 --dim large:0=0..10"
alone "sizes from data" sh -c "
    '$onnx2c' tests/models/sizes_chosen/model.onnx $chosen \
        -o $work/chosen.c --name chosen --header $work/chosen.h &&
    '$onnx2c' tests/models/sizes_scaled/model.onnx $(dims_of sizes_scaled) \
        -o $work/scaled.c --name scaled --header $work/scaled.h &&
    cc -std=c99 $san -I$work -o $work/sizes tests/sizes.c $work/chosen.c $work/scaled.c -lm && $work/sizes"
finish
