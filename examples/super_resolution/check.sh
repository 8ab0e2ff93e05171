#!/bin/bash
# The network must come nearer to the original than bicubic interpolation does, by what a viewer sees.
#
#   check.sh ONNX2C
onnx2c=$(realpath "$1")
cd "$(dirname "$0")" || exit 1
# shellcheck source=tests/lib.sh
. ../../tests/lib.sh

decibels() { "$work/psnr" "$1" "$2"; }

better() { # A B MARGIN: A is at least MARGIN dB nearer to the original than B
    a=$(decibels original.ppm "$1") && b=$(decibels original.ppm "$2") || return 1
    echo "$1: $a dB, $2: $b dB"
    awk -v a="$a" -v b="$b" -v margin="$3" 'BEGIN { exit !(a >= b + margin) }'
}

refuses() { # FILE
    printf 'P6\n5 5\n255\n%075d' 0 >"$work/other.ppm"
    ! "$work/super_resolution/enlarge" "$1" "$work/refused.ppm" && [ ! -e "$work/refused.ppm" ]
}

ok "runs" make -s ONNX2C="$onnx2c" OUT="$work" run
ok "better than bicubic" better "$work/super_resolution.ppm" "$work/bicubic.ppm" 0.5
ok "a picture of another size is refused" refuses "$work/other.ppm"
ok "a file that is no picture is refused" refuses main.c
finish
