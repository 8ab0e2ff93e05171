/* forest: decision trees become tables in preorder. */
#include "ops/shared/forest.h"

#include "ops/shared/ml_labels.h"

#include <string.h>

int forest_node(Forest *f, TreeNode node)
{
    mem_grow(&f->nodes, &f->cap_nodes, f->n_nodes + 1, sizeof *f->nodes);
    f->nodes[f->n_nodes] = node;
    return f->n_nodes++;
}

/* A leaf's votes keep their order. */
void forest_vote(Forest *f, int node, int target, double weight)
{
    mem_grow(&f->votes, &f->cap_votes, f->n_votes + 1, sizeof *f->votes);
    int *link = &f->nodes[node].votes;
    while (*link >= 0) link = &f->votes[*link].next;
    *link = f->n_votes;
    f->votes[f->n_votes++] = (Vote){target, weight, -1};
}

void forest_root(Forest *f, int node)
{
    mem_grow(&f->roots, &f->cap_roots, f->n_roots + 1, sizeof *f->roots);
    f->roots[f->n_roots++] = node;
}

/* -- checking ---------------------------------------------------------------------------------- */

static bool bad_tree(Node *n, const char *what)
{
    node_invalid(n, "its nodes are no trees: %s", what);
    return false;
}

static bool check_node(Node *n, const Forest *f, const TreeNode *node, int64_t features, int targets)
{
    if (node->mode != MODE_LEAF && (node->feature < 0 || node->feature >= features))
        return bad_tree(n, mem_printf("one compares feature %d of %lld", node->feature, (long long)features));
    for (int v = node->mode == MODE_LEAF ? node->votes : -1; v >= 0; v = f->votes[v].next)
        if (f->votes[v].target < 0 || f->votes[v].target >= targets)
            return bad_tree(n, mem_printf("a leaf votes for target %d of %d", f->votes[v].target, targets));
    return true;
}

/* Every interior node is met at most once on the way down from the roots. */
bool forest_check(Node *n, const Forest *f, int64_t features, int targets)
{
    char *met = mem_alloc((size_t)f->n_nodes + 1);
    int *stack = mem_array((size_t)f->n_nodes + 2, sizeof *stack);
    for (int r = 0; r < f->n_roots; r++) {
        int depth = 0;
        for (stack[depth++] = f->roots[r]; depth;) {
            int at = stack[--depth];
            if (at < 0 || at >= f->n_nodes) return bad_tree(n, "a branch leads nowhere");
            const TreeNode *node = &f->nodes[at];
            if (!check_node(n, f, node, features, targets)) return false;
            if (node->mode == MODE_LEAF) continue;
            if (met[at]) return bad_tree(n, "two branches lead to the same node");
            met[at] = 1;
            stack[depth++] = node->if_false;
            stack[depth++] = node->if_true;
        }
    }
    return true;
}

/* -- tables ------------------------------------------------------------------------------------ */

typedef struct {
    int count, capacity;
    double *value;
    uint32_t *tag, *skip;
    int tag_capacity, skip_capacity;
    uint32_t largest;
} Table;

static int add_entry(Table *t, double value, uint32_t tag, uint32_t skip)
{
    mem_grow(&t->value, &t->capacity, t->count + 1, sizeof *t->value);
    mem_grow(&t->tag, &t->tag_capacity, t->count + 1, sizeof *t->tag);
    mem_grow(&t->skip, &t->skip_capacity, t->count + 1, sizeof *t->skip);
    t->value[t->count] = value;
    t->tag[t->count] = tag;
    t->skip[t->count] = skip;
    if (tag > t->largest) t->largest = tag;
    return t->count++;
}

static void add_leaf(Table *t, const Forest *f, const TreeNode *leaf)
{
    int last = -1;
    for (int v = leaf->votes; v >= 0; v = f->votes[v].next) {
        const Vote *vote = &f->votes[v];
        if (f->sums && !(vote->weight < 0) && !(vote->weight > 0)) continue;
        if (last >= 0) t->skip[last] = 1;
        last = add_entry(t, vote->weight, (uint32_t)vote->target * 16 + MODE_LEAF, 0);
    }
    if (last < 0) add_entry(t, 0, 8 + MODE_LEAF, 0);
}

/* Entries of an interior node: one; membership is a chain of "is none of them", which all leave for the
 * branch where it is true. */
static int add_comparisons(Table *t, const TreeNode *node)
{
    uint32_t feature = (uint32_t)node->feature * 16;
    if (node->mode != MODE_MEMBER) {
        add_entry(t, node->value, feature + (node->missing_true ? 8 : 0) + (uint32_t)node->mode, 0);
        return 1;
    }
    int count = node->n_members ? node->n_members : 1;
    for (int i = 0; i < count; i++) /* nothing equals NaN */
        add_entry(t, node->n_members ? node->members[i] : (double)NAN,
                  feature + (node->missing_true ? 0 : 8) + MODE_NEQ, 0);
    return count;
}

/* What is still to be written, and the entries [from, from + count) whose skip leads to it. */
typedef struct {
    int node, from, count;
} Pending;

static void add_tree(Table *t, const Forest *f, int root, Pending *stack)
{
    int depth = 0;
    for (stack[depth++] = (Pending){root, 0, 0}; depth;) {
        Pending p = stack[--depth];
        for (int i = p.from; i < p.from + p.count; i++) {
            t->skip[i] = (uint32_t)(t->count - i);
            if (t->skip[i] > t->largest) t->largest = t->skip[i];
        }
        const TreeNode *node = &f->nodes[p.node];
        if (node->mode == MODE_LEAF) {
            add_leaf(t, f, node);
            continue;
        }
        int from = t->count, count = add_comparisons(t, node);
        bool member = node->mode == MODE_MEMBER;
        stack[depth++] = (Pending){member ? node->if_true : node->if_false, from, count};
        stack[depth++] = (Pending){member ? node->if_false : node->if_true, 0, 0};
    }
}

/* Small trees in small integers. */
static Value *integers(Node *n, const char *name, const Table *t, const uint32_t *from)
{
    bool narrow = t->largest <= UINT16_MAX;
    Shape shape = shape_const(1, (int64_t[]){t->count});
    void *data = mem_array((size_t)t->count + 1, narrow ? 2 : 4);
    for (int i = 0; i < t->count; i++) {
        if (narrow) ((uint16_t *)data)[i] = (uint16_t)from[i];
        else ((uint32_t *)data)[i] = from[i];
    }
    return value_const(n->graph, foreign_suffixed(foreign_or(n->name, n->op_type), "/%s", name),
                       narrow ? DT_UINT16 : DT_UINT32, &shape, data);
}

ForestTables forest_tables(Node *n, const Forest *f, DType t)
{
    Table table = {0};
    Pending *stack = mem_array((size_t)f->n_nodes + 2, sizeof *stack);
    int32_t *roots = mem_array((size_t)f->n_roots + 1, sizeof *roots);
    for (int i = 0; i < f->n_roots; i++) {
        roots[i] = table.count;
        add_tree(&table, f, f->roots[i], stack);
    }
    Shape shape = shape_const(1, (int64_t[]){f->n_roots});
    ForestTables made = {.tag = integers(n, "tag", &table, table.tag)};
    made.skip = integers(n, "skip", &table, table.skip);
    made.value = floats_const(n, "value", t, 1, (int64_t[]){table.count}, table.value, "of all trees, in preorder");
    made.roots = value_const(n->graph, foreign_suffixed(foreign_or(n->name, n->op_type), "/roots"), DT_INT32, &shape,
                             roots);
    return made;
}
