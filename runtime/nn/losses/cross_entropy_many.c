/* cross_entropy_many.c: cross entropy position by position, with vectors along the classes.
 *
 * Positions are taken in blocks, so that exp and log run over long vectors where there are few
 * classes. */
#ifdef T /* both_types.inc; labels count from 0 */

DNN_INLINE T K(largest)(const T *z, size_t classes) {
    T top = z[0];
    for (size_t c = 1; c < classes; c++)
        top = z[c] > top ? z[c] : top;
    return top;
}

/* out = exp(z - the largest of z) for so many positions; their largest logits and sums of out. */
DNN_CLONES static void K(exponentials)(T *out, const T *z, size_t classes, size_t positions,
                                       double *tops, double *sums) {
    for (size_t p = 0; p < positions; p++) {
        const T *from = z + p * classes;
        T top = classes < MANY ? K(largest)(from, classes) : (T)K(top_of)(classes, from, 0, 0);
        T *to = out + p * classes;
        tops[p] = top;
        DNN_INDEPENDENT
        for (size_t c = 0; c < classes; c++)
            to[c] = from[c] - top;
    }
    DNN_INDEPENDENT
    for (size_t i = 0; i < positions * classes; i++)
        out[i] = K(dnn_exp)(out[i]);
    for (size_t p = 0; p < positions; p++) {
        const T *from = out + p * classes;
        double sum = 0;
        for (size_t c = 0; c < classes && classes < MANY; c++)
            sum += from[c];
        sums[p] = classes < MANY ? sum : K(sum_of)(classes, from, 0, 0);
    }
}

/* The same of one position without keeping the exponentials. */
DNN_CLONES static void K(long_sum)(const T *z, size_t classes, double *top, double *sum) {
    T part[PART], most = (T)K(top_of)(classes, z, 0, 0);
    *top = most;
    *sum = 0;
    for (size_t begin = 0; begin < classes; begin += PART) {
        size_t n = classes - begin < PART ? classes - begin : PART;
        for (size_t c = 0; c < n; c++)
            part[c] = K(dnn_exp)(z[begin + c] - most);
        *sum += K(sum_of)(n, part, 0, 0);
    }
}

/* What n classes add to the sums of w q and of w q (top - z); y is NULL where it is 0. */
static void K(add_shares)(const T *z, const T *y, const double *w, size_t n, const targets *t,
                          double top, double *share, double *cost) {
    for (size_t c = 0; c < n; c++) {
        double q = (y == NULL ? 0 : t->keep * y[c]) + t->spread;
        double wq = w == NULL ? q : w[c] * q;
        *share += wq;
        *cost += wq * (top - z[c]);
    }
}

/* out = out factor - w q scale of n classes. */
static void K(pull)(T *out, const T *y, const double *w, size_t n, const targets *t, double factor,
                    double scale) {
    for (size_t c = 0; c < n; c++) {
        double q = (y == NULL ? 0 : t->keep * y[c]) + t->spread;
        out[c] = (T)(out[c] * factor - (w == NULL ? q : w[c] * q) * scale);
    }
}

DNN_CLONES static void K(multiply)(T *out, size_t n, double factor) {
    DNN_INDEPENDENT
    for (size_t c = 0; c < n; c++)
        out[c] = (T)(out[c] * factor);
}

/* Probabilities of at most PART classes from `begin` on; converted into the buffer where they are
 * stored as whole numbers; NULL where Y holds labels. */
static const T *K(probabilities)(const targets *t, size_t column, size_t begin, size_t n,
                                 T *buffer) {
    if (!t->soft)
        return NULL;
    const char *from = (const char *)dnn_matrix_at(t->labels.Y, 0, column) +
                       begin * dnn_dtype_info(t->labels.Y->dtype)->size;
    if (dnn_dtype_info(t->labels.Y->dtype)->is_real)
        return (const T *)from;
    dnn_convert[t->labels.Y->dtype][K(type)](n, buffer, from, NULL, NULL);
    return buffer;
}

/* The sums of w q and of w q (top - z) of a position. */
static void K(target_of)(const targets *t, const block *b, size_t p, const T *z, double *share,
                         double *cost) {
    T buffer[PART];
    *share = *cost = 0;
    for (size_t c = 0; c < t->labels.classes && (t->soft || t->spread != 0); c += PART) {
        size_t n = t->labels.classes - c < PART ? t->labels.classes - c : PART;
        const T *y = K(probabilities)(t, b->first + p, c, n, buffer);
        K(add_shares)
        (z + c, y, t->labels.weights == NULL ? NULL : t->labels.weights + c, n, t, b->tops[p],
         share, cost);
    }
    if (!t->soft) {
        size_t label = (size_t)b->labels[p] - 1;
        double wq = t->keep * dnn_label_weight(&t->labels, label);
        *share += wq;
        *cost += wq * (b->tops[p] - z[label]);
    }
}

void K(dnn_cross_many_forward)(const targets *t, block *b, const T *z, double *costs) {
    T out[PART];
    if (t->labels.classes > PART)
        K(long_sum)(z, t->labels.classes, b->tops, b->sums);
    else
        K(exponentials)(out, z, t->labels.classes, b->count, b->tops, b->sums);
    logarithms(b->sums, b->count);
    for (size_t p = 0; p < b->count; p++) {
        double share, cost;
        costs[p] = 0;
        if (!counts(t, b, p))
            continue;
        K(target_of)(t, b, p, z + p * t->labels.classes, &share, &cost);
        costs[p] = share * b->sums[p] + cost;
    }
}

/* `scales` holds what the gradient of each position is multiplied by. */
void K(dnn_cross_many_backward)(const targets *t, block *b, const T *z, T *out,
                                const double *scales) {
    T buffer[PART];
    K(exponentials)(out, z, t->labels.classes, b->count, b->tops, b->sums);
    for (size_t p = 0; p < b->count; p++, out += t->labels.classes, z += t->labels.classes) {
        double share, cost;
        if (!counts(t, b, p)) {
            memset(out, 0, t->labels.classes * sizeof *out);
            continue;
        }
        K(target_of)(t, b, p, z, &share, &cost);
        double factor = share * scales[p] / b->sums[p];
        for (size_t c = 0; c < t->labels.classes && (t->soft || t->spread != 0); c += PART) {
            size_t n = t->labels.classes - c < PART ? t->labels.classes - c : PART;
            const T *y = K(probabilities)(t, b->first + p, c, n, buffer);
            K(pull)
            (out + c, y, t->labels.weights == NULL ? NULL : t->labels.weights + c, n, t, factor,
             scales[p]);
        }
        if (t->soft)
            continue;
        if (t->spread == 0)
            K(multiply)(out, t->labels.classes, factor);
        size_t label = (size_t)b->labels[p] - 1;
        out[label] = (T)(out[label] - t->keep * dnn_label_weight(&t->labels, label) * scales[p]);
    }
}

#else
#include <string.h>

#include "math/convert.h"
#include "math/functions.h"
#include "math/reduce_kernels.h"
#include "math/simd.h"
#include "nn/losses/cross_entropy.h"

enum { MANY = DNN_CROSS_MANY, PART = DNN_CROSS_PART };

typedef dnn_cross_targets targets;
typedef dnn_cross_block block;

static bool counts(const targets *t, const block *b, size_t p) {
    return t->soft || b->labels[p] != t->labels.ignore;
}

DNN_CLONES static void logarithms(double *x, size_t n) {
    DNN_INDEPENDENT
    for (size_t i = 0; i < n; i++)
        x[i] = dnn_log_f64(x[i]);
}

#define top_of_f32 dnn_f32_max
#define top_of_f64 dnn_f64_max
#define sum_of_f32 dnn_f32_sum
#define sum_of_f64 dnn_f64_sum
#define type_f32   DNN_FLOAT32
#define type_f64   DNN_FLOAT64
#define KERNELS    "nn/losses/cross_entropy_many.c"
#include "nn/both_types.inc"
#endif
