/* hinge_embedding.c: distances a of pairs that are alike (y = 1) or not (y = -1).
 *
 *     cost = mean of a where y = 1, of max(0, margin - a) where y = -1 */
#ifdef T /* elementwise.inc */

DNN_INLINE T K(cost)(T a, T y, T w, T p) {
    T gap = p - a;
    (void)w;
    return y > 0 ? a : gap > 0 ? gap : 0;
}

DNN_INLINE T K(slope)(T a, T y, T w, T p) {
    (void)w;
    return (T)(y > 0 ? 1 : p - a > 0 ? -1 : 0);
}

#include "nn/losses/elementwise_loops.inc"

#else
#define KERNELS "nn/losses/hinge_embedding.c"
#include "nn/losses/elementwise.inc"

static const dnn_field fields[] = {
    DNN_REDUCTION_ROW,
    {.name = "margin",
      .kind = DNN_FIELD_REAL,
      .initial = 1,
      .low = 0,
      .high = 1e+30,
      .doc = "the distance beyond which unlike pairs cost nothing"},
    {.name = NULL    }
};

static const dnn_loss_case cases[] = {
    {"",                         3, 4, 0, 0},
    {"margin=0.3 reduction=sum", 2, 5, 0, 0},
    {"margin=2 reduction=none",  2, 3, 0, 0},
    {NULL,                       0, 0, 0, 0},
};

const dnn_loss_class dnn_loss_hinge_embedding = {
    .name = "HingeEmbeddingLoss",
    .doc = "mean of A where Y is 1, of max(0, margin - A) where Y is -1",
    .fields = fields,
    .cases = cases,
    .targets = DNN_TARGETS_SIGNS,
    .elementwise = &kernels,
};

#endif
