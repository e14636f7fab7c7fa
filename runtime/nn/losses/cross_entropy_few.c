/* cross_entropy_few.c: cross entropy of a few classes, with vectors along the positions.
 *
 * Positions are taken thirty-two at a time, transposed first: element [c][p] is class c of
 * position p. That number is a constant, so that each loop is a few vectors, which do not wait for
 * each other; where fewer positions are left, the last one is repeated. */
#ifdef T /* both_types.inc */

/* logits[c][p] = z[p n + c] of TOGETHER positions; n is a constant. */
DNN_INLINE void K(turn_whole)(const T *z, size_t n, T logits[][TOGETHER]) {
    DNN_LANES
    for (size_t p = 0; p < TOGETHER; p++) {
        _Pragma("GCC unroll 4") for (size_t c = 0; c < n; c++) logits[c][p] = z[p * n + c];
    }
}

/* The other way round. */
DNN_INLINE void K(turn_back)(T *out, size_t n, T logits[][TOGETHER]) {
    DNN_LANES
    for (size_t p = 0; p < TOGETHER; p++) {
        _Pragma("GCC unroll 4") for (size_t c = 0; c < n; c++) out[p * n + c] = logits[c][p];
    }
}

/* The logits of `count` positions, transposed. */
DNN_INLINE void K(few_turn)(const T *z, size_t n, size_t count, T logits[][TOGETHER]) {
    if (n == 2 && count == TOGETHER) {
        K(turn_whole)(z, 2, logits);
        return;
    }
    if (n == 3 && count == TOGETHER) {
        K(turn_whole)(z, 3, logits);
        return;
    }
    for (size_t c = 0; c < n; c++) {
        DNN_LANES
        for (size_t p = 0; p < TOGETHER; p++)
            logits[c][p] = z[(p < count ? p : count - 1) * n + c];
    }
}

DNN_INLINE void K(few_put)(T *out, size_t n, size_t count, T logits[][TOGETHER]) {
    if (n == 2 && count == TOGETHER) {
        K(turn_back)(out, 2, logits);
        return;
    }
    if (n == 3 && count == TOGETHER) {
        K(turn_back)(out, 3, logits);
        return;
    }
    for (size_t p = 0; p < count; p++)
        for (size_t c = 0; c < n; c++)
            out[p * n + c] = logits[c][p];
}

/* The same, and the labels as double and as T: 0 where one does not count. */
DNN_INLINE void K(few_read)(const dnn_cross_targets *t, const double *labels, const T *z,
                            size_t count, T logits[][TOGETHER], double *numbers, T *classes) {
    const double ignore = t->labels.ignore;
    K(few_turn)(z, t->labels.classes, count, logits);
    DNN_LANES
    for (size_t p = 0; p < TOGETHER; p++)
        numbers[p] = p >= count || labels[p] == ignore ? 0 : labels[p];
    DNN_LANES
    for (size_t p = 0; p < TOGETHER; p++)
        classes[p] = (T)numbers[p];
}

/* Logits become exp(z - the largest of z); tops and sums as in cross_entropy.c. */
DNN_INLINE void K(few_exponentials)(T logits[][TOGETHER], size_t classes, T *tops, double *sums) {
    DNN_LANES
    for (size_t p = 0; p < TOGETHER; p++)
        tops[p] = logits[0][p], sums[p] = 0;
    for (size_t c = 1; c < classes; c++)
        DNN_LANES
        for (size_t p = 0; p < TOGETHER; p++)
            tops[p] = logits[c][p] > tops[p] ? logits[c][p] : tops[p];
    for (size_t c = 0; c < classes; c++) {
        T *row = logits[c];
        DNN_LANES
        for (size_t p = 0; p < TOGETHER; p++)
            row[p] = K(dnn_exp)(row[p] - tops[p]);
        DNN_LANES
        for (size_t p = 0; p < TOGETHER; p++)
            sums[p] += row[p];
    }
}

/* What the logarithm of each label's class is multiplied by. */
DNN_INLINE void K(few_weights)(const dnn_cross_targets *t, const T *classes, double *weights) {
    DNN_LANES
    for (size_t p = 0; p < TOGETHER; p++)
        weights[p] = t->keep;
    for (size_t p = 0; p < TOGETHER && t->labels.weights != NULL; p++)
        weights[p] *= t->labels.weights[classes[p] == 0 ? 0 : (size_t)classes[p] - 1];
}

DNN_CLONES void K(dnn_cross_few_forward)(const dnn_cross_targets *t, const dnn_cross_block *b,
                                         const T *z, double *costs) {
    size_t n = t->labels.classes;
    _Alignas(64) T logits[DNN_CROSS_MANY][TOGETHER], classes[TOGETHER], tops[TOGETHER];
    _Alignas(64) double sums[TOGETHER], weights[TOGETHER], above[TOGETHER], numbers[TOGETHER];
    for (size_t first = 0; first < b->count; first += TOGETHER) {
        size_t count = b->count - first < TOGETHER ? b->count - first : TOGETHER;
        _Alignas(64) T of_label[TOGETHER];
        K(few_read)(t, b->labels + first, z + first * n, count, logits, numbers, classes);
        DNN_LANES
        for (size_t p = 0; p < TOGETHER; p++)
            of_label[p] = logits[0][p];
        for (size_t c = 1; c < n; c++)
            DNN_LANES
            for (size_t p = 0; p < TOGETHER; p++)
                of_label[p] = classes[p] == (T)(c + 1) ? logits[c][p] : of_label[p];
        K(few_exponentials)(logits, n, tops, sums);
        K(few_weights)(t, classes, weights);
        DNN_LANES
        for (size_t p = 0; p < TOGETHER; p++)
            above[p] = (double)tops[p] - of_label[p];
        DNN_LANES
        for (size_t p = 0; p < TOGETHER; p++)
            sums[p] = dnn_log_f64(sums[p]);
        DNN_LANES
        for (size_t p = 0; p < TOGETHER; p++) {
            double cost = weights[p] * sums[p] + weights[p] * above[p];
            sums[p] = numbers[p] == 0 ? 0 : cost;
        }
        for (size_t p = 0; p < count; p++)
            costs[first + p] = sums[p];
    }
}

DNN_CLONES void K(dnn_cross_few_backward)(const dnn_cross_targets *t, const dnn_cross_block *b,
                                          const T *z, T *out, const double *scales) {
    size_t n = t->labels.classes;
    _Alignas(64) T logits[DNN_CROSS_MANY][TOGETHER], classes[TOGETHER], tops[TOGETHER];
    _Alignas(64) double sums[TOGETHER], pulls[TOGETHER], numbers[TOGETHER];
    for (size_t first = 0; first < b->count; first += TOGETHER, out += TOGETHER * n) {
        size_t count = b->count - first < TOGETHER ? b->count - first : TOGETHER;
        K(few_read)(t, b->labels + first, z + first * n, count, logits, numbers, classes);
        K(few_exponentials)(logits, n, tops, sums);
        K(few_weights)(t, classes, pulls);
        DNN_LANES
        for (size_t p = 0; p < TOGETHER; p++)
            pulls[p] *= scales[first + (p < count ? p : count - 1)];
        DNN_LANES
        for (size_t p = 0; p < TOGETHER; p++)
            sums[p] = pulls[p] / sums[p];
        for (size_t c = 0; c < n; c++) {
            T *row = logits[c];
            DNN_LANES
            for (size_t p = 0; p < TOGETHER; p++) {
                T share = (T)(row[p] * sums[p]);
                T slope = classes[p] == (T)(c + 1) ? (T)(share - pulls[p]) : share;
                row[p] = classes[p] == 0 ? 0 : slope;
            }
        }
        K(few_put)(out, n, count, logits);
    }
}

#else
#include <string.h>

#include "math/functions.h"
#include "math/simd.h"
#include "nn/losses/cross_entropy.h"

enum { TOGETHER = 32 };

#define KERNELS "nn/losses/cross_entropy_few.c"
#include "nn/both_types.inc"
#endif
