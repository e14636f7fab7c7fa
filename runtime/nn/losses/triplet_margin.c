/* triplet_margin.c: an anchor a, a positive b that should be near it, and a negative c (Schroff et
 * al. 2015).
 *
 *     d(x, y) = |x - y + eps|_p,  cost = max(0, margin + d(a, b) - d(a, c)),  eps = 1e-6
 *
 * With swap d(b, c) takes the place of d(a, c) where it is smaller. */
#ifdef T /* both_types.inc */

static double K(distance)(const T *x, const T *y, size_t n, double p, double eps) {
    double sum = 0;
    for (size_t i = 0; i < n; i++) {
        double d = fabs((double)x[i] - y[i] + eps);
        sum += p == 2 ? d * d : pow(d, p);
    }
    return p == 2 ? sqrt(sum) : pow(sum, 1 / p);
}

/* Adds the slopes of a distance, times scale, to dx, and takes them from dy. */
static void K(slopes)(T *dx, T *dy, const T *x, const T *y, size_t n, double p, double eps,
                      double distance, double scale) {
    for (size_t i = 0; i < n && distance > 0; i++) {
        double d = (double)x[i] - y[i] + eps;
        double slope = p == 2 ? d / distance : copysign(pow(fabs(d) / distance, p - 1), d);
        dx[i] = (T)(dx[i] + slope * scale);
        dy[i] = (T)(dy[i] - slope * scale);
    }
}

#else
#include <math.h>
#include <string.h>

#include "core/interrupt.h"
#include "nn/losses/loss_parts.h"

#define NAME "TripletMarginLoss"

enum { REDUCTION, MARGIN, P, EPS, SWAP };

#define KERNELS "nn/losses/triplet_margin.c"
#include "nn/both_types.inc"

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
    double p = call->settings[P].number, eps = call->settings[EPS].number;
    const void *x = dnn_matrix_at(X, 0, j), *y = dnn_matrix_at(Y, 0, j);
    return X->dtype == DNN_FLOAT32 ? distance_f32(x, y, X->rows, p, eps)
                                   : distance_f64(x, y, X->rows, p, eps);
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

static double forward(const dnn_loss_call *call) {
    double sum = 0;
    for (size_t j = 0; j < call->A->cols && !dnn_interrupt_requested(); j++) {
        double cost = triplet_of(call, j).cost * dnn_loss_weight(call, j);
        dnn_loss_note_cost(call, j, cost);
        sum += cost;
    }
    return sum * dnn_reduction_scale(call, call->A->cols);
}

/* Adds the slopes of the distance of columns j of inputs number x and y. */
static void add_slopes(const dnn_loss_call *call, dnn_matrix *dA, size_t x, size_t y, size_t j,
                       double length, double scale) {
    const dnn_matrix *inputs[] = {call->A, call->others[0], call->others[1]};
    double p = call->settings[P].number, eps = call->settings[EPS].number;
    void *dx = dnn_matrix_at(&dA[x], 0, j), *dy = dnn_matrix_at(&dA[y], 0, j);
    const void *from = dnn_matrix_at(inputs[x], 0, j), *to = dnn_matrix_at(inputs[y], 0, j);
    if (call->A->dtype == DNN_FLOAT32)
        slopes_f32(dx, dy, from, to, call->A->rows, p, eps, length, scale);
    else
        slopes_f64(dx, dy, from, to, call->A->rows, p, eps, length, scale);
}

static void backward(const dnn_loss_call *call, dnn_matrix *dA) {
    double scale = dnn_reduction_scale(call, call->A->cols);
    size_t bytes = dA->rows * dnn_dtype_info(dA->dtype)->size;
    for (size_t j = 0; j < call->A->cols && !dnn_interrupt_requested(); j++) {
        for (size_t i = 0; i < 3; i++)
            memset(dnn_matrix_at(&dA[i], 0, j), 0, bytes);
        triplet t = triplet_of(call, j);
        double factor = t.cost > 0 ? scale * dnn_loss_weight(call, j) : 0;
        add_slopes(call, dA, 0, 1, j, t.near, factor);
        add_slopes(call, dA, t.swapped ? 1 : 0, 2, j, t.far, -factor);
    }
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
    .forward = forward,
    .backward = backward,
};

#endif
