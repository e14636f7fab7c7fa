/* edges.c: see edges.h. */
#include "nn/layers/edges.h"

#include "math/resample.h"

size_t dnn_edges_height(const dnn_edges *e) {
    return e->height + e->before[0] + e->after[0];
}

size_t dnn_edges_width(const dnn_edges *e) {
    return e->width + e->before[1] + e->after[1];
}

static dnn_status fail_side(const dnn_edges *e, bool sequence, int axis, size_t added, size_t size,
                            dnn_error *err) {
    static const char *const sides[2][2] = {
        {"top",  "bottom"},
        {"left", "right" }
    };
    const char *side = sides[axis][added == e->before[axis] ? 0 : 1];
    const char *what = sequence ? "sequence" : "image";
    const char *extent = sequence ? "length" : axis == 0 ? "height" : "width";
    if (e->kind == DNN_EDGE_REFLECT)
        return dnn_fail(
            err, DNN_ERROR_SHAPE,
            "can only reflect fewer %s than the %s has: %zu on the %s is not less than its "
            "%s of %zu",
            sequence ? "steps" : "pixels", what, added, side, extent, size);
    return dnn_fail(err, DNN_ERROR_SHAPE,
                    "can wrap around the %s once at most: %zu on the %s is more than its %s of %zu",
                    what, added, side, extent, size);
}

dnn_status dnn_edges_check(const dnn_edges *e, bool sequence, dnn_error *err) {
    if (e->kind != DNN_EDGE_REFLECT && e->kind != DNN_EDGE_CIRCULAR)
        return DNN_OK;
    for (int axis = 1; axis >= 0; axis--) {
        size_t size = axis == 0 ? e->height : e->width;
        size_t most = e->kind == DNN_EDGE_REFLECT ? size - 1 : size;
        size_t added = e->before[axis] > most ? e->before[axis] : e->after[axis];
        if (added > most)
            return fail_side(e, sequence, axis, added, size, err);
    }
    return DNN_OK;
}

/* Which element of an axis of n is at place i, or -1. */
static ptrdiff_t element_at(dnn_edge kind, ptrdiff_t i, ptrdiff_t n) {
    if (i >= 0 && i < n)
        return i;
    switch (kind) {
    case DNN_EDGE_CONSTANT:
        break;
    case DNN_EDGE_REFLECT:
        return i < 0 ? -i : 2 * (n - 1) - i;
    case DNN_EDGE_REPLICATE:
        return i < 0 ? 0 : n - 1;
    case DNN_EDGE_CIRCULAR:
        return i < 0 ? i + n : i - n;
    }
    return -1;
}

size_t dnn_edges_scratch(const dnn_edges *e) {
    return (dnn_edges_height(e) + dnn_edges_width(e)) * sizeof(dnn_tap);
}

static void lay_taps(const dnn_edges *e, dnn_tap *taps, int axis, size_t out) {
    ptrdiff_t size = (ptrdiff_t)(axis == 0 ? e->height : e->width);
    for (size_t i = 0; i < out; i++)
        taps[i] = (dnn_tap){
            .at = {element_at(e->kind, (ptrdiff_t)i - (ptrdiff_t)e->before[axis], size)},
            .weight = {1,                  0                                                          }
        };
}

static dnn_resample resample_of(const dnn_edges *e, void *scratch) {
    size_t height = dnn_edges_height(e), width = dnn_edges_width(e);
    dnn_tap *rows = scratch, *cols = rows + height;
    lay_taps(e, rows, 0, height);
    lay_taps(e, cols, 1, width);
    return (dnn_resample){.height = e->height,
                          .width = e->width,
                          .channels = e->channels,
                          .out_height = height,
                          .out_width = width,
                          .rows = rows,
                          .cols = cols,
                          .outside = e->outside};
}

dnn_status dnn_edges_forward(const dnn_edges *e, const dnn_matrix *X, dnn_matrix *A, void *scratch,
                             dnn_error *err) {
    dnn_resample r = resample_of(e, scratch);
    return dnn_resample_forward(&r, X, A, err);
}

dnn_status dnn_edges_backward(const dnn_edges *e, const dnn_matrix *dA, double beta, dnn_matrix *dX,
                              void *scratch, dnn_error *err) {
    dnn_resample r = resample_of(e, scratch);
    return dnn_resample_backward(&r, dA, beta, dX, err);
}
