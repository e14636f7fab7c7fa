/* watch.c: looks at what a forward, a backward and a step have left in a network's memory. */
#include "nn/network/watch.h"

#include <math.h>

#include "core/interrupt.h"
#include "math/reduce.h"
#include "nn/network/parts.h"
#include <string.h>

#define BLOCK ((size_t)1024) /* units looked at together */

/* How many rows of A are 0 throughout. */
static size_t count_dead(const dnn_matrix *A) {
    double room[BLOCK];
    size_t alive = 0;
    for (size_t first = 0; first < A->rows; first += BLOCK) {
        size_t units = A->rows - first < BLOCK ? A->rows - first : BLOCK;
        dnn_matrix block, any = dnn_matrix_of(A->dtype, units, 1, room);
        double sum = 0;
        dnn_matrix_block(&block, A, first, 0, units, A->cols, NULL);
        dnn_reduce(DNN_ANY, 2, &any, &block, 0, NULL);
        dnn_reduce_all(DNN_SUM, &sum, &any, 0, NULL);
        alive += (size_t)sum;
    }
    return A->rows - alive;
}

double dnn_watch_dead_units(const dnn_network *network, size_t step) {
    const dnn_matrix *A = dnn_network_step_output(network, step);
    const dnn_step *s = &network->steps[step];
    if (A == NULL || strcmp(s->layer->kind->name, "ReLU") != 0)
        return NAN;
    size_t dead = count_dead(A);
    return dnn_interrupt_requested() ? NAN : (double)dead / (double)A->rows;
}

/* How many elements are not between two limits. */
static size_t count_outside(const dnn_matrix *A, double low, double high) {
    size_t count = 0;
    for (size_t j = 0; j < A->cols; j++) {
        const void *column = dnn_matrix_at(A, 0, j);
        for (size_t i = 0; i < A->rows; i++) {
            double a = A->dtype == DNN_FLOAT32 ? (double)((const float *)column)[i]
                                               : ((const double *)column)[i];
            count += !(a >= low && a <= high);
        }
    }
    return count;
}

static double saturated_share(const dnn_layer *layer, const dnn_matrix *A) {
    bool tanh = strcmp(layer->kind->name, "Tanh") == 0;
    if (!tanh && strcmp(layer->kind->name, "Sigmoid") != 0)
        return NAN;
    size_t outside = count_outside(A, tanh ? -0.98 : 0.01, tanh ? 0.98 : 0.99);
    return (double)outside / (double)dnn_matrix_count(A);
}

dnn_watch_signal dnn_watch_output(const dnn_network *network, size_t step) {
    dnn_watch_signal s = {NAN, NAN, NAN};
    const dnn_matrix *A = dnn_network_step_output(network, step);
    if (A == NULL || dnn_matrix_count(A) == 0 || !dnn_dtype_info(A->dtype)->is_real)
        return s;
    dnn_reduce_all(DNN_MEAN, &s.mean, A, 0, NULL);
    dnn_reduce_all(DNN_STD, &s.deviation, A, 0, NULL);
    s.saturated = saturated_share(network->steps[step].layer, A);
    return dnn_interrupt_requested() ? (dnn_watch_signal){NAN, NAN, NAN} : s;
}

double dnn_watch_update_ratio(const dnn_network *network, size_t step) {
    const dnn_parameters *p = &network->parameters;
    const dnn_step *s = &network->steps[step];
    double change = 0, values = 0;
    for (size_t k = 0; k < s->learnt; k++) {
        const dnn_segment *segment = &p->segments[s->first_learnt + k];
        size_t n = segment->value.rows * segment->value.cols;
        size_t offset = segment->offset * dnn_dtype_info(p->dtype)->size;
        change += dnn_sum_squares(p->dtype, (const char *)p->change + offset, n);
        values += dnn_sum_squares(p->dtype, (const char *)p->values + offset, n);
    }
    return values > 0 ? sqrt(change / values) : NAN;
}

/* --- where numbers stop being finite --- */

/* printf writes some NaNs as "-nan". */
static const char *name_of(double value) {
    return isnan(value) ? "nan" : value > 0 ? "inf" : "-inf";
}

/* Place, counted from 0, of an element that is not finite. */
static bool find_not_finite(const dnn_matrix *m, size_t *i, size_t *j) {
    if (dnn_matrix_is_contiguous(m)) { /* in one run: weights are long */
        size_t where = 0;
        bool found = !dnn_all_finite(m->dtype, m->data, dnn_matrix_count(m), &where);
        *i = found ? where % m->rows : 0;
        *j = found ? where / m->rows : 0;
        return found;
    }
    for (*j = 0; *j < m->cols; ++*j)
        if (!dnn_all_finite(m->dtype, dnn_matrix_at(m, 0, *j), m->rows, i))
            return true;
    return false;
}

static bool blame_values(const dnn_network *network, size_t s, dnn_error *err) {
    const dnn_parameters *p = &network->parameters;
    const dnn_step *step = &network->steps[s];
    for (size_t k = 0; k < step->learnt + step->kept; k++) {
        size_t which =
            k < step->learnt ? step->first_learnt + k : step->first_kept + k - step->learnt;
        dnn_matrix m = dnn_segment_values(p, which);
        size_t i, j;
        if (!find_not_finite(&m, &i, &j))
            continue;
        dnn_fail(err, DNN_ERROR_NUMERIC,
                 "its %s(%zu, %zu) is %s; an earlier step went too far: start again with a smaller "
                 "learning rate",
                 p->segments[which].value.name, i + 1, j + 1, name_of(dnn_matrix_get(&m, i, j)));
        return true;
    }
    return false;
}

static bool blame_output(const dnn_matrix *A, dnn_error *err) {
    size_t i, j;
    if (A == NULL || !find_not_finite(A, &i, &j))
        return false;
    dnn_fail(err, DNN_ERROR_NUMERIC,
             "its output is the first that is not finite, %s in row %zu of example %zu; try a "
             "smaller learning rate, and X scaled to about -1..1",
             name_of(dnn_matrix_get(A, i, j)), i + 1, j + 1);
    return true;
}

bool dnn_watch_not_finite(const dnn_network *network, dnn_error *err) {
    const dnn_plan *plan = &network->plans[network->training];
    const dnn_matrix *X = &plan->A[0];
    size_t i, j;
    if (!plan->has_activations)
        return false;
    if (dnn_dtype_info(X->dtype)->is_real && find_not_finite(X, &i, &j)) {
        dnn_fail(err, DNN_ERROR_NUMERIC,
                 "X, the network's input, is %s in row %zu of example %zu; look at where the data "
                 "come from",
                 name_of(dnn_matrix_get(X, i, j)), i + 1, j + 1);
        return true;
    }
    for (size_t s = 0; s < network->all_steps; s++)
        if (blame_values(network, s, err) ||
            blame_output(dnn_network_step_output(network, s), err)) {
            dnn_network_fail_step(network, s, DNN_ERROR_NUMERIC, err);
            return true;
        }
    return false;
}
