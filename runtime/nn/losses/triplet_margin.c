/* triplet_margin.c: an anchor a, a positive b that should be near it, and a negative c (Schroff et
 * al. 2015).
 *
 *     d(x, y) = |x - y + eps|_p,  cost = max(0, margin + d(a, b) - d(a, c)),  eps = 1e-6
 *
 * With swap d(b, c) takes the place of d(a, c) where it is smaller. */
#include <math.h>
#include <string.h>

#include "nn/losses/loss_parts.h"
#include "nn/pairs.h"

#define NAME "TripletMarginLoss"

enum { REDUCTION, MARGIN, P, EPS, SWAP };

static dnn_status check(const dnn_loss_call *call, dnn_error *err) {
    const dnn_matrix *A = call->A;
    dnn_status status = dnn_matrix_require_real(A, NAME, err);
    if (status == DNN_OK && dnn_matrix_count(A) == 0)
        status = dnn_fail(err, DNN_ERROR_SHAPE,
                          NAME ": A is %zu x %zu, there is nothing to compare", A->rows, A->cols);
    return status;
}

static double distance(const dnn_loss_call *call, const dnn_matrix *X, const dnn_matrix *Y,
                       size_t j) {
    return dnn_distance(X->dtype, dnn_matrix_at(X, 0, j), dnn_matrix_at(Y, 0, j), X->rows,
                        call->settings[P].number, call->settings[EPS].number);
}

typedef struct triplet {
    double near, far; /* distances */
    bool swapped;     /* far is that of b and c */
    double cost;
} triplet;

static triplet triplet_of(const dnn_loss_call *call, size_t j) {
    const dnn_matrix *B = call->others[0], *C = call->others[1];
    triplet t = {.near = distance(call, call->A, B, j), .far = distance(call, call->A, C, j)};
    if (call->settings[SWAP].number != 0) {
        double other = distance(call, B, C, j);
        t.swapped = other < t.far;
        t.far = t.swapped ? other : t.far;
    }
    t.cost = fmax(0, call->settings[MARGIN].number + t.near - t.far);
    return t;
}

/* Adds the slopes of the distance of columns j of inputs number x and y. */
static void add_slopes(const dnn_loss_call *call, dnn_matrix *dA, size_t x, size_t y, size_t j,
                       double length, double scale) {
    const dnn_matrix *inputs[] = {call->A, call->others[0], call->others[1]};
    dnn_distance_slopes(call->A->dtype, dnn_matrix_at(&dA[x], 0, j), dnn_matrix_at(&dA[y], 0, j),
                        dnn_matrix_at(inputs[x], 0, j), dnn_matrix_at(inputs[y], 0, j),
                        call->A->rows, call->settings[P].number, call->settings[EPS].number, length,
                        scale);
}

static double column(const dnn_loss_call *call, size_t j, double scale, dnn_matrix *dA) {
    triplet t = triplet_of(call, j);
    if (dA != NULL) {
        double factor = t.cost > 0 ? scale : 0;
        for (size_t i = 0; i < 3; i++)
            dnn_matrix_clear_column(&dA[i], j);
        add_slopes(call, dA, 0, 1, j, t.near, factor);
        add_slopes(call, dA, t.swapped ? 1 : 0, 2, j, t.far, -factor);
    }
    return t.cost * scale;
}

static const dnn_field fields[] = {
    DNN_EXAMPLES_REDUCTION_ROW,
    {.name = "margin",
      .kind = DNN_FIELD_REAL,
      .initial = 1,
      .high = 1e30,
      .doc = "by how much the negative has to be farther away"},
    {.name = "p",
      .kind = DNN_FIELD_REAL,
      .initial = 2,
      .low = 1,
      .high = 100,
      .doc = "of the norm; 2: Euclidean"},
    {.name = "eps",
      .kind = DNN_FIELD_REAL,
      .initial = 1e-6,
      .high = 1,
      .doc = "added to differences"},
    {.name = "swap",
      .kind = DNN_FIELD_FLAG,
      .doc = "whether the negative's distance to the positive counts where it is smaller"},
    {.name = NULL                                            }
};

static const dnn_loss_case cases[] = {
    {"",                                 3, 6, 0, 0},
    {"margin=2 swap=true reduction=sum", 4, 5, 0, 0},
    {"p=1 margin=4 reduction=none",      2, 7, 0, 0},
    {"p=3.5 margin=3",                   3, 4, 0, 0},
    {NULL,                               0, 0, 0, 0},
};

const dnn_loss_class dnn_loss_triplet_margin = {
    .name = NAME,
    .doc = "mean of max(0, margin + d(A, B) - d(A, C)): anchors, positives and negatives",
    .fields = fields,
    .cases = cases,
    .targets = DNN_TARGETS_NONE,
    .inputs = 3,
    .check = check,
    .column = column,
};
