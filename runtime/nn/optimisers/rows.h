/* rows.h: rows of settings that optimisers share. */
#ifndef DNN_NN_OPTIMISERS_ROWS_H
#define DNN_NN_OPTIMISERS_ROWS_H

#include "nn/optimiser.h"

#define DNN_REAL_ROW(NAME, INITIAL, LOW, HIGH, DOC)                                                \
    {                                                                                              \
        .name = NAME, .kind = DNN_FIELD_REAL, .initial = INITIAL, .low = LOW, .high = HIGH,        \
        .doc = DOC                                                                                 \
    }

#define DNN_LR_ROW(INITIAL) DNN_REAL_ROW("lr", INITIAL, 0, 1e6, "learning rate")
#define DNN_DECAY_ROW                                                                              \
    DNN_REAL_ROW("weight_decay", 0, 0, 1e6, "L2 penalty: weight_decay * p is added to the gradient")
#define DNN_MAXIMIZE_ROW                                                                           \
    { .name = "maximize", .kind = DNN_FIELD_FLAG, .doc = "whether steps go up instead of down" }
#define DNN_EPS_ROW(INITIAL)                                                                       \
    DNN_REAL_ROW("eps", INITIAL, 0, 1,                                                             \
                 "added to the root, so that a gradient of 0 does not divide by 0")
#define DNN_BETA1_ROW                                                                              \
    DNN_REAL_ROW("beta1", 0.9, 0, 0.9999999, "decay of the running mean of gradients, below 1")
#define DNN_BETA2_ROW                                                                              \
    DNN_REAL_ROW("beta2", 0.999, 0, 0.9999999,                                                     \
                 "decay of the running mean of squared gradients, below 1")

/* What gradients are multiplied by, of the setting of that row. */
static inline double dnn_direction(dnn_setting maximize) {
    return maximize.number != 0 ? -1 : 1;
}

#endif
