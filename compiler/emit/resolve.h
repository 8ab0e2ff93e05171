/* resolve.h: of the kernels' text, what one target runs.
 *
 * Kernels adapt to the processor by the macros of their compiler. For a named target most of these are known: then
 * conditions are decided here, and what they leave out is left out of the generated file. What only the compiler or its
 * options decide (is it clang, is it told to write small code) stays a condition. */
#ifndef RESOLVE_H
#define RESOLVE_H

#include "ir/ir.h"

/* What is known of macros: of the target's, of those of a text that is being resolved, of the library's. */
typedef struct Macros Macros;

Macros *macros_new(const Target *target);
Macro macro_find(Macros *m, const char *name, size_t length);
void macro_set(Macros *m, const char *name, size_t length, Macro macro); /* from here on */

/* emit_condition.c: what an expression of macros and integers comes to, as in #if. */
typedef struct {
    bool known;
    int64_t value;    /* if it is */
    const char *text; /* else: the rest of the condition, without what is known */
} Condition;

Condition condition(Macros *m, const char *text, size_t length);

/* emit_fold.c: C whose own conditions, of `if`, `for` and `?:`, are decided as far as macros with numbers decide them.
 */
const char *fold(Macros *m, const char *text);

/* emit_resolve.c */
const char *resolve(Macros *m, const char *text); /* without the conditionals that are decided, folded */
const char *resolve_kernel(Macros *m, const Kernel *k);

/* -- reading C, for all three (emit_scan.c) -------------------------------------------------------- */

bool word_char(char c);
size_t word_length(const char *s);           /* of the identifier or number that begins here; 0: none does */
const char *skip_space(const char *s);       /* and comments, and the ends of continued lines */
const char *skip_closed(const char *s);      /* after the comment, string, character that begins here; or s */
const char *skip_balanced(const char *open); /* after the bracket that closes this one, or at the text's end */
size_t line_length(const char *s);           /* of a line and those that continue it, with the ends of lines */

#endif
