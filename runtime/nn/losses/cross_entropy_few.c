/* cross_entropy_few.c: cross entropy of a few classes, with vectors along the positions.
 *
 * Positions are taken thirty-two at a time, transposed first: element [c][p] is class c of
 * position p. That number is a constant, so that each loop is a few vectors, which do not wait for
 * each other, and, where the number of classes is one as well, which are registers; where fewer
 * positions are left, the last one is repeated. */
#ifdef T /* both_types.inc */

/* logits[c][p] = z[p n + c] of TOGETHER positions; n is a constant. */
DNN_INLINE void K(turn_whole)(const T *z, size_t n, T logits[][TOGETHER]) {
    for (size_t p = 0; p < TOGETHER; p++)
        _Pragma("GCC unroll 4") for (size_t c = 0; c < n; c++) logits[c][p] = z[p * n + c];
}

/* The other way round. */
DNN_INLINE void K(turn_back)(T *out, size_t n, T logits[][TOGETHER]) {
    for (size_t p = 0; p < TOGETHER; p++)
        _Pragma("GCC unroll 4") for (size_t c = 0; c < n; c++) out[p * n + c] = logits[c][p];
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
    for (size_t c = 0; c < n; c++)
        for (size_t p = 0; p < TOGETHER; p++)
            logits[c][p] = z[(p < count ? p : count - 1) * n + c];
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
DNN_INLINE void K(few_read)(size_t n, const dnn_cross_targets *t, const double *labels, const T *z,
                            size_t count, T logits[][TOGETHER], double *numbers, T *classes) {
    const double ignore = t->labels.ignore;
    K(few_turn)(z, n, count, logits);
    for (size_t p = 0; p < TOGETHER; p++)
        numbers[p] = p >= count || labels[p] == ignore ? 0 : labels[p];
    for (size_t p = 0; p < TOGETHER; p++)
        classes[p] = (T)numbers[p];
}

/* Logits become exp(z - the largest of z); tops and sums as in cross_entropy.c. */
DNN_INLINE void K(few_exponentials)(T logits[][TOGETHER], size_t classes, T *tops, double *sums) {
    for (size_t p = 0; p < TOGETHER; p++)
        tops[p] = logits[0][p], sums[p] = 0;
    for (size_t c = 1; c < classes; c++)
        for (size_t p = 0; p < TOGETHER; p++)
            tops[p] = logits[c][p] > tops[p] ? logits[c][p] : tops[p];
    for (size_t c = 0; c < classes; c++) {
        T *row = logits[c];
        for (size_t p = 0; p < TOGETHER; p++)
            row[p] = K(dnn_exp)(row[p] - tops[p]);
        for (size_t p = 0; p < TOGETHER; p++)
            sums[p] += row[p];
    }
}

/* What the logarithm of each label's class is multiplied by. */
DNN_INLINE void K(few_weights)(const dnn_cross_targets *t, const T *classes, double *weights) {
    for (size_t p = 0; p < TOGETHER; p++)
        weights[p] = t->keep;
    for (size_t p = 0; p < TOGETHER && t->labels.weights != NULL; p++)
        weights[p] *= t->labels.weights[classes[p] == 0 ? 0 : (size_t)classes[p] - 1];
}

/* out[p] = weights (log of sums) + weights (the largest logit - that of the label). */
DNN_INLINE void K(few_costs)(const double *numbers, const double *weights, const T *tops,
                             const T *of_label, const double *sums, double *out, size_t count) {
    _Alignas(64) double costs[TOGETHER];
    for (size_t p = 0; p < TOGETHER; p++)
        costs[p] =
            sums[p] != sums[p] ? sums[p] : dnn_log_normal_f64(sums[p], 0); /* 1 to n, or NaN */
    for (size_t p = 0; p < TOGETHER; p++) {
        double above = (double)tops[p] - of_label[p];
        double cost = weights[p] * costs[p] + weights[p] * above;
        costs[p] = numbers[p] == 0 ? 0 : cost;
    }
    if (count == TOGETHER)
        memcpy(out, costs, sizeof costs);
    for (size_t p = 0; p < count && count < TOGETHER; p++)
        out[p] = costs[p];
}

/* Exponentials become the gradient. */
DNN_INLINE void K(few_slopes)(size_t n, const T *classes, const double *weights,
                              const double *scales, size_t count, const double *sums,
                              T logits[][TOGETHER]) {
    _Alignas(64) double pulls[TOGETHER], shares[TOGETHER];
    for (size_t p = 0; p < TOGETHER; p++)
        pulls[p] = weights[p] * scales[p < count ? p : count - 1];
    for (size_t p = 0; p < TOGETHER; p++)
        shares[p] = pulls[p] / sums[p];
    for (size_t c = 0; c < n; c++) {
        T *row = logits[c];
        for (size_t p = 0; p < TOGETHER; p++) {
            T share = (T)(row[p] * shares[p]);
            T slope = classes[p] == (T)(c + 1) ? (T)(share - pulls[p]) : share;
            row[p] = classes[p] == 0 ? 0 : slope;
        }
    }
}

/* The costs, or (NULL) not, and the gradient into out, or (NULL) not; which, is a constant. */
DNN_INLINE void K(few_pass)(size_t n, const dnn_cross_targets *t, const dnn_cross_block *b,
                            const T *z, double *costs, T *out, const double *scales) {
    _Alignas(64) T logits[DNN_CROSS_MANY][TOGETHER], classes[TOGETHER], tops[TOGETHER];
    _Alignas(64) double sums[TOGETHER], weights[TOGETHER], numbers[TOGETHER];
    for (size_t first = 0; first < b->count; first += TOGETHER) {
        size_t count = b->count - first < TOGETHER ? b->count - first : TOGETHER;
        _Alignas(64) T of_label[TOGETHER];
        K(few_read)(n, t, b->labels + first, z + first * n, count, logits, numbers, classes);
        if (costs != NULL) {
            for (size_t p = 0; p < TOGETHER; p++)
                of_label[p] = logits[0][p];
            for (size_t c = 1; c < n; c++)
                for (size_t p = 0; p < TOGETHER; p++)
                    of_label[p] = classes[p] == (T)(c + 1) ? logits[c][p] : of_label[p];
        }
        K(few_exponentials)(logits, n, tops, sums);
        K(few_weights)(t, classes, weights);
        if (costs != NULL)
            K(few_costs)(numbers, weights, tops, of_label, sums, costs + first, count);
        if (out == NULL)
            continue;
        K(few_slopes)(n, classes, weights, scales + first, count, sums, logits);
        K(few_put)(out + first * n, n, count, logits);
    }
}

DNN_CLONES void K(dnn_cross_few_forward)(const dnn_cross_targets *t, const dnn_cross_block *b,
                                         const T *z, double *costs) {
    K(few_pass)(t->labels.classes, t, b, z, costs, NULL, NULL);
}

DNN_CLONES void K(dnn_cross_few_backward)(const dnn_cross_targets *t, const dnn_cross_block *b,
                                          const T *z, T *out, const double *scales) {
    K(few_pass)(t->labels.classes, t, b, z, NULL, out, scales);
}

/* What training runs: three classes get a loop of their own. */
DNN_CLONES void K(dnn_cross_few_both)(const dnn_cross_targets *t, const dnn_cross_block *b,
                                      const T *z, double *costs, T *out, const double *scales) {
    if (t->labels.classes == 3)
        K(few_pass)(3, t, b, z, costs, out, scales);
    else
        K(few_pass)(t->labels.classes, t, b, z, costs, out, scales);
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
