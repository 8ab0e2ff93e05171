/* emit_assumptions: what the generated C takes for granted of its compiler, as conditions under which it stops. */
#include "emit/emit.h"

static bool has_floats(const Graph *g)
{
    for (int i = 0; i < g->n_steps; i++)
        for (Access a = {0}; mention_next(g->steps[i], &a);)
            if (dtype_is_float(a.value->type.dtype) || dtype_is_complex(a.value->type.dtype)) return true;
    return false;
}

static bool have_order(const Model *m, const Weights *w)
{
    for (int i = 0; i < w->count; i++)
        if (!weight_is_readable(m, w->items[i]) && weight_has_order(w->items[i])) return true;
    return false;
}

/* Longer strings than MSVC takes, which makes no code for small processors. */
static bool are_long(const Model *m, const Weights *w)
{
    enum { MSVC_TAKES = 65535 };
    if (target_is_scalar(m->options.target) && m->options.target->guard) return false;
    for (int i = 0; i < w->count; i++) {
        const Value *v = w->items[i];
        if (!weight_is_readable(m, v) && !weight_is_in_file(m, v) && value_bytes(v) > MSVC_TAKES) return true;
    }
    return false;
}

/* Kernels round by adding a large number and taking it away again, and look for NaN. gcc has a macro for the part of
 * -ffast-math that cancels the former, clang for the whole of it. */
static void emit_math_assumption(FILE *f)
{
    fputs("#if defined(__FAST_MATH__) || defined(__ASSOCIATIVE_MATH__) || "
          "(defined(__FINITE_MATH_ONLY__) && __FINITE_MATH_ONLY__)\n"
          "#error \"-ffast-math, -Ofast and the like change the numbers: add -fno-fast-math\"\n#endif\n",
          f);
}

/* Strings are the bytes of the weights in one order, and longer than what C99 promises to take. */
void emit_assumptions(const Model *m, const Weights *w, FILE *f)
{
    bool floats = has_floats(m->graph);
    if (floats) emit_math_assumption(f);
    if (are_long(m, w))
        fputs("#if defined(_MSC_VER) && !defined(__clang__)\n#error \"this compiler takes no strings as long as the "
              "weights: make the file with --weights numbers\"\n#endif\n",
              f);
    if (have_order(m, w))
        fputs("#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__\n#error \"the weights are "
              "written for little-endian machines: make the file with --weights numbers\"\n#endif\n",
              f);
    if (w->count) fputs("#ifdef __GNUC__\n#pragma GCC diagnostic ignored \"-Woverlength-strings\"\n#endif\n", f);
    if (floats || w->count) fputs("\n", f);
}
