/* rewrite_transpose: a transpose of a transpose is one transpose, often none. */
#include "rewrite/rewrite.h"

static void permutation(Node *n, int rank, int64_t *perm)
{
    const int64_t *given;
    int count = attr_ints(n, "perm", &given);
    for (int i = 0; i < rank; i++) perm[i] = count ? given[i] : rank - 1 - i;
}

bool rewrite_transpose(Node *n)
{
    if (!node_is(n, "Transpose")) return false;
    Value *middle = input_of(n, 0);
    Node *first = middle ? middle->producer : NULL;
    if (!node_is(first, "Transpose") || first->graph != n->graph) return false;
    int rank = middle->type.shape.rank;
    int64_t inner[MAX_RANK], outer[MAX_RANK], both[MAX_RANK];
    permutation(first, rank, inner);
    permutation(n, rank, outer);
    for (int i = 0; i < rank; i++) both[i] = inner[outer[i]];
    node_set_input(n, 0, first->in[0]);
    attr_remove(n, "perm");
    attr_set_ints(n, "perm", rank, both);
    return true;
}
