/* ctc.h: connectionist temporal classification (Graves et al. 2006): the probability that a
 * sequence of log-probabilities of classes spells a shorter sequence of labels, and its gradient.
 *
 * A path takes one class at each step; it spells what is left when repeated classes are taken once
 * and blanks are taken out. The states of a target of L labels are blank, label, blank, ..., label,
 * blank, 2 L + 1 of them, and a path goes on by one state, by two where it passes over the blank
 * between different labels, or stays. In logarithms, with logsum(x, ...) = log(exp(x) + ...):
 *
 *     forward(t, s) = a(t, s) + logsum(forward(t - 1, s), forward(t - 1, s - 1), skip(s) +
 *                     forward(t - 1, s - 2)),  skip(s) = 0 or -infinity
 *     cost          = -logsum of forward(T, s) over the last two states
 *     da(t, class)  = -sum over the class's states of exp(forward(t, s) + backward(t, s) + cost)
 *
 * Sums run in double, whatever A's type is. Results have the same bits on any number of threads. */
#ifndef DNN_MATH_CTC_H
#define DNN_MATH_CTC_H

#include "math/matrix.h"

typedef struct dnn_ctc {
    const dnn_matrix *A; /* (steps * classes) x m log-probabilities, of a real type */
    const dnn_matrix *Y; /* a column of labels from 1 for each example, of any type */
    const dnn_matrix *input_lengths, *target_lengths; /* 1 x m; NULL: all steps, all labels */
    size_t classes, blank;                            /* blank is counted from 0 */
    bool zero_infinity; /* a target that no path spells has cost 0, and no gradient */
} dnn_ctc;

/* Length of example j's target. */
size_t dnn_ctc_target_length(const dnn_ctc *c, size_t j);

/* The memory that the other two take, which the thread keeps: DNN_ERROR_MEMORY. */
dnn_status dnn_ctc_reserve(const dnn_ctc *c, dnn_error *err);

/* The cost of each example, m of them, until the thread's next call of this library: infinite where
 * no path spells the target. Lengths and labels are as they should be. */
const double *dnn_ctc_costs(const dnn_ctc *c);

/* dA = factor(context, j) times the gradient of example j's cost. Where that is infinite, the
 * gradient of the target's classes is NaN. */
void dnn_ctc_gradients(const dnn_ctc *c, double (*factor)(const void *context, size_t j),
                       const void *context, dnn_matrix *dA);

#endif
