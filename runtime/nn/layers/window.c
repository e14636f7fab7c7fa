/* window.c: see window.h. */
#include "nn/layers/window.h"

dnn_status dnn_window_check(size_t steps, size_t kernel, size_t dilation, size_t padding,
                            dnn_error *err) {
    size_t reach = dilation * (kernel - 1) + 1, room = steps + 2 * padding;
    if (reach <= room)
        return DNN_OK;
    return dnn_fail(err, DNN_ERROR_SHAPE,
                    "its window of %zu steps%s is longer than the sequence of %zu%s", reach,
                    dilation > 1 ? " (dilated)" : "", room, padding > 0 ? " (padded)" : "");
}
