/* The table of targets. */
#include "target/target.h"

#include <string.h>

/* Macros of the compilers for all named targets but c99, gcc and clang: they speak the same dialect, whose attributes
 * kernels use. Threads are a matter of options where there is a system that has some. */
#define GNU "__GNUC__ FLT_EVAL_METHOD=0 __FLT_EVAL_METHOD__=0"
#define THREADS " _OPENMP=?"
#define BITS_32 "UINTPTR_MAX=4294967295"
#define BITS_64 "UINTPTR_MAX=18446744073709551615"
#define CORTEX_M GNU " " BITS_32
#define CORTEX_M3 CORTEX_M " __thumb2__ __ARM_FEATURE_SAT"
#define CORTEX_M_DSP CORTEX_M3 " __ARM_FEATURE_DSP __ARM_FP=?"
#define CORTEX_M_HELIUM CORTEX_M_DSP " __ARM_FEATURE_MVE=?"
#define ARMV8_1M "defined(__ARM_ARCH_8_1M_MAIN__) || defined(__ARM_ARCH_8M_MAIN__)" /* of clang, of gcc */
#define AARCH64 GNU THREADS " " BITS_64 " __aarch64__ __ARM_NEON __ARM_FEATURE_SAT=? __ARM_FP=?"
#define RISCV64 GNU THREADS " " BITS_64
#define X86_64 GNU THREADS " " BITS_64 " __SSE__ __SSE2__"
#define X86_64_V3 X86_64 " __AVX__ __AVX2__ __FMA__ __F16C__=?"
#define X86_64_V4 X86_64_V3 " __AVX512F__ __AVX512BW__ __AVX512VL__ __AVX512VNNI__=? __AVX512BF16__=?"

/* The least processors have flash for little more than the program: code for them is small unless speed is asked for.
 * All others have the room that the fast kernels take, 8 to 20 KB. */
static const Target targets[] = {
    {"portable", MULTIPLY_PORTABLE, true, OPTIMIZE_SPEED, "", NULL},
    {"c99", MULTIPLY_WORDS, true, OPTIMIZE_SPEED, THREADS, NULL},
    {"cortex-m0", MULTIPLY_WORDS, false, OPTIMIZE_SIZE, CORTEX_M, "defined(__ARM_ARCH_6M__)"},
    {"cortex-m0plus", MULTIPLY_WORDS, false, OPTIMIZE_SIZE, CORTEX_M, "defined(__ARM_ARCH_6M__)"},
    {"cortex-m3", MULTIPLY_WORDS, false, OPTIMIZE_SPEED, CORTEX_M3, "defined(__ARM_ARCH_7M__)"},
    {"cortex-m4", MULTIPLY_PAIRS, true, OPTIMIZE_SPEED, CORTEX_M_DSP, "defined(__ARM_ARCH_7EM__)"},
    {"cortex-m7", MULTIPLY_PAIRS, true, OPTIMIZE_SPEED, CORTEX_M_DSP, "defined(__ARM_ARCH_7EM__)"},
    {"cortex-m33", MULTIPLY_PAIRS, true, OPTIMIZE_SPEED, CORTEX_M_DSP,
     "defined(__ARM_ARCH_8M_MAIN__) && defined(__ARM_FEATURE_DSP)"},
    {"cortex-m55", MULTIPLY_HELIUM, true, OPTIMIZE_SPEED, CORTEX_M_HELIUM, ARMV8_1M},
    {"cortex-m85", MULTIPLY_HELIUM, true, OPTIMIZE_SPEED, CORTEX_M_HELIUM, ARMV8_1M},
    {"armv7-neon", MULTIPLY_PORTABLE, true, OPTIMIZE_SPEED,
     GNU THREADS " " BITS_32 " __ARM_NEON __thumb2__=? __ARM_FEATURE_SAT=? __ARM_FEATURE_FMA=? __ARM_FP=?",
     "defined(__arm__) && defined(__ARM_NEON)"},
    {"aarch64", MULTIPLY_PORTABLE, true, OPTIMIZE_SPEED, AARCH64, "defined(__aarch64__)"},
    {"aarch64+dotprod", MULTIPLY_PORTABLE, true, OPTIMIZE_SPEED,
     AARCH64 " __ARM_FEATURE_DOTPROD __ARM_FEATURE_FP16_FML=?",
     "defined(__aarch64__) && defined(__ARM_FEATURE_DOTPROD)"},
    {"aarch64+i8mm", MULTIPLY_PORTABLE, true, OPTIMIZE_SPEED,
     AARCH64 " __ARM_FEATURE_DOTPROD __ARM_FEATURE_MATMUL_INT8 __ARM_FEATURE_FP16_FML=? "
             "__ARM_FEATURE_BF16_VECTOR_ARITHMETIC=?",
     "defined(__aarch64__) && defined(__ARM_FEATURE_MATMUL_INT8)"},
    {"riscv32", MULTIPLY_WORDS, false, OPTIMIZE_SPEED, GNU " " BITS_32, "defined(__riscv) && __riscv_xlen == 32"},
    {"riscv64", MULTIPLY_WORDS, true, OPTIMIZE_SPEED, RISCV64, "defined(__riscv) && __riscv_xlen == 64"},
    {"rv64gcv", MULTIPLY_PORTABLE, true, OPTIMIZE_SPEED, RISCV64 " __riscv_v",
     "defined(__riscv_v) && __riscv_xlen == 64"},
    {"wasm", MULTIPLY_WORDS, true, OPTIMIZE_SPEED, GNU " " BITS_32, "defined(__wasm__)"},
    {"wasm-simd128", MULTIPLY_PORTABLE, true, OPTIMIZE_SPEED, GNU " " BITS_32 " __wasm_simd128__",
     "defined(__wasm_simd128__)"},
    {"avr", MULTIPLY_WORDS, false, OPTIMIZE_SIZE, GNU " UINTPTR_MAX=65535", "defined(__AVR__)"},
    {"x86-64-v1", MULTIPLY_PORTABLE, true, OPTIMIZE_SPEED, X86_64, "defined(__x86_64__)"},
    {"x86-64-v2", MULTIPLY_PORTABLE, true, OPTIMIZE_SPEED, X86_64, "defined(__x86_64__) && defined(__SSE4_2__)"},
    {"x86-64-v3", MULTIPLY_PORTABLE, true, OPTIMIZE_SPEED, X86_64_V3,
     "defined(__x86_64__) && defined(__AVX2__) && defined(__FMA__)"},
    {"x86-64-v4", MULTIPLY_PORTABLE, true, OPTIMIZE_SPEED, X86_64_V4,
     "defined(__x86_64__) && defined(__AVX512BW__) && defined(__AVX512VL__)"},
};

/* Macros that tell processors apart, that of threads, and one by which the user asks for less than there is. */
static const char processors[] =
    "__SSE__ __SSE2__ __SSE4_2__ __AVX__ __AVX2__ __FMA__ __F16C__ __AVX512F__ __AVX512BW__ __AVX512VL__ "
    "__AVX512VNNI__ __AVX512BF16__ __ARM_FEATURE_BF16_VECTOR_ARITHMETIC __ARM_FEATURE_FP16_FML "
    "__ALTIVEC__ __ARM_NEON __ARM_BIG_ENDIAN __aarch64__ __thumb2__ __ARM_FP __ARM_FEATURE_DSP __ARM_FEATURE_SAT "
    "__ARM_FEATURE_FMA __ARM_FEATURE_MVE __ARM_FEATURE_DOTPROD __ARM_FEATURE_MATMUL_INT8 __riscv_v __wasm_simd128__ "
    "_OPENMP ONNX2C_NO_VECTORS";

enum { N_TARGETS = sizeof targets / sizeof *targets };

const Target *const target_portable = &targets[0];

const Target *target_find(Foreign name)
{
    for (int i = 0; i < N_TARGETS; i++)
        if (foreign_is(name, targets[i].name)) return &targets[i];
    return NULL;
}

const char *target_names(void)
{
    const char *names = targets[0].name;
    for (int i = 1; i < N_TARGETS; i++) names = mem_printf("%s %s", names, targets[i].name);
    return names;
}

const char *optimize_name(Optimize o)
{
    static const char *const names[] = {NULL, "speed", "ram", "size"};
    return names[o];
}

bool target_is_scalar(const Target *t)
{
    return t->multiplier != MULTIPLY_PORTABLE;
}

/* Where a list has the name; NULL: nowhere. */
static const char *find_name(const char *list, const char *name)
{
    for (size_t length = strlen(name); *list; list += strcspn(list, " "), list += strspn(list, " "))
        if (!strncmp(list, name, length) && strchr(" =", list[length])) return list; /* or at the list's end */
    return NULL;
}

Macro target_macro(const Target *t, const char *name)
{
    if (t == target_portable) return (Macro){MACRO_UNKNOWN, NULL};
    const char *at = find_name(t->macros, name);
    if (!at) return (Macro){find_name(processors, name) ? MACRO_UNDEFINED : MACRO_UNKNOWN, NULL};
    at += strlen(name);
    if (!strncmp(at, "=?", 2)) return (Macro){MACRO_UNKNOWN, NULL};
    return (Macro){MACRO_DEFINED, *at == '=' ? mem_strndup(at + 1, strcspn(at + 1, " ")) : NULL};
}

bool target_multiplies_halves(const Target *t)
{
    return target_macro(t, "__aarch64__").state == MACRO_DEFINED &&
           target_macro(t, "__ARM_FEATURE_DOTPROD").state == MACRO_UNDEFINED;
}

bool target_multiplies(const Target *t, DType type)
{
    static const char *const macros[][2] = {{"__ARM_FEATURE_FP16_FML", "__ARM_FEATURE_FP16_FML"},
                                            {"__AVX512BF16__", "__ARM_FEATURE_BF16_VECTOR_ARITHMETIC"}};
    const char *const *either = macros[type == DT_BFLOAT16];
    return target_macro(t, either[0]).state != MACRO_UNDEFINED || target_macro(t, either[1]).state != MACRO_UNDEFINED;
}

/* That of WebAssembly knows no section of constants. */
bool target_has_incbin(const Target *t)
{
    return strncmp(t->name, "wasm", 4) != 0;
}
