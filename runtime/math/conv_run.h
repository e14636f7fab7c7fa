/* conv_run.h: the two engines of conv.h; matrices have been checked.
 *
 * Internal to this folder. */
#ifndef DNN_MATH_CONV_RUN_H
#define DNN_MATH_CONV_RUN_H

#include "math/conv.h"

/* target (+)= the taps of W over source. Forward: target is A, source X. Backward: dX and dA; W's
 * roles of channels are exchanged. */
typedef struct dnn_conv_gather {
    const dnn_conv *conv;
    bool backward;
    const dnn_matrix *source, *W, *bias;
    dnn_matrix *target;
    bool add;                    /* to what target holds */
    const dnn_conv_after *after; /* of forward, which adds nothing then; or NULL */
    void *packed;
} dnn_conv_gather;

dnn_status dnn_conv_gather_run(const dnn_conv_gather *g, dnn_error *err);
size_t dnn_conv_gather_scratch(const dnn_conv *c, dnn_dtype dtype, bool backward, size_t examples);

dnn_status dnn_conv_weight_run(const dnn_conv *c, const dnn_matrix *X, const dnn_matrix *dA,
                               bool add, dnn_matrix *dW, void *partial, dnn_error *err);
size_t dnn_conv_weight_scratch(const dnn_conv *c, dnn_dtype dtype, size_t examples);

#endif
