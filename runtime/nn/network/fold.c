/* fold.c: in evaluation, a layer that scales and shifts channels (BatchNorm) folded into the values
 * of the Linear or convolution before it:
 *
 *     factor (weight X + bias) + shift = (factor weight) X + (factor bias + shift)
 *
 * The values themselves stay as they are. What is folded is made anew in every forward, as it costs
 * less than the pass over the output that it spares: only where there are as many columns of the
 * output as of the weight. Otherwise, and where a folded value would not be finite, both layers
 * run, the second in the first one's memory.
 *
 * A layer that has `takes` does the forward of those that read its output alone, too, such as an
 * activation and a pooling after a convolution: with a batch norm between them where that is
 * folded. */
#include <math.h>

#include "core/memory.h"
#include "math/simd.h"
#include "nn/network/parts.h"

enum { WEIGHT, BIAS }; /* of a class that folds */

/* A step whose values can take up what follows. */
static bool can_fold(const dnn_step *step) {
    return dnn_layer_has(step->layer, DNN_FOLDS) && !step->layer->transposed;
}

bool dnn_step_takes(const dnn_network *network, const dnn_plan *plan, size_t s, size_t scaling) {
    return !plan->backward && network->steps[scaling].layer->kind->scale != NULL &&
           can_fold(&network->steps[s]);
}

/* What is in the plan's memory, for the step's own number of channels. */
typedef struct folded {
    double *factor, *shift;
    dnn_matrix values[2];
    size_t bytes;
} folded;

static folded folded_of(const dnn_call *call, char *memory) {
    const dnn_matrix *weight = &call->values[WEIGHT];
    size_t channels = weight->rows, column = dnn_align_up(channels * sizeof(double));
    size_t bytes = dnn_align_up(dnn_matrix_count(weight) * dnn_dtype_info(call->dtype)->size);
    folded f = {.bytes = 3 * column + bytes};
    if (memory == NULL)
        return f;
    f.factor = (double *)memory;
    f.shift = (double *)(memory + column);
    f.values[BIAS] = dnn_matrix_of(call->dtype, channels, 1, memory + 2 * column);
    f.values[WEIGHT] = dnn_matrix_of(call->dtype, channels, weight->cols, memory + 3 * column);
    return f;
}

size_t dnn_fold_bytes(const dnn_call *call) {
    return folded_of(call, NULL).bytes;
}

/* to = factor from, row by row; false where a result is not finite. */
#define SCALE_ROWS(T, name, absolute, most)                                                        \
    DNN_CLONES static bool name(T *restrict to, const T *restrict from, size_t ld, size_t rows,    \
                                size_t cols, const double *restrict factor) {                      \
        unsigned beyond = 0;                                                                       \
        for (size_t j = 0; j < cols; j++, to += rows, from += ld)                                  \
            for (size_t i = 0; i < rows; i++) {                                                    \
                to[i] = (T)(factor[i] * from[i]);                                                  \
                beyond |= !(absolute(to[i]) <= (most));                                            \
            }                                                                                      \
        return beyond == 0;                                                                        \
    }
SCALE_ROWS(float, scale_rows_f32, fabsf, 3.4028234663852886e38f)
SCALE_ROWS(double, scale_rows_f64, fabs, 1.7976931348623157e308)

static bool fold_weight(folded *f, const dnn_matrix *weight) {
    dnn_matrix *to = &f->values[WEIGHT];
    return weight->dtype == DNN_FLOAT32
               ? scale_rows_f32(to->data, weight->data, weight->ld, to->rows, to->cols, f->factor)
               : scale_rows_f64(to->data, weight->data, weight->ld, to->rows, to->cols, f->factor);
}

static bool fold_bias(folded *f, const dnn_matrix *bias) {
    dnn_matrix *to = &f->values[BIAS];
    bool finite = true;
    for (size_t c = 0; c < to->rows; c++) {
        double old = bias == NULL ? 0 : dnn_matrix_get(bias, c, 0);
        dnn_matrix_set(to, c, 0, f->factor[c] * old + f->shift[c]);
        finite = finite && isfinite(dnn_matrix_get(to, c, 0));
    }
    return finite;
}

/* Whether it pays and all is finite; then f is filled. */
static bool fold(const dnn_network *network, const dnn_plan *plan, size_t s, folded *f) {
    const dnn_step *step = &network->steps[s];
    const dnn_call *call = &plan->calls[s], *scaling = &plan->calls[plan->folds[s]];
    const dnn_matrix *weight = &call->values[WEIGHT];
    bool biased = step->learnt + (step->tied != SIZE_MAX) > BIAS;
    if (dnn_matrix_count(&call->A) / weight->rows < weight->cols)
        return false;
    *f = folded_of(call, plan->memory + plan->fold_offset);
    scaling->layer->kind->scale(scaling, f->factor, f->shift);
    return fold_weight(f, weight) && fold_bias(f, biased ? &call->values[BIAS] : NULL);
}

/* Whether forward of a step does those after it, or these run by themselves. */
static void link_next(dnn_plan *plan, size_t s, bool linked) {
    size_t next = plan->next[s];
    plan->calls[s].next = linked && next != SIZE_MAX ? &plan->calls[next] : NULL;
    for (; next != SIZE_MAX; next = plan->next[next])
        plan->done[next] = linked;
}

dnn_status dnn_plan_run(dnn_network *network, dnn_plan *plan, size_t s, dnn_error *err) {
    dnn_call *call = &plan->calls[s];
    size_t scaling = plan->folds[s];
    folded f;
    if (scaling == SIZE_MAX)
        return dnn_call_forward(call, err);
    call->folded = plan->done[scaling] = fold(network, plan, s, &f);
    link_next(plan, s, call->folded);
    if (!call->folded)
        return dnn_call_forward(call, err);
    dnn_matrix *values = call->values;
    call->values = f.values;
    dnn_status status = dnn_call_forward(call, err);
    call->values = values;
    return status;
}
