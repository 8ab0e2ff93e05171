/* Prints docs/operators.md: the operators of compiler/ops/table.def by domain. `make docs` writes the file, a test
 * compares. */
#include "op/op.h"

#include <stdlib.h>
#include <string.h>

#define OPS(family) extern const Op ops_##family[];
#include "ops/table.def"
#undef OPS

static const struct {
    const char *file;
    const Op *ops;
} families[] = {
#define OPS(family) {#family, ops_##family},
#include "ops/table.def"
#undef OPS
};

typedef struct {
    const Op *op;
    const char *file;
} Row;

/* What is said about the domains known so far; another one gets its name only. */
static const struct {
    const char *domain, *title, *about;
} domains[] = {
    {"", "ai.onnx", "The operators of ONNX itself."},
    {"ai.onnx.ml", "ai.onnx.ml",
     "Classic machine learning, as scikit-learn and the libraries around it export it. The maps that a ZipMap makes "
     "stand "
     "at the interface as\n"
     "two arrays, NAME_keys and NAME_values, a row for each map; verify compares them with stored maps, where there "
     "are "
     "any.\n"
     "A map that is an input is two such arrays, too, of as many pairs as its size NAME:0 says."},
    {"ai.onnx.preview.training", "ai.onnx.preview.training", "Optimisers."},
    {"com.ms.internal.nhwc", "com.ms.internal.nhwc",
     "Images with their channels last, which ONNX Runtime makes for some of its providers."},
    {"com.microsoft.nchwc", "com.microsoft.nchwc",
     "Images in blocks of channels, which ONNX Runtime's optimiser writes at level \"all\"."},
    {"com.microsoft", "com.microsoft",
     "What ONNX Runtime's optimiser and quantiser write. Known differences from it:\n\n"
     "- SparseAttention: sequences of a batch may differ in length; ONNX Runtime's kernel for CPUs mixes up their "
     "scores.\n"
     "- MultiHeadAttention: the past counts whether or not the present is asked for, which ONNX Runtime ignores "
     "without a bias\n"
     "  (its case \"one head and head size 4 with pastKey and pastValue\")."},
};

static Row *rows;
static int n_rows;

static int in_order(const void *a, const void *b)
{
    const Row *x = a, *y = b;
    int order = strcmp(x->op->domain, y->op->domain);
    if (!order) order = strcmp(x->op->name, y->op->name);
    return order ? order : x->op->since - y->op->since;
}

static void collect(void)
{
    for (int pass = 0; pass < 2; pass++) {
        n_rows = 0;
        for (size_t f = 0; f < sizeof families / sizeof *families; f++)
            for (const Op *op = families[f].ops; op->name; op++)
                if (strcmp(op->domain, OWN_DOMAIN)) { /* the compiler's own, made by rewrites */
                    if (rows) rows[n_rows] = (Row){op, families[f].file};
                    n_rows++;
                }
        if (!rows) rows = calloc((size_t)n_rows + 1, sizeof *rows);
        if (!rows) exit(1);
    }
    qsort(rows, (size_t)n_rows, sizeof *rows, in_order);
}

static bool same_operator(const Row *a, const Row *b)
{
    return !strcmp(a->op->domain, b->op->domain) && !strcmp(a->op->name, b->op->name);
}

static void print_domain(const char *domain)
{
    const char *title = domain, *about = NULL;
    for (size_t i = 0; i < sizeof domains / sizeof *domains; i++)
        if (!strcmp(domains[i].domain, domain)) title = domains[i].title, about = domains[i].about;
    printf("\n## %s\n\n", title);
    if (about) printf("%s\n\n", about);
    puts("| operator | since opset | compiled | source |\n|---|---|---|---|");
}

/* One line for all rows of an operator. Returns the next operator's row. */
static int print_operator(int i)
{
    int first = i;
    bool steps = false, others = false;
    if (rows[i].op->refused) {
        printf("| %s | | no: %s | [%s.c](../compiler/ops/%s.c) |\n", rows[i].op->name, rows[i].op->refused,
               rows[i].file, rows[i].file);
        return i + 1;
    }
    printf("| %s | ", rows[i].op->name);
    for (; i < n_rows && same_operator(&rows[first], &rows[i]); i++) {
        printf("%s%d", i > first ? ", " : "", rows[i].op->since);
        steps |= rows[i].op->lower != NULL;
        others |= rows[i].op->expand != NULL;
    }
    printf(" | %s | [%s.c](../compiler/ops/%s.c) |\n",
           !others ? "to kernels and loops"
           : steps ? "to kernels, or of other operators"
                   : "of other operators",
           rows[first].file, rows[first].file);
    return i;
}

/* Where the operators' texts are silent, or others read them differently. */
typedef struct {
    const char *operators, *here, *why, *shown;
} Choice;

static const Choice choices[] = {
    {"Attention with is_causal", "what is masked is -infinity in qk_matmul_output, too",
     "the text's function; ONNX Runtime writes the lowest finite number",
     "`AttentionTest.TestAttention4DWithPastAndPresentQkMatmulBias4DMaskCausal`"},
    {"Cast of numbers to strings", "as printf's %.8g has them, or NaN, INF, -INF", "the text is silent; ONNX Runtime",
     "`strings/numbers`"},
    {"Cast of strings to numbers",
     "the number that a text begins with; refused: none, hexadecimals, integers beyond 64 bits",
     "the text leaves it open; ONNX Runtime, which also refuses 1e400 and reads hexadecimals", "`strings/numbers`"},
    {"Dropout before opset 12", "in inference the mask is all 0", "the text is silent; ONNX Runtime",
     "`Dropout.WithOptionalOutputOpset7`"},
    {"CastMap, DictVectorizer",
     "make a row, [1][...]; keys that there is no place for are left out; a negative one of a SPARSE CastMap is "
     "refused, "
     "and what has no key is 0, or the text 0.f",
     "the text has one axis, and is silent of the rest; ONNX Runtime", "`maps/cast_texts_sparse`"},
    {"DynamicQuantizeLinear", "of zeros alone the scale is 0, as are all others of its results",
     "the text's formula; ONNX Runtime says 1, the reference evaluator 1/255", "`quantized/dynamic_zeros`"},
    {"GRU, LSTM, RNN", "the last states of a sequence of length 0 are 0, not the first ones",
     "the text is silent; ONNX Runtime", "`RNN_reverse_sequence_lens_mixed_zero`"},
    {"LabelEncoder", "of equal keys the first one counts, at opset 1 the last one", "the text is silent; ONNX Runtime",
     "`LabelEncoder.DuplicateKeysFirstWinsOpset4`"},
    {"LinearClassifier",
     "a single row of coefficients v for two classes gives the scores -v and v, then post_transform",
     "the text is silent; the reference evaluator; ONNX Runtime: 1 - v and v without one, or with SOFTMAX",
     "`ml/one_row_for_two`"},
    {"LinearClassifier",
     "classes without labels are numbered; the label of a single one says whether its score is positive",
     "the text is silent; ONNX Runtime", "`ml/linear_unlabelled`"},
    {"LinearRegressor",
     "coefficients beyond those of the targets, and intercepts that are not one for each, are left out",
     "the text is silent; ONNX Runtime", "`ml/linear_spare`"},
    {"LinearRegressor", "post_transform holds for a single target, too (SOFTMAX of one is 1)",
     "the text; ONNX Runtime leaves a single target as it is", "`LinearRegressorUniTarget_1`"},
    {"LSTM, GRU, RNN with clip", "what every activation gets is clipped, the cell before the last one (h), too",
     "the text; ONNX Runtime leaves the cell as it is", "`recurrent/lstm_clip`"},
    {"MatMulNBits",
     "with accuracy_level 4, what constant weights are multiplied with (in blocks of 16, 32, ... 1024, of 8 bits up to "
     "256) is rounded to two bytes: in each "
     "block, to "
     "the nearest of -32639 to 32639 times its largest magnitude / 32639. Sums of a block are exact, scaled in float32 "
     "and "
     "added in the order of blocks: the same bits on every machine",
     "the text allows a single byte, which ONNX Runtime takes: logits of small language models up to 1 % of the "
     "largest "
     "away from float64, where two bytes are within 1e-4. Lower levels, and other weights, multiply floats: within "
     "1e-6",
     "`nbits/accuracy_level_4`"},
    {"MaxPool", "of a window of padding alone the index is that of the first pixel; NaN is the largest number",
     "the text is silent; NaN: PyTorch; ONNX Runtime: an index before the image, and NaN if it comes first",
     "`pool/empty_windows`"},
    {"MaxUnpool", "indices count in the shape without output_shape",
     "the official case; ONNX Runtime counts in output_shape", "`MaxUnPool3D_WithOutputShape`"},
    {"Normalizer", "MAX divides by the largest number, L1 by the sum of magnitudes",
     "MAX: the text; L1: ONNX Runtime, since a sum of numbers may be 0", "`Normalizer.TwoDimensionDouble`"},
    {"QLinearSoftmax", "the nearest of the quantised numbers", "the text; ONNX Runtime is up to one below",
     "`QLinearLookupTableBasedOperatorTests.QLinearSoftmax_Int8_v13`"},
    {"QuickGelu", "x * sigmoid(alpha * x)", "the text; one stored value has another sign", "`QuickGelu test [2,4]`"},
    {"Reduce...", "integers wrap around", "the reference evaluator; ONNX Runtime saturates",
     "`ReduceSum_int32_Overflow_Saturates`"},
    {"RandomNormal, RandomUniform and their kind",
     "numbers of Philox4x32-10, the same on every machine: of the seed, or of the caller's NAME_seed, as README.md "
     "says",
     "the text leaves them open", "`RandomUniform1DFloat`"},
    {"Reshape", "with allowzero, -1 beside a 0 is what remains of the sizes that aren't 0",
     "the text forbids it; ONNX Runtime", "`empty/reshape_beside_zero`"},
    {"Resize", "tf_crop_and_resize by scales: floor(size * (end - start) * scale) pixels",
     "the text; ONNX Runtime leaves the region out",
     "`ResizeOpLinearDownSampleTest_tf_crop_and_resize_with_extrapolation`"},
    {"Resize", "at opset 10, nearest is the pixel before, smaller or larger",
     "the text is silent; PyTorch, which exports it; ONNX Runtime takes the one after, where the result is smaller",
     "`ResizeOpNearestDownSampleTest_Ver10`"},
    {"Resize", "whole numbers with antialias are rounded once, at the end",
     "the reference evaluator; ONNX Runtime rounds them, and keeps them in range, after each axis",
     "`ResizeOpCubicDownSampleTest_antialias_large_custom_coeff`"},
    {"Resize, Upsample", "whole numbers between pixels are rounded to the nearest",
     "the reference evaluator and PyTorch's interpolate; ONNX Runtime cuts them off", "`resize/rounded_bytes`"},
    {"Resize", "tf_crop_and_resize without a region takes all of the image", "the text is silent; ONNX Runtime",
     "`resize/crop_without_roi`"},
    {"ScatterND", "max and min before opset 18, too", "ONNX Runtime", "`old/scatter_max`"},
    {"Slice", "ends beyond the axis with a negative step: clamped to the last element, so the slice is empty",
     "the text; ONNX Runtime takes INT_MAX for the other end", "`Slice1D_ReverseAllAxes_1`"},
    {"StringSplit",
     "white space is space, tab, line feed, vertical tab, form feed and carriage return; an empty text has no pieces",
     "white space: the text, ONNX Runtime knows the space alone; empty texts: ONNX Runtime", "`strings/words`"},
    {"TfIdfVectorizer", "a weight goes with its n-gram, whatever its place in the output",
     "the text and ONNX Runtime; the reference evaluator takes it for the place's", "`strings/tf_idf`"},
    {"TreeEnsembleClassifier",
     "votes for the second of two classes alone are told as those for the first: -v, or 1 - v, and v",
     "the text is silent; ONNX Runtime: 0 and v", "`trees/second_class_alone`"},
    {"TreeEnsembleClassifier", "of two classes with votes, that with the larger score",
     "the text is silent; ONNX Runtime asks whether the second one's score is positive",
     "`TreeEnsembleClassifierBinaryProbabilities`"},
};

static void print_choices(void)
{
    puts("\n## Choices\n\n"
         "Where a text is silent, or others read it differently. The cases are ONNX Runtime's own tests, or lie in "
         "tests/cases.\n\n"
         "| operator | here | as | case |\n|---|---|---|---|");
    for (size_t i = 0; i < sizeof choices / sizeof *choices; i++)
        printf("| %s | %s | %s | %s |\n", choices[i].operators, choices[i].here, choices[i].why, choices[i].shown);
}

int main(void)
{
    collect();
    puts("# Operators\n\n"
         "Written by `make docs` from the compiler's own table; a test keeps it true. [cases.md](cases.md) has the "
         "cases that prove "
         "each,\nby its versions and types.\n\n"
         "*Since* names the opsets at which the reading of a node changes so much that it has a row of its own; "
         "smaller changes are handled\n"
         "inside, and every opset from the first one named to the newest is taken. Where an operator has limits, the "
         "comment at the head of its\n"
         "source says so, and the compiler refuses the node with the reason. *Of other operators* means that the node "
         "is replaced by nodes of\n"
         "simpler operators before anything else is done with it.\n\n"
         "All take float32; float16 and bfloat16 are computed in float32; float64, integers and bool where ONNX allows "
         "them.");
    for (int i = 0; i < n_rows;) {
        if (i == 0 || strcmp(rows[i].op->domain, rows[i - 1].op->domain)) print_domain(rows[i].op->domain);
        i = print_operator(i);
    }
    print_choices();
    free(rows);
    return 0;
}
