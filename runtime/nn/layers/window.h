/* window.h: whether a window fits into a sequence. */
#ifndef DNN_NN_WINDOW_H
#define DNN_NN_WINDOW_H

#include <stddef.h>

#include "core/error.h"

/* DNN_ERROR_SHAPE where a window of `kernel` steps, `dilation` apart, is longer than the sequence
 * with `padding` at each end. */
dnn_status dnn_window_check(size_t steps, size_t kernel, size_t dilation, size_t padding,
                            dnn_error *err);

#endif
