/* cosine_embedding.c: pairs of columns a, b that are alike (y = 1) or not (y = -1).
 *
 *     s = a.b / sqrt((a.a + eps) (b.b + eps)),  cost = 1 - s, or max(0, s - margin)
 *     ds/da = b / sqrt(...) - s a / (a.a + eps),  eps = 1e-12, as PyTorch's */
#include <math.h>

#include "nn/losses/loss_parts.h"
#include "nn/pairs.h"

#define NAME "CosineEmbeddingLoss"

enum { REDUCTION, MARGIN };

static dnn_status check(const dnn_loss_call *call, dnn_error *err) {
    const dnn_matrix *A = call->A, *Y = call->Y;
    dnn_status status = dnn_matrix_require_real(A, NAME, err);
    if (status == DNN_OK && dnn_matrix_count(A) == 0)
        status = dnn_fail(err, DNN_ERROR_SHAPE,
                          NAME ": A is %zu x %zu, there is nothing to compare", A->rows, A->cols);
    if (status == DNN_OK && (Y->rows != 1 || Y->cols != A->cols))
        status = dnn_fail(err, DNN_ERROR_SHAPE,
                          NAME ": A is %zu x %zu, so Y must be 1 x %zu, not %zu x %zu%s", A->rows,
                          A->cols, A->cols, Y->rows, Y->cols,
                          Y->cols == 1 && Y->rows == A->cols ? " (is Y transposed?)" : "");
    return status == DNN_OK ? dnn_check_signs(NAME, Y, err) : status;
}

/* A pair of columns. */
typedef struct pair {
    double aa, bb, norms, cosine;
    double cost, slope; /* of the cost by the cosine */
} pair;

static pair pair_of(const dnn_loss_call *call, size_t j) {
    const double eps = 1e-12, margin = call->settings[MARGIN].number;
    const void *a = dnn_matrix_at(call->A, 0, j), *b = dnn_matrix_at(call->others[0], 0, j);
    double sums[3];
    dnn_pair_products(call->A->dtype, a, b, call->A->rows, sums);
    pair p = {.aa = sums[0] + eps, .bb = sums[1] + eps};
    p.norms = sqrt(p.aa * p.bb);
    p.cosine = sums[2] / p.norms;
    bool alike = dnn_matrix_get(call->Y, 0, j) > 0;
    p.cost = alike ? 1 - p.cosine : fmax(0, p.cosine - margin);
    p.slope = alike ? -1 : p.cosine > margin ? 1 : 0;
    return p;
}

/* The slopes of column j of one of the two, x, beside the other, y; xx is x.x. */
static void slopes(dnn_matrix *dX, const dnn_matrix *X, const dnn_matrix *Y, size_t j, double xx,
                   const pair *p, double scale) {
    void *out = dnn_matrix_at(dX, 0, j);
    const void *x = dnn_matrix_at(X, 0, j), *y = dnn_matrix_at(Y, 0, j);
    double near = -scale * p->cosine / xx, far = scale / p->norms;
    dnn_pair_combine(X->dtype, out, x, near, y, far, X->rows, 0);
}

static double column(const dnn_loss_call *call, size_t j, double scale, dnn_matrix *dA) {
    pair p = pair_of(call, j);
    if (dA != NULL) {
        slopes(&dA[0], call->A, call->others[0], j, p.aa, &p, p.slope * scale);
        slopes(&dA[1], call->others[0], call->A, j, p.bb, &p, p.slope * scale);
    }
    return p.cost * scale;
}

static const dnn_field fields[] = {
    DNN_EXAMPLES_REDUCTION_ROW,
    {.name = "margin",
      .kind = DNN_FIELD_REAL,
      .low = -1,
      .high = 1,
      .doc = "the cosine up to which unlike pairs cost nothing"},
    {.name = NULL       }
};

static const dnn_loss_case cases[] = {
    {"",                           3, 6, 0, 0},
    {"margin=0.3 reduction=sum",   4, 5, 0, 0},
    {"margin=-0.5 reduction=none", 2, 7, 0, 0},
    {NULL,                         0, 0, 0, 0},
};

const dnn_loss_class dnn_loss_cosine_embedding = {
    .name = NAME,
    .doc = "mean of 1 - cos(A, B) where Y is 1, of max(0, cos(A, B) - margin) where Y is -1",
    .fields = fields,
    .cases = cases,
    .targets = DNN_TARGETS_EXAMPLE_SIGNS,
    .inputs = 2,
    .check = check,
    .column = column,
};
