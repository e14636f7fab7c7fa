/* ctc.c: connectionist temporal classification of sequences of log-probabilities (Graves et al.
 * 2006); the recursion is in math/ctc.h. The mean divides each cost by the length of its target
 * first, as PyTorch's; an empty target counts as one of length 1. */
#include <math.h>

#include "core/interrupt.h"
#include "math/ctc.h"
#include "nn/losses/loss_parts.h"

#define NAME "CTCLoss"

enum { REDUCTION, CLASSES, BLANK, ZERO_INFINITY };

static dnn_ctc ctc_of(const dnn_loss_call *call) {
    return (dnn_ctc){.A = call->A,
                     .Y = call->Y,
                     .input_lengths = call->input_lengths,
                     .target_lengths = call->target_lengths,
                     .classes = (size_t)call->settings[CLASSES].number,
                     .blank = (size_t)call->settings[BLANK].number - 1,
                     .zero_infinity = call->settings[ZERO_INFINITY].number != 0};
}

/* --- checks --- */

static dnn_status check_shapes(const dnn_loss_call *call, size_t classes, dnn_error *err) {
    const dnn_matrix *A = call->A, *Y = call->Y;
    double blank = call->settings[BLANK].number;
    dnn_status status = dnn_matrix_require_real(A, NAME, err);
    if (status != DNN_OK)
        return status;
    if (blank > (double)classes)
        return dnn_fail(err, DNN_ERROR_ARGUMENT,
                        NAME ": blank is one of the classes, 1..%zu, not %g", classes, blank);
    if (dnn_matrix_count(A) == 0)
        return dnn_fail(err, DNN_ERROR_SHAPE, NAME ": A is %zu x %zu, there is nothing to compare",
                        A->rows, A->cols);
    if (A->rows % classes != 0)
        return dnn_fail(err, DNN_ERROR_SHAPE,
                        NAME ": A is %zu x %zu; its rows are steps of %zu classes, and %zu does "
                             "not divide %zu",
                        A->rows, A->cols, classes, classes, A->rows);
    if (Y->cols != A->cols)
        return dnn_fail(err, DNN_ERROR_SHAPE,
                        NAME ": A is %zu x %zu, so Y must have %zu columns, the labels of an "
                             "example in each, not %zu x %zu%s",
                        A->rows, A->cols, A->cols, Y->rows, Y->cols,
                        Y->rows == A->cols ? " (is Y transposed?)" : "");
    return DNN_OK;
}

/* A whole number low..high for each example. */
static dnn_status check_lengths(const dnn_loss_call *call, const char *what, const dnn_matrix *L,
                                size_t low, size_t high, const char *of, dnn_error *err) {
    if (L == NULL)
        return DNN_OK;
    if (L->rows != 1 || L->cols != call->A->cols)
        return dnn_fail(err, DNN_ERROR_SHAPE,
                        NAME ": %s must be 1 x %zu, one for each example, not %zu x %zu%s", what,
                        call->A->cols, L->rows, L->cols,
                        L->cols == 1 && L->rows == call->A->cols ? " (is it transposed?)" : "");
    for (size_t j = 0; j < L->cols; j++) {
        double length = dnn_matrix_get(L, 0, j);
        if (!(length >= (double)low && length <= (double)high && length == floor(length)))
            return dnn_fail(err, DNN_ERROR_ARGUMENT,
                            NAME ": %s(1, %zu) is %g, and must be a whole number from %zu to the "
                                 "%s, %zu",
                            what, j + 1, dnn_shown(length), low, of, high);
    }
    return DNN_OK;
}

/* The labels that count are classes other than the blank. */
static dnn_status check_labels(const dnn_ctc *c, dnn_error *err) {
    for (size_t j = 0; j < c->Y->cols; j++)
        for (size_t i = 0; i < dnn_ctc_target_length(c, j); i++) {
            double label = dnn_matrix_get(c->Y, i, j);
            if (label == (double)c->blank + 1)
                return dnn_fail(err, DNN_ERROR_ARGUMENT,
                                NAME ": label %g at (%zu, %zu) is the blank, which targets do not "
                                     "hold; blank = says which class it is, and target_lengths "
                                     "where padding begins",
                                label, i + 1, j + 1);
            if (label >= 1 && label <= (double)c->classes && label == floor(label))
                continue;
            return dnn_fail(err, DNN_ERROR_ARGUMENT,
                            NAME ": label %g at (%zu, %zu) is not a whole number 1..%zu%s",
                            dnn_shown(label), i + 1, j + 1, c->classes,
                            label == 0 ? "; labels count from 1 in Lua (add 1 to labels that count "
                                         "from 0), and target_lengths says where padding begins"
                                       : "");
        }
    return DNN_OK;
}

static dnn_status check(const dnn_loss_call *call, dnn_error *err) {
    dnn_ctc c = ctc_of(call);
    dnn_status status = check_shapes(call, c.classes, err);
    if (status == DNN_OK)
        status = check_lengths(call, "input_lengths", call->input_lengths, 1,
                               call->A->rows / c.classes, "steps of A", err);
    if (status == DNN_OK)
        status = check_lengths(call, "target_lengths", call->target_lengths, 0, call->Y->rows,
                               "rows of Y", err);
    if (status == DNN_OK)
        status = check_labels(&c, err);
    return status == DNN_OK ? dnn_ctc_reserve(&c, err) : status;
}

/* --- cost and gradient --- */

/* What the cost of example j is multiplied by. */
static double factor(const void *context, size_t j) {
    const dnn_loss_call *call = context;
    dnn_ctc c = ctc_of(call);
    double length = (double)dnn_ctc_target_length(&c, j);
    double divisor = call->settings[REDUCTION].number == 0 && length > 1 ? length : 1;
    return dnn_loss_weight(call, j) / divisor * dnn_reduction_scale(call, call->A->cols);
}

static double forward(const dnn_loss_call *call) {
    dnn_ctc c = ctc_of(call);
    const double *costs = dnn_ctc_costs(&c);
    double sum = 0;
    for (size_t j = 0; j < call->A->cols && !dnn_interrupt_requested(); j++) {
        dnn_loss_note_cost(call, j, costs[j] * dnn_loss_weight(call, j));
        sum += costs[j] * factor(call, j);
    }
    return sum;
}

static void backward(const dnn_loss_call *call, dnn_matrix *dA) {
    dnn_ctc c = ctc_of(call);
    dnn_ctc_gradients(&c, factor, call, dA);
}

static const dnn_field fields[] = {
    {.name = "reduction",
     .kind = DNN_FIELD_CHOICE,
     .choices = dnn_reductions,
     .doc = "mean: each cost is divided by its target's length, and their sum by the number of "
            "examples; sum: they are not; none: a cost for each example"},
    {.name = "classes",
     .kind = DNN_FIELD_COUNT,
     .low = 2,
     .required = true,
     .example = 3,
     .doc = "classes of a step, the blank included"},
    {.name = "blank",
     .kind = DNN_FIELD_COUNT,
     .low = 1,
     .initial = 1,
     .doc = "the class that spells nothing"},
    {.name = "zero_infinity",
     .kind = DNN_FIELD_FLAG,
     .doc = "whether a target that is too long for its steps costs 0 rather than infinity"},
    {.name = NULL         }
};

static const dnn_loss_case cases[] = {
    {"classes=3",                                  15, 4, 2, 0},
    {"classes=4 blank=4 reduction=sum",            24, 3, 3, 0},
    {"classes=3 blank=2 reduction=none",           18, 5, 1, 0},
    {"classes=3 zero_infinity=true reduction=sum", 6,  4, 3, 0},
    {NULL,                                         0,  0, 0, 0},
};

const dnn_loss_class dnn_loss_ctc = {
    .name = NAME,
    .doc =
        "-log of the probability that log-probabilities A spell the labels Y, blanks between them",
    .fields = fields,
    .cases = cases,
    .targets = DNN_TARGETS_SEQUENCES,
    .check = check,
    .forward = forward,
    .backward = backward,
};
