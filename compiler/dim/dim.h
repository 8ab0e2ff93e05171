/* dim.h: the door of compiler/dim: sizes as expressions over named symbols with bounds, and their arithmetic.
 *
 * A Dim is a whole-number expression over named symbols, each with bounds: the sizes of tensors and the
 * numbers computed from them. Expressions are kept in one normal form and shared, so that two Dims are
 * equal exactly when the pointers are. All arithmetic saturates at +-DIM_INFINITY instead of overflowing, and
 * what has reached infinity stays there. An expression found to have one value for all symbols is that constant. */
#ifndef DIM_H
#define DIM_H

#include "base/base.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef const struct DimExpr *Dim;

#define DIM_INFINITY BYTES_INFINITY

Dim dim_const(int64_t value); /* INT64_MAX and its like become DIM_INFINITY */

/* The same name gives the same symbol; bounds as of the first call. With low == high it is that constant. Give sizes
 * that cannot be 0 a low of 1: n*h / n is h only where n cannot be 0. */
Dim dim_symbol(Foreign name, int64_t low, int64_t high);

/* Division by zero gives 0, with the dividend as remainder. */
Dim dim_add(Dim a, Dim b);
Dim dim_sub(Dim a, Dim b);
Dim dim_mul(Dim a, Dim b);
/* Rounds toward minus infinity; exact quotients of products cancel: (4*n*h) / (2*n) = 2*h. */
Dim dim_floordiv(Dim a, Dim b);
Dim dim_ceildiv(Dim a, Dim b);
Dim dim_mod(Dim a, Dim b); /* the sign of b, so that a = b * floordiv(a, b) + mod(a, b) */
Dim dim_min(Dim a, Dim b);
Dim dim_max(Dim a, Dim b);

bool dim_is_const(Dim d);
bool dim_is(Dim d, int64_t value); /* the constant `value`? */
int64_t dim_value(Dim d);          /* of a constant */
int64_t dim_low(Dim d);            /* bounds over all values of the symbols */
int64_t dim_high(Dim d);
bool dim_divides(Dim divisor, Dim d); /* known to divide without remainder */
int dim_compare(Dim a, Dim b);        /* a total order for stable output; not by value */

/* The value with every symbol replaced by value_of(name, context). */
int64_t dim_eval(Dim d, int64_t (*value_of)(Foreign name, void *context), void *context);

/* The expression with symbol `name` replaced by `replacement`, whose values must lie within the symbol's bounds. */
Dim dim_substitute(Dim d, Foreign name, Dim replacement);

/* Calls visit(name, context) for each symbol, once each, in order of first appearance in the normal form. */
void dim_symbols(Dim d, void (*visit)(Foreign name, void *context), void *context);

/* As human-readable text ("2*batch + 1", "floor(h/2)", "min(a, b)"), allocated from the pool. */
Foreign dim_text(Dim d);

/* As a C expression of type int32_t over variables of the symbols' names mapped by c_name; helpers
 * dim_floordiv_i32, dim_ceildiv_i32, dim_mod_i32, dim_min_i32, dim_max_i32 are used where plain C differs (division of
 * possibly negative numbers); where the operands are known to be >= 0, plain `/` and `%` are written.
 * The helpers must give what dim_eval does, also for a divisor of 0. Nothing here checks that values and partial
 * results fit into int32_t. Parenthesised so that it can stand as an operand of any operator. */
const char *dim_c_text(Dim d, const char *(*c_name)(Foreign symbol, void *context), void *context);

/* The expression that *text begins with, which is advanced to what follows it: + - * / // % and parentheses, min, max,
 * floor; dividing rounds down. A name is what `lookup` gives for it; NULL: there is none. *error is NULL, or what is
 * wrong, and the result then means nothing. */
typedef Dim DimLookup(Foreign name, void *context);
Dim dim_parse(Foreign *text, DimLookup *lookup, void *context, const char **error);

/* Is the text, all of it, an expression, more than a name, of names that `is_name` doesn't give NULL for? */
bool dim_is_expression(Foreign text, DimLookup *is_name, void *context);

void dim_reset(void); /* forgets all expressions; call together with mem_free_all */

#endif
