/* pixel_shuffle.c: r x r channels of a pixel as a block of r x r pixels, and back (Shi et al. 2016).
 * With PyTorch's order of channels, channel c r r + i r + j of pixel (y, x) is channel c of pixel
 * (y r + i, x r + j). Each is the other's gradient. */
#ifdef T

/* Row y of the deep image, between it (height x width x channels r r) and the wide one. */
static void K(move_row)(const move *m, const T *from, T *to, size_t y) {
    size_t r = m->factor, channels = m->channels, wide_row = m->width * r * channels;
    for (size_t x = 0; x < m->width; x++)
        for (size_t i = 0; i < r * r; i++) {
            size_t deep = (y * m->width + x) * channels * r * r + i;
            size_t wide = (y * r + i / r) * wide_row + (x * r + i % r) * channels;
            for (size_t c = 0; c < channels; c++) {
                const T *source = from + (m->shuffle ? deep + c * r * r : wide + c);
                T *target = to + (m->shuffle ? wide + c : deep + c * r * r);
                *target = m->add ? *target + *source : *source;
            }
        }
}

#else

#include "core/threads.h"
#include "nn/call.h"

enum { FACTOR };

/* Of an example. */
typedef struct move {
    const dnn_matrix *from;
    dnn_matrix *to;
    size_t height, width, channels, factor; /* height and width of the deep image; channels of the
                                               wide one */
    bool shuffle;                           /* from deep to wide */
    bool add;
} move;

#define KERNELS "nn/layers/pixel_shuffle.c"
#include "nn/both_types.inc"

#define FACTOR_FIELD(title, text)                                                                  \
    {                                                                                              \
        [FACTOR] = {.name = title,                                                                 \
                    .kind = DNN_FIELD_COUNT,                                                       \
                    .low = 1,                                                                      \
                    .positional = true,                                                            \
                    .required = true,                                                              \
                    .example = 2,                                                                  \
                    .doc = text},                                                                  \
        {.name = NULL},                                                                            \
    }

static const dnn_field shuffle_fields[] =
    FACTOR_FIELD("upscale_factor", "how many times higher and wider A is");
static const dnn_field unshuffle_fields[] =
    FACTOR_FIELD("downscale_factor", "how many times lower and narrower A is");

static void run_example(void *context, size_t example) {
    const move *m = context;
    for (size_t y = 0; y < m->height; y++)
        if (m->to->dtype == DNN_FLOAT32)
            move_row_f32(m, dnn_matrix_at(m->from, 0, example), dnn_matrix_at(m->to, 0, example), y);
        else
            move_row_f64(m, dnn_matrix_at(m->from, 0, example), dnn_matrix_at(m->to, 0, example), y);
}

/* forward: whether X is moved to A rather than dA to dX. */
static dnn_status run(dnn_call *call, bool shuffles, bool forward, dnn_error *err) {
    const dnn_shape *deep = shuffles ? &call->in[0] : &call->out;
    const dnn_shape *wide = shuffles ? &call->out : &call->in[0];
    move m = {.from = forward ? &call->X[0] : &call->dA,
              .to = forward ? &call->A : &call->dX[0],
              .height = deep->size[0],
              .width = deep->size[1],
              .channels = wide->size[2],
              .factor = dnn_layer_count(call->layer, FACTOR),
              .shuffle = shuffles == forward,
              .add = !forward && call->add[0]};
    return m.to->data == NULL ? DNN_OK : dnn_parallel_until(call->examples, run_example, &m, err);
}

/* --- from deep to wide --- */

static dnn_status shuffle_shape(const dnn_layer *layer, const dnn_shape *in, size_t inputs,
                                dnn_shape *out, dnn_error *err) {
    size_t r = dnn_layer_count(layer, FACTOR);
    (void)inputs;
    if (r > in->size[2] || in->size[2] % (r * r) != 0)
        return dnn_fail(err, DNN_ERROR_SHAPE,
                        "needs channels that upscale_factor squared, %zu, divides, but its input has "
                        "%zu",
                        r * r, in->size[2]);
    *out = dnn_shape_image(in->size[0] * r, in->size[1] * r, in->size[2] / (r * r));
    return DNN_OK;
}

static dnn_status shuffle_forward(dnn_call *call, dnn_error *err) {
    return run(call, true, true, err);
}

static dnn_status shuffle_backward(dnn_call *call, dnn_error *err) {
    return run(call, true, false, err);
}

static const dnn_case shuffle_cases[] = {
    {.settings = "upscale_factor=2", .in = {{3, {2, 3, 8}}}},
    {.settings = "upscale_factor=3", .in = {{3, {1, 2, 9}}}},
    {.settings = "upscale_factor=1", .in = {{3, {2, 2, 3}}}},
    {.settings = NULL},
};

const dnn_layer_class dnn_layer_pixel_shuffle = {
    .name = "PixelShuffle",
    .doc = "A = X with factor x factor channels as a block of pixels",
    .fields = shuffle_fields,
    .cases = shuffle_cases,
    .flags = DNN_LINEAR,
    .wants = dnn_layer_wants_image,
    .shape = shuffle_shape,
    .forward = shuffle_forward,
    .backward = shuffle_backward,
};

/* --- from wide to deep --- */

static dnn_status unshuffle_shape(const dnn_layer *layer, const dnn_shape *in, size_t inputs,
                                  dnn_shape *out, dnn_error *err) {
    size_t r = dnn_layer_count(layer, FACTOR);
    (void)inputs;
    if (in->size[0] % r != 0 || in->size[1] % r != 0)
        return dnn_fail(err, DNN_ERROR_SHAPE,
                        "needs a height and width that downscale_factor = %zu divides, but its input "
                        "is %zu x %zu",
                        r, in->size[0], in->size[1]);
    *out = dnn_shape_image(in->size[0] / r, in->size[1] / r, in->size[2] * r * r);
    return DNN_OK;
}

static dnn_status unshuffle_forward(dnn_call *call, dnn_error *err) {
    return run(call, false, true, err);
}

static dnn_status unshuffle_backward(dnn_call *call, dnn_error *err) {
    return run(call, false, false, err);
}

static const dnn_case unshuffle_cases[] = {
    {.settings = "downscale_factor=2", .in = {{3, {4, 2, 3}}}},
    {.settings = "downscale_factor=3", .in = {{3, {3, 6, 1}}}},
    {.settings = NULL},
};

const dnn_layer_class dnn_layer_pixel_unshuffle = {
    .name = "PixelUnshuffle",
    .doc = "A = X with each block of factor x factor pixels as channels",
    .fields = unshuffle_fields,
    .cases = unshuffle_cases,
    .flags = DNN_LINEAR,
    .wants = dnn_layer_wants_image,
    .shape = unshuffle_shape,
    .forward = unshuffle_forward,
    .backward = unshuffle_backward,
};

#endif
