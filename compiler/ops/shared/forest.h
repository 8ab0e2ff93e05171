/* forest.h: decision trees as the trees kernel walks them; see templates/trees.c.in. */
#ifndef FOREST_H
#define FOREST_H

#include "op/op.h"

/* As TreeEnsemble numbers them. */
enum { MODE_LEQ, MODE_LT, MODE_GTE, MODE_GT, MODE_EQ, MODE_NEQ, MODE_MEMBER, MODE_LEAF };

typedef struct {
    int target;
    double weight;
    int next; /* of the same leaf, or -1 */
} Vote;

typedef struct {
    int mode;
    bool missing_true; /* where NaN goes */
    int feature;
    double value;
    int n_members; /* MODE_MEMBER */
    const double *members;
    int if_true, if_false; /* nodes */
    int votes, last_vote;  /* MODE_LEAF: the first Vote, or -1, and the last */
} TreeNode;

typedef struct {
    int n_nodes, n_roots, n_votes, cap_nodes, cap_roots, cap_votes;
    TreeNode *nodes;
    int *roots;
    Vote *votes;
    bool sums; /* votes of weight 0 make no difference */
} Forest;

int forest_node(Forest *f, TreeNode node); /* returns its index */
void forest_vote(Forest *f, int node, int target, double weight);
void forest_root(Forest *f, int node);
/* Indices in range, and no way that leads back. Branches may meet again. */
bool forest_check(Node *n, const Forest *f, int64_t features, int targets);

/* The tables: constants of type `t` (value) and uint16 or uint32 (tag and skip). */
typedef struct {
    Value *value, *tag, *skip, *roots;
} ForestTables;
ForestTables forest_tables(Node *n, const Forest *f, DType t);

#endif
