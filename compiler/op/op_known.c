/* Values of inputs that are known at compile time. */
#include "op/doors.h"
#include "op/op.h"

#include "base/base.h"

#include <string.h>

/* Shapes, axes and pads are short; a longer integer constant is data, and not worth an expression for each element. */
enum { MAX_KNOWN_DIMS = 1 << 16 };

static Dim *dims_of_data(const Value *v, int count)
{
    Dim *dims = mem_array((size_t)count + 1, sizeof *dims);
    for (int i = 0; i < count; i++) dims[i] = dim_const(const_as_int(v, i));
    return dims;
}

static bool all_known(Dim *dims, int count)
{
    for (int i = 0; i < count; i++)
        if (!dims[i]) return false;
    return true;
}

int known_dims(const Value *v, Dim **dims)
{
    *dims = NULL;
    if (!v || v->type.kind != KIND_TENSOR || !shape_is_const(&v->type.shape) || value_count(v) > MAX_KNOWN_DIMS)
        return -1;
    int count = (int)value_count(v);
    if (v->elements) *dims = v->elements;
    else if (v->data && (v->type.dtype == DT_INT64 || v->type.dtype == DT_INT32)) *dims = dims_of_data(v, count);
    return *dims && all_known(*dims, count) ? count : -1;
}

static void need_known(Node *n, int input, const char *what)
{
    const Value *v = input_of(n, input);
    if (!v) node_invalid(n, "input %d is omitted, expected %s", input, what);
    else
        node_error(
            n,
            "input %d \"%s\" is only known at run time, expected %s; make it a constant, or fix the dimensions it is "
            "computed from with --dim NAME=N",
            input, shown(v->name), what);
}

enum { MOST_VISITS = 256 };

/* -- elements that are read at run time -------------------------------------------------------- */

static bool is_readable(const Value *v)
{
    enum { MOST_READ = 16 };
    bool computed = v && (v->producer || (v->is_input && !v->graph->parent)); /* lower_reads comes by */
    return computed && v->type.kind == KIND_TENSOR && (v->type.dtype == DT_INT64 || v->type.dtype == DT_INT32) &&
           !v->elements && shape_is_const(&v->type.shape) && value_count(v) <= MOST_READ;
}

/* Gives every element of v a symbol within the bounds that --dim NAME[i]=LO..HI states; false if one is missing. The
 * symbols are read, and checked, where v is computed (see lower_reads). */
static bool bind_elements(Node *n, Value *v)
{
    if (!is_readable(v)) return false;
    int count = (int)value_count(v);
    const DimOption **bounds = mem_array((size_t)count + 1, sizeof *bounds);
    for (int i = 0; i < count; i++) {
        bounds[i] = bounds_of(n->graph->model, element_option(v, i));
        if (!bounds[i]) return false;
    }
    v->elements = mem_array((size_t)count + 1, sizeof *v->elements);
    v->is_read = true;
    for (int i = 0; i < count; i++)
        v->elements[i] = bounds[i]->low == bounds[i]->high
                             ? dim_const(bounds[i]->low)
                             : local_symbol(n, bounds[i]->name, bounds[i]->low, bounds[i]->high);
    return true;
}

bool read_within(Node *n, int input, int64_t low, int64_t high)
{
    Value *v = input_of(n, input);
    if (!is_readable(v)) return false;
    int count = (int)value_count(v);
    v->elements = mem_array((size_t)count + 1, sizeof *v->elements);
    v->is_read = true;
    for (int i = 0; i < count; i++) v->elements[i] = local_symbol(n, foreign_suffixed(v->wanted, "[%d]", i), low, high);
    return true;
}

void assume_elements(Node *n, int input, const int64_t *values)
{
    Value *v = n->in[input];
    int count = (int)value_count(v);
    Dim *dims = mem_array((size_t)count + 1, sizeof *dims);
    for (int i = 0; i < count; i++) dims[i] = dim_const(values[i]);
    v->elements = dims;
    v->is_read = true;
}

/* Sizes may be computed from what is read: a search up the graph for values with bounds. */
typedef struct {
    int visits;
    const Value *missing[4];
    int n_missing;
} Search;

static void note_missing(Search *s, const Value *v)
{
    enum { MOST = sizeof s->missing / sizeof *s->missing };
    for (int i = 0; i < s->n_missing; i++)
        if (s->missing[i] == v) return;
    if (s->n_missing < MOST) s->missing[s->n_missing++] = v;
}

/* Are the elements of v known, or known now that something they are computed from is read? */
static bool propagate_to(Node *n, Value *v, Search *s)
{
    Dim *dims;
    if (!v || value_is_const(v) || known_dims(v, &dims) >= 0) return v != NULL;
    if (bind_elements(n, v)) return true;
    if (v->type.kind != KIND_TENSOR || dtype_is_float(v->type.dtype) || !s->visits) return false;
    s->visits--;
    Node *p = v->producer;
    int missing = s->n_missing;
    if (p && p->op && !p->failed && (p->op->elements || p->op->flags & OP_MOVES)) {
        for (int i = 0; i < p->n_in; i++) propagate_to(n, p->in[i], s);
        doors.propagate_values(p);
    }
    bool known = value_is_const(v) || known_dims(v, &dims) >= 0;
    if (!known && s->n_missing == missing && is_readable(v)) note_missing(s, v);
    return known;
}

static const char *wanted_bounds(const Search *s)
{
    const char *text = "";
    for (int i = 0; i < s->n_missing; i++) {
        long long count = (long long)value_count(s->missing[i]);
        text = mem_printf("%s%s--dim %s", text, i ? ", " : "",
                          in_shell(foreign_suffixed(element_option(s->missing[i], 0), "=1..8")));
        if (count > 1) text = mem_printf("%s and the like for each of its %lld elements", text, count);
    }
    return text;
}

bool can_propagate(Node *n, int input)
{
    Dim *dims;
    return propagate_to(n, input_of(n, input), &(Search){.visits = MOST_VISITS}) &&
           known_dims(n->in[input], &dims) >= 0;
}

int need_dims(Node *n, int input, Dim **dims)
{
    Value *v = input_of(n, input);
    Search s = {.visits = MOST_VISITS};
    int count = propagate_to(n, v, &s) ? known_dims(v, dims) : -1;
    if (count >= 0) return count;
    if (s.n_missing)
        node_error(n,
                   "input %d \"%s\" decides a size and is known only at run time, expected a constant, arithmetic on "
                   "shapes, or bounds: add %s",
                   input, shown(value_model_name(v)), wanted_bounds(&s));
    else need_known(n, input, "integers known at compile time");
    return -1;
}

static bool ints_of_data(const Value *v, int64_t **values, int64_t count)
{
    *values = mem_array((size_t)count + 1, sizeof **values);
    for (int64_t i = 0; i < count; i++) (*values)[i] = const_as_int(v, i);
    return true;
}

static bool ints_of_dims(const Value *v, int64_t **values)
{
    Dim *dims;
    int count = known_dims(v, &dims);
    *values = mem_array((size_t)(count < 0 ? 0 : count) + 1, sizeof **values);
    for (int i = 0; i < count; i++) {
        if (!dim_is_const(dims[i])) return false;
        (*values)[i] = dim_value(dims[i]);
    }
    return count >= 0;
}

int need_ints(Node *n, int input, int64_t **values)
{
    const Value *v = input_of(n, input);
    *values = NULL;
    if (v && v->data && value_count(v) <= INT32_MAX && dtype_is_integer(v->type.dtype)
            ? ints_of_data(v, values, value_count(v))
            : ints_of_dims(v, values))
        return (int)value_count(v);
    need_known(n, input, "constant integers");
    return -1;
}

bool known_scalar(const Value *v, double *value)
{
    if (!v || !v->data || v->type.kind != KIND_TENSOR || value_count(v) != 1 || !number_has(v->type.dtype))
        return false;
    *value = const_as_double(v, 0);
    return true;
}

double const_as_double(const Value *v, int64_t index)
{
    return number_real(v->type.dtype, v->data, index);
}

int64_t const_as_int(const Value *v, int64_t index)
{
    return number_int(v->type.dtype, v->data, index);
}
