/* Names that a value or dimension of a model can't have in the generated file and its header: what they mean already.
 * Kernel names are in the kernel table, and what the file defines for this model emit_names.c knows. */
#include "emit/emit.h"

#include <string.h>

/* C11 6.4.1 and C23, GNU's additions, and C++17 [lex.key] with its alternative tokens: the header is for both. */
static const char keywords[] = "alignas alignof and and_eq asm atomic_cancel atomic_commit atomic_noexcept auto bitand "
                               "bitor bool break case catch char "
                               "char16_t char32_t char8_t class co_await co_return co_yield compl concept const "
                               "const_cast consteval constexpr constinit "
                               "continue decltype default delete do double dynamic_cast else enum explicit export "
                               "extern false float for friend goto if "
                               "inline int long mutable namespace new noexcept not not_eq nullptr operator or or_eq "
                               "private protected public reflexpr "
                               "register reinterpret_cast requires restrict return short signed sizeof static "
                               "static_assert static_cast struct switch "
                               "synchronized template this thread_local throw true try typedef typeid typename typeof "
                               "typeof_unqual union unsigned using "
                               "virtual void volatile wchar_t while xor xor_eq ";

/* C99 7.7, 7.10, 7.12, 7.16 to 7.18 and 7.21: what <float.h>, <limits.h>, <math.h>, <stdbool.h>, <stddef.h>, <stdint.h>
 * and <string.h> declare and define, first macros and types ... */
static const char macros_and_types[] =
    "CHAR_BIT CHAR_MAX CHAR_MIN DBL_DECIMAL_DIG DBL_DIG DBL_EPSILON DBL_HAS_SUBNORM DBL_MANT_DIG DBL_MAX "
    "DBL_MAX_10_EXP "
    "DBL_MAX_EXP DBL_MIN DBL_MIN_10_EXP DBL_MIN_EXP DBL_TRUE_MIN DECIMAL_DIG FLT_DECIMAL_DIG FLT_DIG FLT_EPSILON "
    "FLT_EVAL_METHOD FLT_HAS_SUBNORM FLT_MANT_DIG FLT_MAX FLT_MAX_10_EXP FLT_MAX_EXP FLT_MIN FLT_MIN_10_EXP "
    "FLT_MIN_EXP "
    "FLT_RADIX FLT_ROUNDS FLT_TRUE_MIN FP_FAST_FMA FP_FAST_FMAF FP_FAST_FMAL FP_ILOGB0 FP_ILOGBNAN FP_INFINITE FP_NAN "
    "FP_NORMAL FP_SUBNORMAL FP_ZERO HUGE_VAL HUGE_VALF HUGE_VALL INFINITY INT16_C INT16_MAX INT16_MIN INT16_WIDTH "
    "INT32_C "
    "INT32_MAX INT32_MIN INT32_WIDTH INT64_C INT64_MAX INT64_MIN INT64_WIDTH INT8_C INT8_MAX INT8_MIN INT8_WIDTH "
    "INTMAX_C "
    "INTMAX_MAX INTMAX_MIN INTPTR_MAX INTPTR_MIN INT_FAST16_MAX INT_FAST16_MIN INT_FAST32_MAX INT_FAST32_MIN "
    "INT_FAST64_MAX "
    "INT_FAST64_MIN INT_FAST8_MAX INT_FAST8_MIN INT_LEAST16_MAX INT_LEAST16_MIN INT_LEAST32_MAX INT_LEAST32_MIN "
    "INT_LEAST64_MAX INT_LEAST64_MIN INT_LEAST8_MAX INT_LEAST8_MIN INT_MAX INT_MIN LDBL_DECIMAL_DIG LDBL_DIG "
    "LDBL_EPSILON "
    "LDBL_HAS_SUBNORM LDBL_MANT_DIG LDBL_MAX LDBL_MAX_10_EXP LDBL_MAX_EXP LDBL_MIN LDBL_MIN_10_EXP LDBL_MIN_EXP "
    "LDBL_TRUE_MIN "
    "LLONG_MAX LLONG_MIN LONG_MAX LONG_MIN MATH_ERREXCEPT MATH_ERRNO MB_LEN_MAX NAN NULL PTRDIFF_MAX PTRDIFF_MIN "
    "SCHAR_MAX "
    "SCHAR_MIN SHRT_MAX SHRT_MIN SIG_ATOMIC_MAX SIG_ATOMIC_MIN SIZE_MAX UCHAR_MAX UINT16_C UINT16_MAX UINT32_C "
    "UINT32_MAX "
    "UINT64_C UINT64_MAX UINT8_C UINT8_MAX UINTMAX_C UINTMAX_MAX UINTPTR_MAX UINT_FAST16_MAX UINT_FAST32_MAX "
    "UINT_FAST64_MAX "
    "UINT_FAST8_MAX UINT_LEAST16_MAX UINT_LEAST32_MAX UINT_LEAST64_MAX UINT_LEAST8_MAX UINT_MAX ULLONG_MAX ULONG_MAX "
    "USHRT_MAX WCHAR_MAX WCHAR_MIN WINT_MAX WINT_MIN "
    "double_t float_t int16_t int32_t int64_t int8_t int_fast16_t int_fast32_t int_fast64_t int_fast8_t int_least16_t "
    "int_least32_t int_least64_t int_least8_t intmax_t intptr_t max_align_t nullptr_t offsetof ptrdiff_t size_t "
    "uint16_t "
    "uint32_t uint64_t uint8_t uint_fast16_t uint_fast32_t uint_fast64_t uint_fast8_t uint_least16_t uint_least32_t "
    "uint_least64_t uint_least8_t uintmax_t uintptr_t ";

/* ... then functions; those with f or l at the end for float and long double are looked up without it. */
static const char functions[] = "acos acosh asin asinh atan atan2 atanh cbrt ceil copysign cos cosh erf erfc exp exp2 "
                                "expm1 fabs fdim floor fma fmax fmin "
                                "fmod fpclassify frexp hypot ilogb isfinite isgreater isgreaterequal isinf isless "
                                "islessequal islessgreater isnan isnormal "
                                "isunordered ldexp lgamma llrint llround log log10 log1p log2 logb lrint lround "
                                "math_errhandling memchr memcmp memcpy "
                                "memmove memset modf nan nearbyint nextafter nexttoward pow remainder remquo rint "
                                "round scalbln scalbn signbit sin sinh "
                                "sqrt strcat strchr strcmp strcoll strcpy strcspn strerror strlen strncat strncmp "
                                "strncpy strpbrk strrchr strspn strstr "
                                "strtok strxfrm tan tanh tgamma trunc ";

/* What the same headers bring beyond C99: POSIX 2017 <math.h>, <string.h>, <strings.h> and <limits.h>, glibc,
 * newlib and the BSDs with the extensions that compilers turn on by themselves; and macros that compilers or
 * their systems predefine. */
static const char extensions[] =
    "ARG_MAX CHILD_MAX DOMAIN HUGE IOV_MAX LINE_MAX LINK_MAX LONG_BIT MAXFLOAT M_1_PI M_2_PI M_2_SQRTPI M_3PI_4 M_E "
    "M_INVLN2 "
    "M_IVLN10 M_LN10 M_LN2 M_LN2HI M_LN2LO M_LOG10E M_LOG2E M_LOG2_E M_PI M_PI_2 M_PI_4 M_SQRT1_2 M_SQRT2 M_SQRT3 "
    "M_SQRTPI "
    "M_TWOPI NAME_MAX NGROUPS_MAX NL_ARGMAX NL_MSGMAX NL_TEXTMAX NZERO OPEN_MAX OVERFLOW PAGESIZE PATH_MAX PIPE_BUF "
    "PLOSS "
    "RTSIG_MAX SING SNAN SNANF SNANL SSIZE_MAX SYMLINK_MAX TLOSS TTY_NAME_MAX UNDERFLOW WORD_BIT X_TLOSS "
    "basename bcmp bcopy bzero canonicalize clearerr drem environ errno exp10 explicit_bzero exception ffs ffsl ffsll "
    "finite "
    "gamma gamma_r iscanonical iseqsig issignaling issubnormal iszero index j0 j1 jn lgamma_r llogb locale_t matherr "
    "memccpy "
    "memfrob memmem mempcpy memrchr nextdown nextup pow10 rawmemchr rindex roundeven scalb scalbln signgam significand "
    "sincos "
    "stpcpy stpncpy strcasecmp strcasestr strcat_s strchrnul strdup strdupa strerror_l strerror_r strfry strlcat "
    "strlcpy "
    "strlwr strncasecmp strndup strndupa strnlen strnstr strsep strsignal strtok_r strupr strverscmp swab "
    "timingsafe_bcmp "
    "timingsafe_memcmp totalorder totalordermag y0 y1 yn "
    "EOF I FILE abort abs asprintf calloc div exit free getenv labs linux llabs main malloc printf puts realloc signal "
    "stderr "
    "stdin stdout time unix far i386 mips near sparc sun vax ";

/* What the run function names itself. */
static const char own[] = "arena memory rc start lanes_ ";

static void reserve(Map *taken, const char *word, size_t length, const char *suffix)
{
    const char *name = mem_printf("%.*s%s", (int)length, word, suffix);
    map_put(taken, foreign(name), (void *)name);
}

static void reserve_list(Map *taken, const char *list, bool of_all_floats)
{
    for (const char *word = list; *word; word += strcspn(word, " ") + 1) {
        size_t length = strcspn(word, " ");
        reserve(taken, word, length, "");
        if (!of_all_floats) continue;
        reserve(taken, word, length, "f");
        reserve(taken, word, length, "l");
    }
}

void reserve_words(Map *taken)
{
    reserve_list(taken, keywords, false);
    reserve_list(taken, macros_and_types, false);
    reserve_list(taken, functions, true);
    reserve_list(taken, extensions, false);
    reserve_list(taken, own, false);
}
