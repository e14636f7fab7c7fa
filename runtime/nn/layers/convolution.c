/* convolution.c: from a layer's settings to math/conv.h; the order in files is nn/value.c's.
 *
 *     A = weight * X + bias    weight out x (height width in / groups), bias out x 1
 *     dweight, dX as math/conv.h has them, dbias = sums of dA over all pixels
 *
 * The convolution itself adds zeros, as many on both sides. What is elsewhere in the padding,
 * or one zero more on one side, is laid around X first (nn/layers/edges.h), in working memory. */
#include "nn/layers/convolution.h"

#include <math.h>

#include "core/memory.h"
#include "math/fill.h"
#include "nn/layers/activation.h"
#include "nn/layers/edges.h"
#include "nn/layers/pooling.h"
#include "nn/layers/row_sums.h"
#include "nn/layers/window.h"

enum { HE, XAVIER, LECUN };
enum { SAME = -1 }; /* dnn_convolution_paddings: the words for padding */

const char *const dnn_convolution_inits[] = {
    [HE] = "he", [XAVIER] = "xavier", [LECUN] = "1/sqrt(n)", NULL};

const char *const dnn_convolution_paddings[] = {"same", "valid", NULL};

const char *const dnn_convolution_padding_modes[] = {[DNN_EDGE_CONSTANT] = "zeros",
                                                     [DNN_EDGE_REFLECT] = "reflect",
                                                     [DNN_EDGE_REPLICATE] = "replicate",
                                                     [DNN_EDGE_CIRCULAR] = "circular",
                                                     NULL};

static bool is_sequence(const dnn_layer *layer) {
    return layer->kind->fields[DNN_CONVOLUTION_KERNEL].kind == DNN_FIELD_COUNT;
}

size_t dnn_convolution_extent(const dnn_layer *layer, int field, int axis) {
    if (is_sequence(layer) && axis == 0)
        return field == DNN_CONVOLUTION_PADDING || field == DNN_CONVOLUTION_OUTPUT_PADDING ? 0 : 1;
    return (size_t)layer->settings[field].pair[axis];
}

/* Pixels before the image along an axis, and after it. With "same" what a window reaches beyond its
 * first pixel is shared out, one more after it. */
static void padding_of(const dnn_layer *layer, int axis, size_t *before, size_t *after) {
    double padding = layer->settings[DNN_CONVOLUTION_PADDING].pair[axis];
    size_t reach = dnn_convolution_extent(layer, DNN_CONVOLUTION_DILATION, axis) *
                   (dnn_convolution_extent(layer, DNN_CONVOLUTION_KERNEL, axis) - 1);
    *before = *after = 0;
    if (padding == SAME) {
        *before = reach / 2;
        *after = reach - reach / 2;
    } else if (padding > 0) {
        *before = *after = dnn_convolution_extent(layer, DNN_CONVOLUTION_PADDING, axis);
    }
}

size_t dnn_convolution_file_height(const dnn_layer *layer) {
    return is_sequence(layer) ? 0 : dnn_convolution_extent(layer, DNN_CONVOLUTION_KERNEL, 0);
}

dnn_conv dnn_convolution_of(const dnn_layer *layer, const dnn_shape *image) {
    dnn_conv c = {.height = dnn_shape_height(image),
                  .width = dnn_shape_width(image),
                  .groups = dnn_layer_count(layer, DNN_CONVOLUTION_GROUPS)};
    for (int axis = 0; axis < 2; axis++) {
        size_t after;
        c.kernel[axis] = dnn_convolution_extent(layer, DNN_CONVOLUTION_KERNEL, axis);
        c.stride[axis] = dnn_convolution_extent(layer, DNN_CONVOLUTION_STRIDE, axis);
        padding_of(layer, axis, &c.padding[axis], &after);
        c.dilation[axis] = dnn_convolution_extent(layer, DNN_CONVOLUTION_DILATION, axis);
    }
    return c;
}

/* What is laid around X; false where the convolution adds all there is to add. */
static bool needs_edges(const dnn_layer *layer, const dnn_shape *in, dnn_edges *e) {
    bool needed = false;
    *e = (dnn_edges){.height = dnn_shape_height(in),
                     .width = dnn_shape_width(in),
                     .channels = dnn_layer_count(layer, DNN_CONVOLUTION_IN),
                     .kind = (dnn_edge)dnn_layer_count(layer, DNN_CONVOLUTION_PADDING_MODE)};
    for (int axis = 0; axis < 2; axis++) {
        padding_of(layer, axis, &e->before[axis], &e->after[axis]);
        needed = needed || e->before[axis] != e->after[axis] ||
                 (e->kind != DNN_EDGE_CONSTANT && e->before[axis] > 0);
    }
    return needed;
}

/* The convolution of X, or of what X becomes. */
static dnn_conv conv_of(const dnn_layer *layer, const dnn_shape *in) {
    dnn_conv c = dnn_convolution_of(layer, in);
    dnn_edges e;
    c.channels = dnn_layer_count(layer, DNN_CONVOLUTION_IN);
    c.out_channels = dnn_layer_count(layer, DNN_CONVOLUTION_OUT);
    if (needs_edges(layer, in, &e)) {
        c.height = dnn_edges_height(&e);
        c.width = dnn_edges_width(&e);
        c.padding[0] = c.padding[1] = 0;
    }
    return c;
}

dnn_status dnn_convolution_check(dnn_layer *layer, dnn_error *err) {
    size_t in = dnn_layer_count(layer, DNN_CONVOLUTION_IN);
    size_t out = dnn_layer_count(layer, DNN_CONVOLUTION_OUT);
    size_t groups = dnn_layer_count(layer, DNN_CONVOLUTION_GROUPS);
    if (in % groups != 0 || out % groups != 0)
        return dnn_fail(err, DNN_ERROR_ARGUMENT,
                        "%s: groups = %zu must divide in_channels = %zu and out_channels = %zu",
                        layer->kind->name, groups, in, out);
    for (int axis = 0; axis < 2; axis++)
        if (layer->settings[DNN_CONVOLUTION_PADDING].pair[axis] == SAME &&
            dnn_convolution_extent(layer, DNN_CONVOLUTION_STRIDE, axis) != 1)
            return dnn_fail(err, DNN_ERROR_ARGUMENT,
                            "%s: padding = 'same' needs stride = 1; with a stride of %zu A is not "
                            "as large as X",
                            layer->kind->name,
                            dnn_convolution_extent(layer, DNN_CONVOLUTION_STRIDE, axis));
    return DNN_OK;
}

dnn_shape dnn_convolution_wants(const dnn_layer *layer) {
    size_t channels = dnn_layer_count(layer, DNN_CONVOLUTION_IN);
    return is_sequence(layer) ? dnn_shape_sequence(0, channels) : dnn_shape_image(0, 0, channels);
}

dnn_status dnn_convolution_shape(const dnn_layer *layer, const dnn_shape *in, size_t inputs,
                                 dnn_shape *out, dnn_error *err) {
    dnn_conv c = conv_of(layer, in);
    dnn_edges e;
    (void)inputs;
    dnn_status status = DNN_OK;
    if (needs_edges(layer, in, &e))
        status = dnn_edges_check(&e, in->rank == 2, err);
    if (status == DNN_OK && in->rank == 2)
        status = dnn_window_check(c.width, c.kernel[1], c.dilation[1], c.padding[1], err);
    if (status == DNN_OK)
        status = dnn_conv_plan(&c, err);
    *out = in->rank == 2 ? dnn_shape_sequence(c.out_width, c.out_channels)
                         : dnn_shape_image(c.out_height, c.out_width, c.out_channels);
    return status;
}

size_t dnn_convolution_values(const dnn_layer *layer, const dnn_shape *in,
                              dnn_value values[DNN_LAYER_VALUES]) {
    size_t out = dnn_layer_count(layer, DNN_CONVOLUTION_OUT);
    (void)in;
    values[DNN_CONVOLUTION_WEIGHT] = dnn_value_kernel(
        "weight", out,
        dnn_layer_count(layer, DNN_CONVOLUTION_IN) / dnn_layer_count(layer, DNN_CONVOLUTION_GROUPS),
        dnn_convolution_file_height(layer),
        dnn_convolution_extent(layer, DNN_CONVOLUTION_KERNEL, 1));
    values[DNN_CONVOLUTION_BIAS_COLUMN] = dnn_value_vector("bias", out);
    return dnn_layer_flag(layer, DNN_CONVOLUTION_BIAS) ? 2 : 1;
}

dnn_status dnn_convolution_initialise_for(const dnn_layer *layer, dnn_matrix *weight, double in,
                                          double out, dnn_random *random, dnn_error *err) {
    const double deviation[] = {
        [HE] = sqrt(2 / in), [XAVIER] = sqrt(2 / (in + out)), [LECUN] = 1 / sqrt(in)};
    return dnn_fill_normal(weight, random, 0,
                           deviation[dnn_layer_count(layer, DNN_CONVOLUTION_INIT)], err);
}

dnn_status dnn_convolution_initialise(const dnn_layer *layer, dnn_matrix *values,
                                      dnn_random *random, dnn_error *err) {
    double window = (double)dnn_convolution_extent(layer, DNN_CONVOLUTION_KERNEL, 0) *
                    (double)dnn_convolution_extent(layer, DNN_CONVOLUTION_KERNEL, 1) /
                    dnn_layer_real(layer, DNN_CONVOLUTION_GROUPS);
    return dnn_convolution_initialise_for(
        layer, &values[DNN_CONVOLUTION_WEIGHT], dnn_layer_real(layer, DNN_CONVOLUTION_IN) * window,
        dnn_layer_real(layer, DNN_CONVOLUTION_OUT) * window, random, err);
}

/* The convolution with its output's size, which the shape has found to be right. */
static dnn_conv planned(const dnn_call *call) {
    dnn_conv c = conv_of(call->layer, &call->in[0]);
    c.out_height = dnn_shape_height(&call->out);
    c.out_width = dnn_shape_width(&call->out);
    return c;
}

/* Working memory: what X becomes, its taps, and the convolution's own. */
typedef struct memory {
    bool needed; /* else there is but the last */
    dnn_edges edges;
    dnn_matrix laid;
    char *taps, *rest;
    size_t bytes; /* before `rest` */
} memory;

static memory memory_of(const dnn_call *call) {
    memory m = {.taps = call->scratch, .rest = call->scratch};
    m.needed = needs_edges(call->layer, &call->in[0], &m.edges);
    if (!m.needed)
        return m;
    size_t rows = dnn_edges_height(&m.edges) * dnn_edges_width(&m.edges) * m.edges.channels;
    size_t laid = dnn_align_up(rows * call->examples * dnn_dtype_info(call->dtype)->size);
    m.laid = dnn_matrix_of(call->dtype, rows, call->examples, call->scratch);
    m.bytes = laid + dnn_align_up(dnn_edges_scratch(&m.edges));
    if (call->scratch != NULL) {
        m.taps += laid;
        m.rest += m.bytes;
    }
    return m;
}

size_t dnn_convolution_scratch(const dnn_call *call) {
    dnn_conv c = planned(call);
    dnn_call asked = *call;
    asked.scratch = NULL;
    return memory_of(&asked).bytes + dnn_conv_scratch(&c, call->dtype, call->examples);
}

/* What is convolved: X, or X with its edges. */
static dnn_status lay(const dnn_call *call, memory *m, const dnn_matrix **X, dnn_error *err) {
    *X = m->needed ? &m->laid : &call->X[0];
    return m->needed ? dnn_edges_forward(&m->edges, &call->X[0], &m->laid, m->taps, err) : DNN_OK;
}

/* An activation, then a pooling, or one of them. */
bool dnn_convolution_takes(const dnn_call *call, const dnn_call *next) {
    const dnn_call *before = call->next;
    if (next->layer->kind->elementwise != NULL)
        return before == NULL;
    return dnn_pooling_max_in_pairs(next) &&
           (before == NULL || (before->layer->kind->elementwise != NULL && before->next == NULL));
}

/* What forward does with its outputs, too. */
static dnn_conv_after after_of(const dnn_call *call) {
    dnn_conv_after after = {0};
    for (const dnn_call *next = call->next; next != NULL; next = next->next)
        if (next->layer->kind->elementwise != NULL) {
            after.apply = dnn_activation_apply;
            after.context = next;
        } else {
            after.pooled = &next->A;
            after.index = next->saved;
        }
    return after;
}

dnn_status dnn_convolution_forward(dnn_call *call, dnn_error *err) {
    dnn_conv c = planned(call);
    dnn_conv_after after = after_of(call);
    memory m = memory_of(call);
    const dnn_matrix *X;
    bool biased = dnn_layer_flag(call->layer, DNN_CONVOLUTION_BIAS) || call->folded;
    dnn_status status = lay(call, &m, &X, err);
    return status != DNN_OK
               ? status
               : dnn_conv_forward_with(&c, X, &call->values[DNN_CONVOLUTION_WEIGHT],
                                       biased ? &call->values[DNN_CONVOLUTION_BIAS_COLUMN] : NULL,
                                       call->next == NULL ? NULL : &after, &call->A, m.rest, err);
}

static dnn_status backward_values(dnn_call *call, const dnn_conv *c, memory *m, dnn_error *err) {
    dnn_matrix *dweight = &call->gradients[DNN_CONVOLUTION_WEIGHT];
    dnn_matrix pixels = dnn_call_pixels(&call->dA, &call->out);
    const dnn_matrix *X;
    dnn_status status = lay(call, m, &X, err);
    if (status == DNN_OK)
        status = dnn_conv_backward_weight(c, X, &call->dA, dnn_call_beta(call->accumulate), dweight,
                                          m->rest, err);
    if (status == DNN_OK && dnn_layer_flag(call->layer, DNN_CONVOLUTION_BIAS) &&
        call->gradients[DNN_CONVOLUTION_BIAS_COLUMN].data != NULL)
        dnn_row_sums(&call->gradients[DNN_CONVOLUTION_BIAS_COLUMN], &pixels, call->accumulate);
    return status;
}

static dnn_status backward_input(dnn_call *call, const dnn_conv *c, memory *m, dnn_error *err) {
    double beta = dnn_call_beta(call->add[0]);
    dnn_status status = dnn_conv_backward_input(c, &call->values[DNN_CONVOLUTION_WEIGHT], &call->dA,
                                                m->needed ? 0 : beta,
                                                m->needed ? &m->laid : &call->dX[0], m->rest, err);
    return status == DNN_OK && m->needed
               ? dnn_edges_backward(&m->edges, &m->laid, beta, &call->dX[0], m->taps, err)
               : status;
}

dnn_status dnn_convolution_backward(dnn_call *call, dnn_error *err) {
    dnn_conv c = planned(call);
    memory m = memory_of(call);
    dnn_status status = DNN_OK;
    if (call->gradients[DNN_CONVOLUTION_WEIGHT].data != NULL)
        status = backward_values(call, &c, &m, err);
    if (status == DNN_OK && call->dX[0].data != NULL)
        status = backward_input(call, &c, &m, err);
    return status;
}
