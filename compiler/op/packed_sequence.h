/* list.h: sequences and optionals whose length only the data tell.
 *
 * Such a list is three tensors (see templates/list.c.in): the slots of its elements, their sizes and the length. Nodes
 * of the domain LIST_DOMAIN compute those; what stands for the list itself is the output of a ListMake. An optional
 * tensor is a list of at most one element; an optional sequence is a list of length -1 if it is absent. */
#ifndef LIST_H
#define LIST_H

#include "op/op.h"

#define LIST_DOMAIN "onnx2c"

/* What a list has room for. */
typedef struct {
    DType dtype;                           /* DT_UNDEFINED: not known from elements, there are none */
    int64_t capacity, slot;                /* elements; and numbers in each */
    int rank_low, rank;                    /* of the elements; without any: MAX_RANK, 0 */
    int64_t low[MAX_RANK], high[MAX_RANK]; /* of each dimension */
} ListForm;

typedef struct List {
    ListForm form;
    Value *data, *sizes, *length;
} List;

bool is_list(const Value *v);
ListForm form_of(const Value *list);
ListForm form_join(const ListForm *a, const ListForm *b); /* room for the elements of both */
bool form_fits(const ListForm *a, const ListForm *b);     /* has b, but for its capacity, room for a? */
ListForm form_with(const ListForm *f, const Value *x);    /* one place more, for x */

Node *list_node(Node *n, const char *op_type, int n_in, Value **inputs,
                const ListForm *result); /* with outputs for the three tensors */
Node *list_reader(Node *n, const char *op_type, Value *list, Value *argument,
                  Value *result);                   /* takes a list and perhaps one value more */
void parts_of(Node *n, Value *list, Value **parts); /* a list's three tensors, made in front of n if need be */
Node *list_parts(Node *n, Value *list,
                 const ListForm *form); /* in front of n: the list as three tensors of this form */
Node *list_parts_last(Graph *g, Value *list, const ListForm *form); /* behind all nodes of a graph */
Node *list_copy_last(
    Graph *g, Value *list); /* behind all nodes: a copy with zeros where nothing is; the caller adds its outputs */
void list_copied(Graph *g, const Type *type, const ListForm *form, Value **from,
                 Value **to); /* in front of all nodes: a copy that is checked */
void list_make(Node *n, const Type *type, const ListForm *form, Value **parts, Value *result);
void list_made(Graph *g, const Type *type, const ListForm *form, Value **parts,
               Value *result); /* in front of all nodes */

Value *wide_position(Node *n, int input); /* as int64; NULL if it is omitted */

#endif
