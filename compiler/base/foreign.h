/* foreign.h: text that isn't ours.
 *
 * Names, labels, domains, dimensions and the expressions made of them, options and paths come from whoever wrote the
 * model or the command line, and may hold anything: what ends a comment, turns the reading direction of a line, starts
 * an escape sequence. Such text is a Foreign. It is a struct, so that printf, fputs, strcmp and their kin don't take
 * it, and there is a door for each place that it may enter: a function that makes of it what the place holds. What
 * comes out is text like ours, for that place and no other.
 *
 * Only base/foreign*.c and the files that tests/foreign.sh lists touch `raw`. */
#ifndef FOREIGN_H
#define FOREIGN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

typedef struct {
    const char *raw; /* ends with a NUL; NULL: there is none */
} Foreign;

/* -- foreign.c: handling it --------------------------------------------------------------------- */

Foreign foreign(const char *text); /* not copied; our own text may become foreign, where the two meet */
Foreign foreign_of(const void *bytes, size_t length); /* a copy; ends before the first NUL */
Foreign foreign_element(const void *strings,
                        int64_t i); /* of a tensor's data: a Foreign each, as kernels take char * */
bool foreign_none(Foreign f);
bool foreign_empty(Foreign f);                    /* no text, or none in it */
Foreign foreign_or(Foreign f, Foreign otherwise); /* f, or the other where f is empty */
size_t foreign_length(Foreign f);
bool foreign_is(Foreign f, const char *ours); /* NULL is no text */
bool foreign_starts(Foreign f, const char *ours);
bool foreign_ends(Foreign f, const char *ours);
bool foreign_has(Foreign f, const char *ours);
bool foreign_is_word(Foreign f, const char *ours); /* upper case or lower */
bool foreign_equal(Foreign a, Foreign b);
int foreign_order(Foreign a, Foreign b); /* by bytes, as strcmp */
uint32_t foreign_hash(Foreign f);

Foreign foreign_join(Foreign a, Foreign b);
/* Names made of names: foreign_suffixed(base, "/packed%d", i). */
Foreign foreign_suffixed(Foreign base, const char *format, ...) __attribute__((format(printf, 2, 3)));
Foreign foreign_part(Foreign f, size_t from, size_t length); /* a copy */
Foreign foreign_from(Foreign f, size_t from);                /* the rest of it; from: up to its length */
bool foreign_number(Foreign f, double *value);               /* all of it, as strtod reads one; false if it is none */
char foreign_at(Foreign f, size_t i);                        /* a byte; NUL at the end */
size_t foreign_code(Foreign f, size_t at, uint32_t *code);   /* utf8_decode there; `at` is before the end */
enum { NOWHERE = -1 };
ptrdiff_t foreign_first(Foreign f, const char *ours); /* where it stands in f first, or NOWHERE */
ptrdiff_t foreign_last(Foreign f, char c);            /* where it stands in f last, or NOWHERE */

void foreign_write(Foreign f, FILE *file); /* the bytes and their NUL, for a program to read */

/* -- foreign_places.c: the doors ----------------------------------------------------------------- */

/* What a place can't hold is written as
 *
 *     \\ \" \` \n \r \t     these
 *     \x1b \xff            another control character; a byte that is no UTF-8
 *     \u202e \U000e0041    a character that is not seen, or changes how others are
 *
 * and what makes sense to the place alone at its door. Two different texts never come out the same. */

/* A message, a dump or anything else that a terminal shows, one line of it: no control characters, direction marks or
 * invisible ones, spaces other than " ", or accents for what stands before the text. Other UTF-8 is left as it is. */
const char *shown(Foreign f);
const char *shown_bytes(Foreign f, size_t length); /* which may hold NULs */

/* A comment of C, or a line of one, ASCII throughout: letters that run from right to left, or look like others, would
 * show a reviewer another file than the compiler reads. A `/` after a `*`, a `*` after a `/` or at the end, and a `?`
 * after a `?` get a backslash; the last character is never one. Fit for a terminal, too. */
const char *in_comment(Foreign f);

const char *in_string(Foreign f);    /* a string literal of C with its quotes: the text's bytes, odd ones in octal */
const char *in_assembler(Foreign f); /* between \" and \" of an assembler's string within a string literal of C */

/* A JSON string with its quotes. Its value is the text, but for bytes that are no UTF-8, which JSON has no way to say:
 * U+FFFD and two hexadecimal digits; a U+FFFD of the text itself stands there twice. */
const char *in_json(Foreign f);

/* Text of a page in UTF-8, or an attribute's value between quotes: what a terminal isn't shown is escaped there, too,
 * and & < > " ' ` are entities. Where letters run from right to left, <bdi> or a line of its own keeps them among
 * themselves.
 */
const char *in_html(Foreign f);

/* One word of a shell's command line, quoted if need be; it is fit for a terminal, too. */
const char *in_shell(Foreign f);

/* One name in a file that make and Ninja read as what depends on what; NULL for those that they don't both read, as
 * with quotes, backslashes, `*`, `=` and control characters. */
const char *in_depfile(Foreign f);

/* An identifier of C: letters and digits stay, all else becomes `_`. "/f/f.0/Conv_output_0" is f_f_0_Conv, the "_" and
 * separators in front and ONNX's "_output_0" being no part of a name, nor of one made of it: "Conv_output_0/packed".
 * Different texts may come out the same. */
const char *as_identifier(Foreign f);

/* A part of one, after a letter or `_`: letters and digits stay, everything else becomes `_`, byte by byte. */
const char *in_identifier(Foreign f);

#endif
