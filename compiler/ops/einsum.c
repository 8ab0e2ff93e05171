/* Einsum: https://onnx.ai/onnx/operators/onnx__Einsum.html
 *
 * Every axis of an operand has a label: a letter, or its place in the ellipsis counted from the right. Operands are
 * contracted from left to right, two at a time. A contraction whose labels fall into those of a matrix product (m, n, k
 * and a batch) is one, in place, whatever the strides; any other is a plain sum of products. As in numpy, an axis of
 * one element broadcasts. */
#include "op/op.h"
#include "ops/shared/shared.h"

#include <ctype.h>
#include <string.h>

enum { LETTERS = 52, LABELS = LETTERS + MAX_RANK, NO_ELLIPSIS = -1 };

typedef struct {
    int rank, label[MAX_RANK];
} Term;

typedef struct {
    int n_in;
    Term *in, out;
    Dim extent[LABELS]; /* NULL: not used */
} Equation;

/* -- reading ----------------------------------------------------------------------------------- */

/* A term as written: letters with `ellipsis` of them in front of the dots. */
typedef struct {
    int letters, letter[MAX_RANK], ellipsis;
} Written;

/* In ASCII order, so that sorted labels are sorted letters. */
static int letter_label(char c)
{
    return isupper((unsigned char)c) ? c - 'A' : 26 + c - 'a';
}

static char next(Foreign s)
{
    return foreign_at(s, 0);
}

static void skip(Foreign *s, size_t count)
{
    *s = foreign_from(*s, count);
}

static bool read_term(Node *n, Foreign *s, Written *w)
{
    *w = (Written){.ellipsis = NO_ELLIPSIS};
    for (;; skip(s, 1)) {
        while (next(*s) == ' ') skip(s, 1);
        unsigned char c = (unsigned char)next(*s);
        if (!c || c == ',' || c == '-') return true;
        if (foreign_starts(*s, "...") && w->ellipsis == NO_ELLIPSIS) {
            w->ellipsis = w->letters;
            skip(s, 2);
        } else if (isalpha(c) && c < 128 && w->letters < MAX_RANK) {
            w->letter[w->letters++] = letter_label((char)c);
        } else {
            node_error(n,
                       "equation \"%s\": can't be read at \"%s\", expected letters and at most one ellipsis per term",
                       shown(attr_string(n, "equation", "")), shown(*s));
            return false;
        }
    }
}

/* The labels of a written term that stands for `rank` axes. */
static Term labels_of(const Written *w, int rank)
{
    Term t = {.rank = rank};
    int dots = rank - w->letters, at = 0;
    for (int i = 0; i <= w->letters; i++) {
        if (i == w->ellipsis)
            for (int k = 0; k < dots; k++) t.label[at++] = LETTERS + dots - 1 - k;
        if (i < w->letters) t.label[at++] = w->letter[i];
    }
    return t;
}

static bool set_extents(Node *n, Equation *e, int operand)
{
    const Shape *shape = &n->in[operand]->type.shape;
    for (int i = 0; i < shape->rank; i++) {
        Dim *extent = &e->extent[e->in[operand].label[i]], d = shape->dim[i];
        if (!*extent || dim_is(*extent, 1)) *extent = d;
        else if (!dim_is(d, 1) &&
                 !need_equal(n, *extent, d,
                             mem_printf("axes of input %d and before that have the same label", operand)))
            return false;
    }
    return true;
}

static bool read_operand(Node *n, Equation *e, int operand, const Written *w, int *ellipsis)
{
    int rank = n->in[operand]->type.shape.rank;
    if (w->ellipsis == NO_ELLIPSIS ? rank != w->letters : rank < w->letters) {
        node_invalid(n, "input %d \"%s\" has rank %d, expected %s%d for its term in \"%s\"", operand,
                     shown(n->in[operand]->name), rank, w->ellipsis == NO_ELLIPSIS ? "" : "at least ", w->letters,
                     shown(attr_string(n, "equation", "")));
        return false;
    }
    e->in[operand] = labels_of(w, rank);
    if (rank - w->letters > *ellipsis) *ellipsis = rank - w->letters;
    return set_extents(n, e, operand);
}

/* The output of an equation without "->": the ellipsis, then what occurs exactly once. */
static bool implicit_output(Node *n, Equation *e, int ellipsis)
{
    int seen[LABELS] = {0};
    for (int t = 0; t < e->n_in; t++)
        for (int i = 0; i < e->in[t].rank; i++) seen[e->in[t].label[i]]++;
    e->out.rank = 0;
    for (int k = ellipsis - 1; k >= 0; k--) e->out.label[e->out.rank++] = LETTERS + k;
    for (int l = 0; l < LETTERS; l++) {
        if (seen[l] != 1) continue;
        if (e->out.rank == MAX_RANK) {
            node_error(n, "the result has more than %d axes, which is not supported", MAX_RANK);
            return false;
        }
        e->out.label[e->out.rank++] = l;
    }
    return true;
}

static bool explicit_output(Node *n, Equation *e, Foreign s, int ellipsis)
{
    Written w;
    if (!read_term(n, &s, &w)) return false;
    int rank = w.letters + (w.ellipsis == NO_ELLIPSIS ? 0 : ellipsis);
    bool good = !next(s) && rank <= MAX_RANK;
    if (good) e->out = labels_of(&w, rank);
    for (int i = 0; good && i < rank; i++) {
        good = e->extent[e->out.label[i]] != NULL;
        for (int k = 0; k < i; k++) good = good && e->out.label[i] != e->out.label[k];
    }
    if (!good)
        node_error(n, "equation \"%s\": expected an output of at most %d different labels that its inputs have",
                   shown(attr_string(n, "equation", "")), MAX_RANK);
    return good;
}

static bool read_equation(Node *n, Equation *e)
{
    Foreign s = attr_string(n, "equation", "");
    int ellipsis = 0;
    *e = (Equation){.n_in = n->n_in, .in = mem_array((size_t)n->n_in + 1, sizeof(Term))};
    for (int i = 0; i < n->n_in; i++) {
        Written w;
        if (!read_term(n, &s, &w) || !read_operand(n, e, i, &w, &ellipsis)) return false;
        bool last = i + 1 == n->n_in;
        if (last == (next(s) == ',')) {
            node_error(n, "equation \"%s\" doesn't have one term for each of the %d inputs",
                       shown(attr_string(n, "equation", "")), n->n_in);
            return false;
        }
        if (!last) skip(&s, 1);
    }
    if (!next(s)) return implicit_output(n, e, ellipsis);
    if (foreign_starts(s, "->")) return explicit_output(n, e, foreign_from(s, 2), ellipsis);
    node_error(n, "equation \"%s\": expected \"->\" at \"%s\"", shown(attr_string(n, "equation", "")), shown(s));
    return false;
}

static Shape shape_of_term(const Equation *e, const Term *t)
{
    Shape s = {.rank = t->rank};
    for (int i = 0; i < t->rank; i++) s.dim[i] = e->extent[t->label[i]];
    return s;
}

static void infer_einsum(Node *n)
{
    static const DType types[] = {DT_FLOAT, DT_DOUBLE, DT_FLOAT16, DT_BFLOAT16, DT_INT8,   DT_INT16,
                                  DT_INT32, DT_INT64,  DT_UINT8,   DT_UINT16,   DT_UINT32, DT_UINT64};
    if (!need_counts(n, 1, -1, 1, 1) || !need_tensor_inputs(n) || !need_type(n, 0, types, 12)) return;
    for (int i = 0; i < n->n_in; i++) {
        if (n->in[i] && need_same_type(n, 0, i)) continue;
        if (!n->in[i]) node_invalid(n, "input %d is omitted, expected a value", i);
        return;
    }
    Equation e;
    if (!read_equation(n, &e)) return;
    Shape y = shape_of_term(&e, &e.out);
    set_out(n, 0, n->in[0]->type.dtype, &y);
}

/* -- contracting ------------------------------------------------------------------------------- */

typedef struct {
    Value *value;
    Term term;
} Operand;

/* An index of the contraction: how often it runs, and what a step of it means in each operand. */
typedef struct {
    Dim extent, a, b, y;
} Axis;
typedef struct {
    int n_out, n_sum;
    Axis out[LABELS], sum[LABELS];
} Axes;

/* Step of a label in an operand: of all its axes with that label together (a diagonal). */
static Dim stride_of(const Operand *o, int label)
{
    Dim stride = dim_const(1), sum = dim_const(0);
    for (int i = o->term.rank - 1; i >= 0; i--) {
        Dim d = o->value->type.shape.dim[i];
        if (o->term.label[i] == label && !dim_is(d, 1)) sum = dim_add(sum, stride);
        stride = dim_mul(stride, d);
    }
    return sum;
}

static bool has_label(const Term *t, int label)
{
    for (int i = 0; i < t->rank; i++)
        if (t->label[i] == label) return true;
    return false;
}

/* Adds an index, as part of the one before where all operands allow it. Those that run once are left out. */
static void add_axis(Axis *axes, int *count, Axis x)
{
    if (dim_is(x.extent, 1)) return;
    Axis *last = *count ? &axes[*count - 1] : NULL;
    if (last && last->a == dim_mul(x.a, x.extent) && last->b == dim_mul(x.b, x.extent) &&
        last->y == dim_mul(x.y, x.extent)) {
        x.extent = dim_mul(x.extent, last->extent);
        *last = x;
        return;
    }
    axes[(*count)++] = x;
}

/* b may be NULL. */
static Axes axes_of(const Equation *e, const Operand *a, const Operand *b, const Operand *y)
{
    Axes x = {0};
    Dim none = dim_const(0);
    for (int i = 0; i < y->term.rank; i++) {
        int l = y->term.label[i];
        add_axis(x.out, &x.n_out, (Axis){e->extent[l], stride_of(a, l), b ? stride_of(b, l) : none, stride_of(y, l)});
    }
    bool done[LABELS] = {false};
    for (int which = 0; which < 2; which++) {
        const Operand *o = which ? b : a;
        for (int i = 0; o && i < o->term.rank; i++) {
            int l = o->term.label[i];
            if (done[l] || has_label(&y->term, l)) continue;
            done[l] = true;
            add_axis(x.sum, &x.n_sum, (Axis){e->extent[l], stride_of(a, l), b ? stride_of(b, l) : none, none});
        }
    }
    return x;
}

static void lower_sum(Node *n, const Operand *a, const Operand *b, const Operand *y, const Axes *x)
{
    Dim rows[3 * LABELS + 3], terms = dim_const(1);
    int count = 0, outer = x->n_sum ? x->n_sum - 1 : 0;
    for (int i = 0; i < x->n_out + x->n_sum; i++) {
        const Axis *axis = i < x->n_out ? &x->out[i] : &x->sum[i - x->n_out];
        if (i >= x->n_out && i < x->n_out + outer) terms = dim_mul(terms, axis->extent);
        rows[count++] = axis->extent;
        rows[count++] = axis->a;
        rows[count++] = axis->b;
    }
    if (!x->n_sum) /* nothing to sum: one term */
        for (int i = 0; i < 3; i++) rows[count++] = dim_const(i == 0);
    Step *s = step_call(n, "einsum_%s%s", b ? "" : "one_", dtype_suffix(y->value->type.dtype));
    arg_in(s, "a", a->value);
    if (b) arg_in(s, "b", b->value);
    arg_out(s, "y", y->value);
    arg_dim(s, "count", elements(y->value));
    arg_int(s, "rank", x->n_out);
    arg_dim(s, "terms", terms);
    arg_int(s, "sums", outer);
    arg_dims(s, "axes", count, rows);
    Dim inner = x->n_sum ? x->sum[x->n_sum - 1].extent : dim_const(1);
    if (b) s->macs = dim_high(dim_mul(dim_mul(elements(y->value), terms), inner));
}

/* The contraction as a matrix product with n along the last axis of y; false if it is none. */
static bool product_of_axes(const Axes *x, const Operand *a, const Operand *b, const Operand *y, Product *p)
{
    if (x->n_out == 0 || x->n_sum > 1) return false;
    const Axis *last = &x->out[x->n_out - 1];
    if (!dim_is(last->a, 0) || !dim_is(last->y, 1)) return false;
    Dim one = dim_const(1), none = dim_const(0);
    Axis k = x->n_sum ? x->sum[0] : (Axis){one, none, none, none};
    if (!dim_is(last->b, 1) && !(x->n_sum && dim_is(k.b, 1))) return false;
    *p = product_of(a->value, b->value, y->value, one, last->extent, k.extent);
    p->a_col = k.a;
    p->b_row = k.b;
    p->b_col = last->b;
    bool have_m = false;
    for (int i = x->n_out - 2; i >= 0; i--) {
        const Axis *o = &x->out[i];
        if (!have_m && dim_is(o->b, 0)) {
            have_m = true;
            p->m = o->extent;
            p->a_row = o->a;
            p->y_row = o->y;
        }
    }
    for (int i = 0, taken = 0; i < x->n_out - 1; i++) {
        const Axis *o = &x->out[i];
        if (have_m && !taken && o->y == p->y_row) {
            taken = 1;
            continue;
        }
        int r = p->batch_rank++;
        p->batch[r] = o->extent;
        p->a_batch[r] = o->a;
        p->b_batch[r] = o->b;
        p->y_batch[r] = o->y;
    }
    return p->batch_rank <= MAX_RANK;
}

static Axes swapped(Axes x)
{
    for (int i = 0; i < x.n_out + x.n_sum; i++) {
        Axis *axis = i < x.n_out ? &x.out[i] : &x.sum[i - x.n_out];
        Dim a = axis->a;
        axis->a = axis->b;
        axis->b = a;
    }
    return x;
}

static void lower_pair(Node *n, const Equation *e, const Operand *a, const Operand *b, const Operand *y)
{
    Axes x = axes_of(e, a, b, y), reversed = swapped(x);
    Product p;
    if (product_of_axes(&x, a, b, y, &p) || product_of_axes(&reversed, b, a, y, &p)) lower_product(n, &p);
    else lower_sum(n, a, b, y, &x);
}

/* Whether a label is used by the output or by an operand other than `but`, from operand `from` on. */
static bool needed(const Equation *e, int label, int from, int but)
{
    if (has_label(&e->out, label)) return true;
    for (int i = from; i < e->n_in; i++)
        if (i != but && has_label(&e->in[i], label)) return true;
    return false;
}

static Operand intermediate(Node *n, const Equation *e, const Term *t)
{
    Shape shape = shape_of_term(e, t);
    Value *v = scratch(n, "partial", n->out[0]->type.dtype, shape_elements(&shape));
    v->type.shape = shape;
    return (Operand){v, *t};
}

/* Labels that only this operand has are summed before it meets the others. */
static Operand reduced(Node *n, const Equation *e, int operand)
{
    Operand o = {n->in[operand], e->in[operand]};
    Term kept = {0};
    bool sums = false;
    for (int i = 0; i < o.term.rank; i++) {
        bool keep = needed(e, o.term.label[i], 0, operand);
        if (keep && !has_label(&kept, o.term.label[i])) kept.label[kept.rank++] = o.term.label[i];
        sums = sums || !keep;
    }
    if (!sums) return o;
    /* What is left of a broadcast label has the operand's own extent. */
    Equation own = *e;
    memset(own.extent, 0, sizeof own.extent);
    for (int i = 0; i < o.term.rank; i++) {
        Dim *extent = &own.extent[o.term.label[i]], d = o.value->type.shape.dim[i];
        if (!*extent || dim_is(*extent, 1)) *extent = d;
    }
    Operand y = intermediate(n, &own, &kept);
    Axes x = axes_of(&own, &o, NULL, &y);
    lower_sum(n, &o, NULL, &y, &x);
    return y;
}

static bool contracted_term(Node *n, const Equation *e, const Operand *a, const Operand *b, int next, Term *t)
{
    *t = (Term){0};
    for (int which = 0; which < 2; which++) {
        const Term *from = which ? &b->term : &a->term;
        for (int i = 0; i < from->rank; i++) {
            int l = from->label[i];
            if (has_label(t, l) || !needed(e, l, next, -1)) continue;
            if (t->rank == MAX_RANK) {
                node_error(n, "equation \"%s\": an intermediate product has more than %d axes, which is not supported",
                           shown(attr_string(n, "equation", "")), MAX_RANK);
                return false;
            }
            t->label[t->rank++] = l;
        }
    }
    return true;
}

static void lower_einsum(Node *n)
{
    Equation e;
    if (!read_equation(n, &e)) return;
    Operand y = {n->out[0], e.out};
    if (e.n_in == 1) {
        Operand a = {n->in[0], e.in[0]};
        Axes x = axes_of(&e, &a, NULL, &y);
        lower_sum(n, &a, NULL, &y, &x);
        return;
    }
    Operand sum = reduced(n, &e, 0);
    for (int i = 1; i < e.n_in; i++) {
        Operand next = reduced(n, &e, i), result = y;
        Term t;
        if (i + 1 < e.n_in) {
            if (!contracted_term(n, &e, &sum, &next, i + 1, &t)) return;
            result = intermediate(n, &e, &t);
        }
        lower_pair(n, &e, &sum, &next, &result);
        sum = result;
    }
}

const Op ops_einsum[] = {
    {.name = "Einsum", .domain = "", .since = 12, .infer = infer_einsum, .lower = lower_einsum},
    {0},
};
