/* test_check.h: models that are broken one way each, and what is then said. */
#ifndef TEST_CHECK_H
#define TEST_CHECK_H

#include "build.h"

#include "debug/debug.h"
#include "lower/lower.h"
#include "op/op.h"
#include "plan/plan.h"

#include <check.h>
#include <string.h>

/* What is broken, how, and what is said. The graph is taken to plan before. */
typedef struct {
    void (*breaks)(Model *m);
    const char *said;
} Breach;

static inline Value *value(Model *m, const char *name)
{
    return value_called(m, name);
}

static const char *const text =
    "(float[2,8] x, bool t) => (y) <float[8,20] w> { a = Softmax(x) b = Neg(a) c = MatMul(b, w) d = Softmax(c)"
    " e = ReduceSum<keepdims = 0>(d) p = If<then_branch = (() => (u) { u = Exp(e) }),"
    " else_branch = (() => (v) { v = Abs(e) })>(t) y = Softmax(p) }";

static inline void run_check(void *m)
{
    check(m, "the breach", HOLDS_GRAPH | HOLDS_TYPES | HOLDS_STEPS | HOLDS_MEMORY);
}

static inline void expect_found(const Breach *b)
{
    Model *m = model_after(plan, text);
    b->breaks(m);
    Ended e = test_process(run_check, m);
    ck_assert_int_eq(e.status, 1);
    ck_assert_msg(strstr(e.said, "internal error: after the breach: "), "%s", e.said);
    ck_assert_msg(strstr(e.said, b->said), "%s, expected %s", e.said, b->said);
}

#define COUNT(breaches) (int)(sizeof breaches / sizeof *breaches)

#endif
