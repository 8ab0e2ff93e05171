#!/bin/sh
# A C compiler that only writes down how it was called, each argument ended by a NUL.
printf '%s\0' "$@" >>"$HOSTILE_ARGV"
