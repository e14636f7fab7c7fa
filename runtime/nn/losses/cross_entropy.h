/* cross_entropy.h: what the files of CrossEntropyLoss share: its targets and blocks of positions.
 *
 * Labels count from 1 here, as in Y. */
#ifndef DNN_NN_LOSSES_CROSS_ENTROPY_H
#define DNN_NN_LOSSES_CROSS_ENTROPY_H

#include "nn/losses/labels.h"

enum {
    DNN_CROSS_MANY = 16,  /* classes from which on sums and extremes are worth a call */
    DNN_CROSS_PART = 512, /* elements on the stack */
    DNN_CROSS_BLOCK = 128 /* positions at a time */
};

/* What Y asks for. */
typedef struct dnn_cross_targets {
    dnn_labels labels;   /* of a Y of probabilities classes and weights alone */
    bool soft;           /* Y holds probabilities */
    double keep, spread; /* q = keep y + spread */
} dnn_cross_targets;

/* Positions that are worked on together; `first` counts those of all columns. */
typedef struct dnn_cross_block {
    size_t first, count;
    double labels[DNN_CROSS_BLOCK], tops[DNN_CROSS_BLOCK], sums[DNN_CROSS_BLOCK];
} dnn_cross_block;

/* Whether a label names the class alone and there are so few of them that positions, not classes,
 * make vectors: then these are to be called. The bits are those of the general loops. */
static inline bool dnn_cross_few(const dnn_cross_targets *t) {
    return !t->soft && t->spread == 0 && t->labels.classes < DNN_CROSS_MANY;
}

/* The cost of each position of a block from its logits z. */
void dnn_cross_few_forward_f32(const dnn_cross_targets *t, const dnn_cross_block *b, const float *z,
                               double *costs);
void dnn_cross_few_forward_f64(const dnn_cross_targets *t, const dnn_cross_block *b,
                               const double *z, double *costs);

/* Its gradient into out; `scales` holds what that of each position is multiplied by. */
void dnn_cross_few_backward_f32(const dnn_cross_targets *t, const dnn_cross_block *b,
                                const float *z, float *out, const double *scales);
void dnn_cross_few_backward_f64(const dnn_cross_targets *t, const dnn_cross_block *b,
                                const double *z, double *out, const double *scales);

/* Both, in less time than one after the other. */
void dnn_cross_few_both_f32(const dnn_cross_targets *t, const dnn_cross_block *b, const float *z,
                            double *costs, float *out, const double *scales);
void dnn_cross_few_both_f64(const dnn_cross_targets *t, const dnn_cross_block *b, const double *z,
                            double *costs, double *out, const double *scales);

/* The same of any targets and any number of classes; what is in the block changes. */
void dnn_cross_many_forward_f32(const dnn_cross_targets *t, dnn_cross_block *b, const float *z,
                                double *costs);
void dnn_cross_many_forward_f64(const dnn_cross_targets *t, dnn_cross_block *b, const double *z,
                                double *costs);
void dnn_cross_many_backward_f32(const dnn_cross_targets *t, dnn_cross_block *b, const float *z,
                                 float *out, const double *scales);
void dnn_cross_many_backward_f64(const dnn_cross_targets *t, dnn_cross_block *b, const double *z,
                                 double *out, const double *scales);

#endif
