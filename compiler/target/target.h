/* target.h: the door of compiler/target: processors that code is made for, and what each of them can do.
 *
 * `portable` code adapts to the processor by the macros of its C compiler. Code for a named target is for that one
 * alone: passes choose kernels by what it can do, and of the kernels' text only what it runs is written. */
#ifndef TARGET_H
#define TARGET_H

#include "base/base.h"

/* How products of bytes are added up, which decides the kernels and the order of packed weights. */
typedef enum {
    MULTIPLY_PORTABLE, /* in registers of any width, as the kernels find out when they are compiled (tile_bytes.c) */
    MULTIPLY_WORDS,    /* one product of 32-bit integers at a time */
    MULTIPLY_PAIRS,    /* two products of 16-bit integers at a time: the DSP extension of Armv7E-M and Armv8-M */
    MULTIPLY_HELIUM,   /* sixteen products of bytes at a time: MVE */
} Multiplier;

/* What counts most in the code. */
typedef enum { OPTIMIZE_DEFAULT, OPTIMIZE_SPEED, OPTIMIZE_RAM, OPTIMIZE_SIZE } Optimize;

typedef struct {
    const char *name; /* as --target takes it */
    Multiplier multiplier;
    bool has_float;    /* is there a unit for float32? */
    Optimize optimize; /* where --optimize doesn't say */
    const char
        *macros; /* that its C compilers predefine, "NAME" or "NAME=NUMBER", or may, "NAME=?": separated by blanks */
    const char *guard; /* of predefined macros, true of compilers for it alone; NULL: any compiler will do */
} Target;

extern const Target *const target_portable;

const Target *target_find(Foreign name); /* NULL: there is none of this name */
const char *target_names(void);          /* all, separated by blanks */

bool target_has_incbin(const Target *t); /* can its assembler include a file? */
const char *optimize_name(Optimize o);   /* "speed", as --optimize takes it */

bool target_is_scalar(const Target *t); /* its code knows no vectors of floats */
/* Do its vectors multiply numbers of 16 bits as fast as bytes, in many registers? */
bool target_multiplies_halves(const Target *t);
/* May its vectors multiply float16 or bfloat16, and add up in float32? */
bool target_multiplies(const Target *t, DType type);

/* What is known of a macro when the generated C is compiled. */
typedef struct {
    enum { MACRO_UNKNOWN, MACRO_UNDEFINED, MACRO_DEFINED } state;
    const char *text; /* what it stands for, if it is defined and that is known; else NULL */
} Macro;

/* Of one that C compilers may predefine. Those that tell processors apart are undefined unless the target's compilers
 * define them; what depends on the compiler or its options is unknown, as everything is for `portable`. */
Macro target_macro(const Target *t, const char *name);

#endif
