/* emit_includes: the headers of the generated file: those of C's vocabulary, and others where a word of theirs is used.
 */
#include "emit/emit.h"

#include "emit/resolve.h"

#include <string.h>

/* Words, separated by blanks. None is the start of a word only: names of the model may begin with them. */
static const char of_float[] =
    "FLT_EPSILON FLT_EVAL_METHOD FLT_MANT_DIG FLT_MAX FLT_MAX_EXP FLT_MIN FLT_MIN_EXP FLT_RADIX DBL_EPSILON "
    "DBL_MANT_DIG DBL_MAX DBL_MAX_EXP DBL_MIN DBL_MIN_EXP LDBL_MANT_DIG DECIMAL_DIG ";
static const char of_limits[] = "CHAR_BIT CHAR_MAX CHAR_MIN SCHAR_MAX SCHAR_MIN UCHAR_MAX SHRT_MAX SHRT_MIN USHRT_MAX "
                                "INT_MAX INT_MIN UINT_MAX LONG_MAX LONG_MIN ULONG_MAX LLONG_MAX LLONG_MIN ULLONG_MAX ";
static const char of_string[] = "memchr memcmp memcpy memmove memset strchr strcmp strcpy strlen strncmp strstr ";
static const char of_restrict[] = "restrict ";

static bool is_of(const char *words, const char *word, size_t length)
{
    for (size_t n; (n = strcspn(words, " ")) != 0; words += n + 1)
        if (n == length && !memcmp(words, word, n)) return true;
    return false;
}

/* Does the text have one of the words, beside comments and strings? */
static bool mentions(const char *text, const char *words)
{
    while (*text) {
        const char *closed = skip_closed(text);
        size_t length = word_length(text);
        if (closed == text && is_of(words, text, length)) return true;
        text = closed > text ? closed : text + (length ? length : 1);
    }
    return false;
}

void emit_includes(const char *text, FILE *f)
{
    if (mentions(text, of_float)) fputs("#include <float.h>\n", f);
    if (mentions(text, of_limits)) fputs("#include <limits.h>\n", f);
    fputs("#include <math.h>\n#include <stdbool.h>\n#include <stddef.h>\n#include <stdint.h>\n", f);
    if (mentions(text, of_string)) fputs("#include <string.h>\n", f);
    fputs("\n#ifdef __cplusplus\n", f);
    if (mentions(text, of_restrict)) fputs("#define restrict __restrict\n", f);
    fputs("#ifdef __GNUC__\n#pragma GCC diagnostic ignored \"-Wmissing-field-initializers\"\n"
          "#pragma GCC diagnostic ignored \"-Wunused-function\"\n#endif\n#endif\n\n",
          f);
}
