/* dim_node.c: expressions are hash-consed: dim_intern() is the only place that makes one, and it
 * makes no structure twice. */
#include "dim/dim_expr.h"
#include "base/base.h"

#include <string.h>

enum { SMALL_LOW = -16, SMALL_COUNT = 4096 }; /* constants found without hashing */

static Dim small_consts[SMALL_COUNT];
static struct DimExpr **table; /* open addressing; the size is a power of two */
static size_t table_size, table_used;

static uint32_t mix(uint32_t hash, uint64_t word)
{
    uint64_t product = (hash ^ word) * UINT64_C(0x9e3779b97f4a7c15);
    return (uint32_t)(product >> 32) ^ (uint32_t)product;
}

static uint32_t hash_of(const struct DimExpr *e)
{
    uint32_t hash = mix(mix(1, (uint64_t)e->kind), (uint64_t)e->value);
    if (e->kind == SYMBOL) hash = mix(hash, foreign_hash(e->name));
    for (int i = 0; i < e->count; i++) hash = mix(mix(hash, (uint64_t)e->parts[i].number), e->parts[i].dim->hash);
    return hash;
}

static bool same(const struct DimExpr *a, const struct DimExpr *b)
{
    if (a->hash != b->hash || a->kind != b->kind || a->value != b->value || a->count != b->count) return false;
    if (a->kind == SYMBOL) return foreign_equal(a->name, b->name);
    for (int i = 0; i < a->count; i++)
        if (a->parts[i].number != b->parts[i].number || a->parts[i].dim != b->parts[i].dim) return false;
    return true;
}

/* Where `e` is in the table, or the free place for it. */
static struct DimExpr **find(const struct DimExpr *e)
{
    size_t i = e->hash & (table_size - 1);
    while (table[i] && !same(table[i], e)) i = (i + 1) & (table_size - 1);
    return &table[i];
}

static void grow_table(void)
{
    struct DimExpr **old = table;
    size_t old_size = table_size;
    table_size = old_size ? old_size * 2 : 1024;
    table = mem_array(table_size, sizeof *table);
    for (size_t i = 0; i < old_size; i++)
        if (old[i]) *find(old[i]) = old[i];
}

/* A copy of `e` that lasts. */
static struct DimExpr *new_node(const struct DimExpr *e)
{
    struct DimExpr *node = mem_dup(e, sizeof *e);
    node->parts = mem_dup(e->parts, (size_t)e->count * sizeof *e->parts);
    if (e->kind == SYMBOL) node->name = foreign_part(e->name, 0, foreign_length(e->name));
    node->self = (Part){1, node};
    node->memo = mem_alloc(sizeof *node->memo);
    return node;
}

Dim dim_intern(struct DimExpr e)
{
    if (table_used >= table_size / 2) grow_table();
    e.hash = hash_of(&e);
    struct DimExpr **place = find(&e);
    if (!*place) {
        *place = new_node(&e);
        table_used++;
    }
    return *place;
}

Dim dim_atom(DimKind kind, const Part *operands, int count, Range range)
{
    if (range.low == range.high && !is_infinite(range.low)) return dim_const(range.low);
    return dim_intern((struct DimExpr){.kind = kind, .count = count, .parts = operands, .range = range});
}

Dim dim_binary(DimKind kind, Dim a, Dim b, Range range)
{
    Part operands[] = {{1, a}, {1, b}};
    return dim_atom(kind, operands, 2, range);
}

Dim dim_const(int64_t value)
{
    value = clamp(value);
    struct DimExpr e = {.kind = CONST, .value = value, .range = {value, value}};
    if (value < SMALL_LOW || value >= SMALL_LOW + SMALL_COUNT) return dim_intern(e);
    Dim *small = &small_consts[value - SMALL_LOW];
    if (!*small) *small = dim_intern(e);
    return *small;
}

/* A symbol that can only have one value is that constant. */
Dim dim_symbol(Foreign name, int64_t low, int64_t high)
{
    Range range = {clamp(low), clamp(max(low, high))};
    Dim symbol = dim_intern((struct DimExpr){.kind = SYMBOL, .name = name, .range = range});
    return symbol->range.low == symbol->range.high ? dim_const(symbol->range.low) : symbol;
}

void dim_reset(void)
{
    memset(small_consts, 0, sizeof small_consts);
    table = NULL;
    table_size = table_used = 0;
}

/* Structure decides. Where parts differ only the first such pair is followed, so the cost is the depth. */
int dim_compare(Dim a, Dim b)
{
    while (a != b) {
        if (a->kind != b->kind) return order(a->kind, b->kind);
        if (a->kind == SYMBOL) return foreign_order(a->name, b->name);
        if (a->value != b->value) return order(a->value, b->value);
        if (a->count != b->count) return order(a->count, b->count);
        int i = 0;
        while (a->parts[i].number == b->parts[i].number && a->parts[i].dim == b->parts[i].dim) i++;
        if (a->parts[i].number != b->parts[i].number) return order(a->parts[i].number, b->parts[i].number);
        Dim next_a = a->parts[i].dim, next_b = b->parts[i].dim;
        a = next_a;
        b = next_b;
    }
    return 0;
}
