/* permute.c: the axes of an example in another order: axis i of A is axis order[i] of X, counted
 * from 1. An example counts as three axes; a sequence has a first one of size 1. */
#include "nn/call.h"
#include "nn/chunk.h"

enum { AXIS1, AXIS2, AXIS3 };

static const dnn_field fields[] = {
    [AXIS1] = {.name = "axis1",
               .kind = DNN_FIELD_COUNT,
               .low = 1,
               .positional = true,
               .required = true,
               .example = 2,
               .doc = "the axis of X that comes first, from 1"},
    [AXIS2] = {.name = "axis2",
               .kind = DNN_FIELD_COUNT,
               .low = 1,
               .positional = true,
               .required = true,
               .example = 1,
               .doc = "the one that comes second"},
    [AXIS3] = {.name = "axis3",
               .kind = DNN_FIELD_COUNT,
               .low = 1,
               .positional = true,
               .optional = true,
               .initial = -1,
               .doc = "the one that comes third, of an image"},
    {.name = NULL},
};

static size_t rank_of(const dnn_layer *layer) {
    return dnn_layer_real(layer, AXIS3) > 0 ? 3 : 2;
}

static dnn_status check(dnn_layer *layer, dnn_error *err) {
    size_t rank = rank_of(layer), seen = 0;
    for (size_t axis = 0; axis < rank; axis++)
        if (dnn_layer_count(layer, (int)axis) <= rank)
            seen |= (size_t)1 << (dnn_layer_count(layer, (int)axis) - 1);
    if (seen == ((size_t)1 << rank) - 1)
        return DNN_OK;
    return dnn_fail(err, DNN_ERROR_ARGUMENT,
                    "Permute: the axes must be the numbers 1 to %zu in some order", rank);
}

static dnn_shape wants(const dnn_layer *layer) {
    return rank_of(layer) == 3 ? dnn_shape_image(0, 0, 0) : dnn_shape_sequence(0, 0);
}

static dnn_status shape(const dnn_layer *layer, const dnn_shape *in, size_t inputs, dnn_shape *out,
                        dnn_error *err) {
    (void)inputs, (void)err;
    *out = *in;
    for (size_t axis = 0; axis < in->rank; axis++)
        out->size[axis] = in->size[dnn_layer_count(layer, (int)axis) - 1];
    return DNN_OK;
}

/* Sizes of A's axes, and how far a step along each moves in X. */
typedef struct walk {
    size_t size[3], stride[3];
} walk;

static walk walk_of(const dnn_call *call) {
    walk w = {
        {1, 1, 1},
        {0, 0, 0}
    };
    const dnn_shape *in = &call->in[0];
    for (size_t axis = 0; axis < in->rank; axis++) {
        size_t from = dnn_layer_count(call->layer, (int)axis) - 1, at = axis + 3 - in->rank;
        w.size[at] = in->size[from];
        w.stride[at] = 1;
        for (size_t later = from + 1; later < in->rank; later++)
            w.stride[at] *= in->size[later];
    }
    return w;
}

#define LOOPS(T, suffix)                                                                           \
    static void forward_##suffix(T *a, const T *x, const walk *w) {                                \
        for (size_t i = 0; i < w->size[0]; i++)                                                    \
            for (size_t j = 0; j < w->size[1]; j++)                                                \
                for (size_t k = 0; k < w->size[2]; k++)                                            \
                    *a++ = x[i * w->stride[0] + j * w->stride[1] + k * w->stride[2]];              \
    }                                                                                              \
    static void backward_##suffix(T *dx, const T *da, const walk *w, bool add) {                   \
        for (size_t i = 0; i < w->size[0]; i++)                                                    \
            for (size_t j = 0; j < w->size[1]; j++)                                                \
                for (size_t k = 0; k < w->size[2]; k++) {                                          \
                    T *d = &dx[i * w->stride[0] + j * w->stride[1] + k * w->stride[2]];            \
                    *d = add ? *d + *da++ : *da++;                                                 \
                }                                                                                  \
    }

LOOPS(float, f32)
LOOPS(double, f64)

static void forward_example(void *context, size_t e) {
    const dnn_call *call = context;
    walk w = walk_of(call);
    void *a = dnn_matrix_at(&call->A, 0, e), *x = dnn_matrix_at(&call->X[0], 0, e);
    (call->dtype == DNN_FLOAT32 ? forward_f32(a, x, &w) : forward_f64(a, x, &w));
}

static void backward_example(void *context, size_t e) {
    const dnn_call *call = context;
    walk w = walk_of(call);
    void *da = dnn_matrix_at(&call->dA, 0, e), *dx = dnn_matrix_at(&call->dX[0], 0, e);
    (call->dtype == DNN_FLOAT32 ? backward_f32(dx, da, &w, call->add[0])
                                : backward_f64(dx, da, &w, call->add[0]));
}

static void over_examples(dnn_call *call, dnn_task *run) {
    dnn_for_tasks(call->examples, dnn_matrix_count(&call->A), run, call);
}

static dnn_status forward(dnn_call *call, dnn_error *err) {
    (void)err;
    over_examples(call, forward_example);
    return DNN_OK;
}

static dnn_status backward(dnn_call *call, dnn_error *err) {
    (void)err;
    if (call->dX[0].data != NULL)
        over_examples(call, backward_example);
    return DNN_OK;
}

static const dnn_case cases[] = {
    {.settings = "axis1=2 axis2=1",         .in = {{2, {3, 4}}}},
    {.settings = "axis1=3 axis2=1 axis3=2",                                     .in = {{3, {2, 3, 4}}}},
    {.settings = "axis1=2 axis2=1 axis3=3",.in = {{3, {2, 3, 4}}}},
    {.settings = NULL},
};

const dnn_layer_class dnn_layer_permute = {
    .name = "Permute",
    .doc = "A = X with its axes in another order",
    .fields = fields,
    .cases = cases,
    .flags = DNN_LINEAR,
    .check = check,
    .wants = wants,
    .shape = shape,
    .forward = forward,
    .backward = backward,
};
