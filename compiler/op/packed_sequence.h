/* packed_sequence.h: sequences and optionals whose length only the data tell.
 *
 * Such a list is three tensors (see templates/list.c.in): the slots of its elements, their sizes and the length. Nodes
 * of the compiler's own operators compute those; what stands for the list itself is the output of a ListMake. An
 * optional tensor is a list of at most one element; an optional sequence is a list of length -1 if it is absent. */
#ifndef PACKED_SEQUENCE_H
#define PACKED_SEQUENCE_H

#include "op/op.h"

/* What a list has room for. */
typedef struct {
    DType dtype;                           /* DT_UNDEFINED: not known from elements, there are none */
    int64_t capacity, slot;                /* elements; and numbers in each */
    int rank_low, rank;                    /* of the elements; without any: MAX_RANK, 0 */
    int64_t low[MAX_RANK], high[MAX_RANK]; /* of each dimension */
} SequenceForm;

typedef struct PackedSequence {
    SequenceForm form;
    Value *data, *sizes, *length;
} PackedSequence;

bool is_sequence(const Value *v);
SequenceForm sequence_form_of(const Value *list);
SequenceForm sequence_form_join(const SequenceForm *a, const SequenceForm *b); /* room for the elements of both */
bool sequence_form_fits(const SequenceForm *a, const SequenceForm *b);  /* has b, but for its capacity, room for a? */
SequenceForm sequence_form_with(const SequenceForm *f, const Value *x); /* one place more, for x */

/* With outputs for the three tensors. */
Node *sequence_node(Node *n, const char *op_type, int n_in, Value **inputs, const SequenceForm *result);
/* Takes a list and perhaps one value more. */
Node *sequence_reader(Node *n, const char *op_type, Value *list, Value *argument, Value *result);
void sequence_tensors(Node *n, Value *list, Value **parts); /* a list's three tensors, made in front of n if need be */
/* In front of n: the list as three tensors of this form. */
Node *sequence_parts(Node *n, Value *list, const SequenceForm *form);
Node *sequence_parts_last(Graph *g, Value *list, const SequenceForm *form); /* after all nodes of a graph */
/* After all nodes: a copy with zeros where nothing is; the caller adds its outputs. */
Node *sequence_copy_last(Graph *g, Value *list);
/* In front of all nodes: a copy that is checked. */
void sequence_copied(Graph *g, const Type *type, const SequenceForm *form, Value **from, Value **to);
void sequence_make(Node *n, const Type *type, const SequenceForm *form, Value **parts, Value *result);
/* In front of all nodes. */
void sequence_made(Graph *g, const Type *type, const SequenceForm *form, Value **parts, Value *result);

Value *wide_position(Node *n, int input); /* as int64; NULL if it is omitted */

#endif
