/* kernelgen.h: what the files of kernelgen share. A mistake in the kernel library ends the program: fail(). */
#ifndef KERNELGEN_H
#define KERNELGEN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

/* -- text.c ------------------------------------------------------------------------------------ */

/* Where in the library we are, for messages. */
extern const char *current_file;
extern int current_line;

_Noreturn void fail(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* A text that grows; {0} is none. */
typedef struct {
    char *data;
    size_t length, capacity;
} Text;

void text_add(Text *t, const char *bytes, size_t length);
void text_puts(Text *t, const char *s);

bool is_word(char c); /* a character of an identifier */

/* Where the code of an item starts: after its comments and white space. */
const char *skip_comments(const char *s);

/* Net count of braces on a line, comments and literals left out; *in_comment carries over lines. */
int brace_balance(const char *s, bool *in_comment);

/* -- types.c ----------------------------------------------------------------------------------- */

enum { MAX_TYPES = 24 };

/* What the tokens stand for; of the word that names a variant nothing but the suffix. */
typedef struct {
    const char *suffix, *c, *math, *unsigned_c, *min, *max, *integer, *number;
} ElementType;

typedef struct {
    char variable; /* T, S or V */
    int count;
    const ElementType *types[MAX_TYPES];
} TypeLoop;

/* Reads "T in f32 f64, S in i8 u8" or "T in f32 f64, V in plain fancy"; returns how many variables there are. */
int parse_for(const char *s, TypeLoop loops[2]);

/* s with its tokens replaced, from malloc. Without a type it must have none. */
char *expand(const char *s, const ElementType *t, const ElementType *other);

/* -- signature.c: what the code of an item says ------------------------------------------------ */

/* The name an item is found by; that of a function stands before its first parenthesis. */
void item_name(const char *code, char *name, size_t size, bool *is_function);

/* Result and parameter letters of the function whose code starts here, and the parameters' names, separated by commas.
 * Internal helpers may have other types: "?". */
void signature_of(const char *code, const char *name, char *letters, Text *names);
bool scalar_letter(char c);
const char *letter_type(char c); /* the C type of a scalar's letter */

/* The int32_t fields of a struct, in order, separated by commas; "?" if it is no parameter struct. */
void struct_fields(const char *code, Text *fields);

/* -- output.c ---------------------------------------------------------------------------------- */

void outputs_open(const char *dir);
bool outputs_close(void); /* was everything written? */

/* The C file of functions that a FILE of the library becomes; its number orders the table. */
typedef struct {
    FILE *file;
    int number;
} Source;

Source source_open(const char *dir, const char *path, int number);
void source_close(Source *s);

/* An item after expansion. `names`: those that a block is found by, "" for other items; is_private: the block is only
 * for functions of its file. */
void write_item(const char *text, const Source *source, const char *names, bool is_private);

#endif
