/* ml_labels.h: what the operators of ai.onnx.ml have in common: rows of features in, scores and labels out. */
#ifndef ML_LABELS_H
#define ML_LABELS_H

#include "op/op.h"

/* As TreeEnsemble numbers them. */
typedef enum { POST_NONE, POST_SOFTMAX, POST_LOGISTIC, POST_SOFTMAX_ZERO, POST_PROBIT } PostTransform;

bool read_post_transform(Node *n, PostTransform *post); /* the attribute is a name, or a number in TreeEnsemble */

/* Input 0 as rows of features: a vector is one row. */
bool need_features(Node *n); /* float32, float64, int32 or int64 */
Dim feature_rows(const Node *n);
Dim feature_count(const Node *n);
DType score_type(const Node *n);   /* float64 for float64 features, otherwise float32 */
Value *features(Node *n, DType t); /* converted if need be */

/* Class labels, from the attributes NAME_strings and one for integers. */
typedef struct {
    int count;
    bool strings;
    const void *data; /* Foreign or int64_t */
} Labels;
bool read_labels(Node *n, const char *strings, const char *integers, Labels *labels);
void set_classifier_outputs(Node *n, const Labels *labels);

/* Scores[rows][count] of type score_type become output `output`, of type float32: computed in place
 * by the steps in between. */
Value *scores_for(Node *n, int output, DType t, Dim count);
void finish_scores(Node *n, int output, Value *scores, PostTransform post, Dim count);
void lower_label(Node *n, Value *scores, const Labels *labels); /* output 0: the label of the largest score */

Value *floats_const(Node *n, const char *name, DType t, int rank, const int64_t *dims, const double *values,
                    const char *origin);

#endif
