/* regex.h: a regular expression as a table: states, and which one follows on each byte. */
#ifndef REGEX_H
#define REGEX_H

#include "base/base.h"

typedef struct {
    int states, classes;   /* state 0 is the first */
    uint8_t class_of[256]; /* bytes that no state tells apart are of one class */
    uint16_t *next;        /* [states][classes] */
    bool *accepts;         /* [states]: the text may end here */
    bool has_places;       /* it asks for the begin or the end of the text, or of a word */
} Matcher;

/* The syntax is RE2's, of texts in UTF-8, for a match of all of a text. NULL, or what is wrong with the pattern: texts
 * that start with "is" or "has". Not supported: \C, \p, the flags m and U, and the
 * case of letters beyond ASCII. */
const char *regex_compile(Foreign pattern, Matcher *m);

/* -- between the two files ----------------------------------------------------------------------- */

typedef struct {
    int32_t low, high; /* code points */
} CodeRange;

typedef enum { RE_CHARS, RE_ALL, RE_ANY, RE_REPEAT, RE_BEGIN, RE_END, RE_EDGE, RE_INSIDE } RegexKind;

typedef struct Regex {
    RegexKind kind;
    int count, capacity;
    CodeRange *ranges;    /* RE_CHARS: one of them */
    struct Regex **parts; /* RE_ALL: one after the other; RE_ANY: one of them; RE_REPEAT: its only one */
    int low, high;        /* RE_REPEAT: so many times; high -1: or more */
} Regex;

/* What a pattern says; NULL and what is wrong with it. */
Regex *regex_parse(Foreign pattern, const char **wrong);

#endif
