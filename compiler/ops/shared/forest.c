/* forest: decision trees become tables in preorder.
 *
 * Branches may meet again: exporters share what follows a set of categories, each a comparison of its own. What is
 * shared stands where the last of its branches leads to it, so that all skips lead on; a true branch that ends before
 * that becomes a comparison with NaN, which is false, and whose skip leads there. */
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
    TreeNode *leaf = &f->nodes[node];
    if (leaf->votes < 0) leaf->votes = f->n_votes;
    else f->votes[leaf->last_vote].next = f->n_votes;
    leaf->last_vote = f->n_votes;
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

static bool is_node(const Forest *f, int at)
{
    return at >= 0 && at < f->n_nodes;
}

static bool check_node(Node *n, const Forest *f, const TreeNode *node, int64_t features, int targets)
{
    if (node->mode != MODE_LEAF && (node->feature < 0 || node->feature >= features))
        return bad_tree(n, mem_printf("one compares feature %d of %lld", node->feature, (long long)features));
    if (node->mode != MODE_LEAF && !(is_node(f, node->if_true) && is_node(f, node->if_false)))
        return bad_tree(n, "a branch leads nowhere");
    for (int v = node->mode == MODE_LEAF ? node->votes : -1; v >= 0; v = f->votes[v].next)
        if (f->votes[v].target < 0 || f->votes[v].target >= targets)
            return bad_tree(n, mem_printf("a leaf votes for target %d of %d", f->votes[v].target, targets));
    return true;
}

/* A node on the way down, and again once all below it is done. */
typedef struct {
    int node;
    bool done;
} Visit;

static int visit_branches(const TreeNode *node, int at, Visit *stack, int depth)
{
    stack[depth++] = (Visit){at, true};
    stack[depth++] = (Visit){node->if_false, false};
    stack[depth++] = (Visit){node->if_true, false};
    return depth;
}

bool forest_check(Node *n, const Forest *f, int64_t features, int targets)
{
    enum { NEW, OPEN, DONE };
    char *state = mem_alloc((size_t)f->n_nodes + 1);
    Visit *stack = mem_array(3 * (size_t)f->n_nodes + 2, sizeof *stack);
    for (int r = 0; r < f->n_roots; r++) {
        int depth = 0;
        if (!is_node(f, f->roots[r])) return bad_tree(n, "a root is none of them");
        for (stack[depth++] = (Visit){f->roots[r], false}; depth;) {
            Visit v = stack[--depth];
            const TreeNode *node = &f->nodes[v.node];
            if (v.done) state[v.node] = DONE;
            if (state[v.node] == DONE) continue;
            if (state[v.node] == OPEN) return bad_tree(n, "a branch leads back to a node that it comes from");
            if (!check_node(n, f, node, features, targets)) return false;
            state[v.node] = node->mode == MODE_LEAF ? DONE : OPEN;
            if (node->mode != MODE_LEAF) depth = visit_branches(node, v.node, stack, depth);
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

/* A branch: the node it leads to, and the entries [from, from + count) whose skip is it. */
typedef struct {
    int node, from, count;
    int next; /* of those that lead to the same node */
} Branch;

typedef struct {
    Table table;
    const Forest *forest;
    int *open;  /* by node: branches to it that are not written yet */
    int *place; /* by node: where it stands in the table, or -1 */
    int *skips; /* by node: the first of the branches to it, or -1 */
    int n_branches, cap_branches;
    Branch *branches; /* those that are written */
    Branch *stack;    /* those that are not */
} Writer;

/* Leaves of one entry are written as often as branches lead there: a jump would be as long. */
static bool is_copied(const Forest *f, int at)
{
    const TreeNode *node = &f->nodes[at];
    return node->mode == MODE_LEAF && (node->votes < 0 || f->votes[node->votes].next < 0);
}

static void count_branches(Writer *w)
{
    const Forest *f = w->forest;
    char *seen = mem_alloc((size_t)f->n_nodes + 1);
    int *stack = mem_array(2 * (size_t)f->n_nodes + 2, sizeof *stack);
    for (int r = 0; r < f->n_roots; r++) {
        int depth = 0;
        for (stack[depth++] = f->roots[r]; depth;) {
            int at = stack[--depth];
            const TreeNode *node = &f->nodes[at];
            if (seen[at] || node->mode == MODE_LEAF) continue;
            seen[at] = 1;
            if (!is_copied(f, node->if_true)) w->open[node->if_true]++;
            if (!is_copied(f, node->if_false)) w->open[node->if_false]++;
            stack[depth++] = node->if_false;
            stack[depth++] = node->if_true;
        }
    }
}

/* All branches to the node lead to the next entry. */
static void place_node(Writer *w, int at)
{
    Table *t = &w->table;
    w->place[at] = t->count;
    for (int b = w->skips[at]; b >= 0; b = w->branches[b].next)
        for (int i = w->branches[b].from; i < w->branches[b].from + w->branches[b].count; i++) {
            t->skip[i] = (uint32_t)(t->count - i);
            if (t->skip[i] > t->largest) t->largest = t->skip[i];
        }
    w->skips[at] = -1;
}

/* Is this the last branch to its node, which can be written then? */
static bool add_branch(Writer *w, Branch b)
{
    bool last = --w->open[b.node] <= 0;
    if (!last && b.count == 0) b = (Branch){b.node, add_entry(&w->table, (double)NAN, MODE_EQ, 0), 1, -1};
    mem_grow(&w->branches, &w->cap_branches, w->n_branches + 1, sizeof *w->branches);
    b.next = w->skips[b.node];
    w->skips[b.node] = w->n_branches;
    w->branches[w->n_branches++] = b;
    return last;
}

static void add_tree(Writer *w, int root)
{
    int depth = 0;
    for (w->stack[depth++] = (Branch){.node = root}; depth;) {
        Branch b = w->stack[--depth];
        const TreeNode *node = &w->forest->nodes[b.node];
        if (!add_branch(w, b)) continue;
        place_node(w, b.node);
        if (node->mode == MODE_LEAF) {
            add_leaf(&w->table, w->forest, node);
            continue;
        }
        int from = w->table.count, count = add_comparisons(&w->table, node);
        bool member = node->mode == MODE_MEMBER;
        w->stack[depth++] = (Branch){.node = member ? node->if_true : node->if_false, .from = from, .count = count};
        w->stack[depth++] = (Branch){.node = member ? node->if_false : node->if_true};
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
    return value_const(n->graph, foreign_suffixed(node_stem(n), "/%s", name), narrow ? DT_UINT16 : DT_UINT32, &shape,
                       data);
}

static Writer write_forest(const Forest *f)
{
    size_t count = (size_t)f->n_nodes + 1;
    Writer w = {.forest = f};
    w.open = mem_array(count, sizeof *w.open);
    w.place = mem_array(count, sizeof *w.place);
    w.skips = mem_array(count, sizeof *w.skips);
    w.stack = mem_array(count + 1, sizeof *w.stack);
    for (int i = 0; i < f->n_nodes; i++) w.place[i] = w.skips[i] = -1;
    count_branches(&w);
    for (int r = 0; r < f->n_roots; r++) /* others are written when branches lead there */
        if (w.open[f->roots[r]] <= 0 && w.place[f->roots[r]] < 0) add_tree(&w, f->roots[r]);
    return w;
}

ForestTables forest_tables(Node *n, const Forest *f, DType t)
{
    Writer w = write_forest(f);
    const Table *table = &w.table;
    int32_t *roots = mem_array((size_t)f->n_roots + 1, sizeof *roots);
    for (int r = 0; r < f->n_roots; r++) roots[r] = w.place[f->roots[r]];
    Shape shape = shape_const(1, (int64_t[]){f->n_roots});
    ForestTables made = {.tag = integers(n, "tag", table, table->tag)};
    made.skip = integers(n, "skip", table, table->skip);
    made.value = floats_const(n, "value", t, 1, (int64_t[]){table->count}, table->value, "of all trees, in preorder");
    made.roots = value_const(n->graph, foreign_suffixed(node_stem(n), "/roots"), DT_INT32, &shape, roots);
    return made;
}
