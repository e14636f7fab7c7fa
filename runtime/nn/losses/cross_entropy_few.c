/* cross_entropy_few.c: cross entropy of a few classes, with vectors along the positions.
 *
 * A block is turned round first: element c * count + p is class c of position p. */
#ifdef T /* both_types.inc */

/* turned = exp(z - the largest of z), the other way round; tops and sums as in cross_entropy.c. */
DNN_INLINE void K(few_exponentials)(T *turned, const T *z, size_t classes, dnn_cross_block *b) {
    size_t count = b->count;
    T top[DNN_CROSS_BLOCK];
    for (size_t c = 0; c < classes; c++)
        for (size_t p = 0; p < count; p++)
            turned[c * count + p] = z[p * classes + c];
    for (size_t p = 0; p < count; p++)
        top[p] = turned[p];
    for (size_t c = 1; c < classes; c++) {
        const T *row = turned + c * count;
        for (size_t p = 0; p < count; p++)
            top[p] = row[p] > top[p] ? row[p] : top[p];
    }
    for (size_t p = 0; p < count; p++)
        b->tops[p] = top[p], b->sums[p] = 0;
    for (size_t c = 0; c < classes; c++) {
        T *row = turned + c * count;
        for (size_t p = 0; p < count; p++) {
            row[p] = K(dnn_exp)(row[p] - top[p]);
            b->sums[p] += row[p];
        }
    }
}

DNN_CLONES void K(dnn_cross_few_forward)(const dnn_cross_targets *t, dnn_cross_block *b, const T *z,
                                         double *costs) {
    size_t classes = t->labels.classes;
    double weights[DNN_CROSS_BLOCK], logits[DNN_CROSS_BLOCK];
    T turned[DNN_CROSS_PART];
    K(few_exponentials)(turned, z, classes, b);
    for (size_t p = 0; p < b->count; p++) {
        size_t label = b->labels[p] == t->labels.ignore ? 0 : (size_t)(int)b->labels[p] - 1;
        weights[p] = t->keep * dnn_label_weight(&t->labels, label);
        logits[p] = z[p * classes + label];
    }
    for (size_t p = 0; p < b->count; p++) {
        double cost = weights[p] * dnn_log_f64(b->sums[p]) + weights[p] * (b->tops[p] - logits[p]);
        costs[p] = b->labels[p] == t->labels.ignore ? 0 : cost;
    }
}

DNN_CLONES void K(dnn_cross_few_backward)(const dnn_cross_targets *t, dnn_cross_block *b,
                                          const T *z, T *out, const double *scales) {
    size_t classes = t->labels.classes, count = b->count;
    double pulls[DNN_CROSS_BLOCK], factors[DNN_CROSS_BLOCK];
    T turned[DNN_CROSS_PART];
    K(few_exponentials)(turned, z, classes, b);
    for (size_t p = 0; p < count; p++) {
        size_t label = b->labels[p] == t->labels.ignore ? 0 : (size_t)(int)b->labels[p] - 1;
        pulls[p] = t->keep * dnn_label_weight(&t->labels, label) * scales[p];
    }
    for (size_t p = 0; p < count; p++)
        factors[p] = pulls[p] / b->sums[p];
    for (size_t c = 0; c < classes; c++) {
        T *row = turned + c * count;
        for (size_t p = 0; p < count; p++) {
            T share = (T)(row[p] * factors[p]);
            T slope = b->labels[p] == (double)(c + 1) ? (T)(share - pulls[p]) : share;
            row[p] = b->labels[p] == t->labels.ignore ? 0 : slope;
        }
    }
    for (size_t c = 0; c < classes; c++)
        for (size_t p = 0; p < count; p++)
            out[p * classes + c] = turned[c * count + p];
}

#else
#include "math/functions.h"
#include "math/simd.h"
#include "nn/losses/cross_entropy.h"

#define KERNELS "nn/losses/cross_entropy_few.c"
#include "nn/both_types.inc"
#endif
