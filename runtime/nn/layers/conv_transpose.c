/* conv_transpose.c: the transposed convolution of images, and of sequences as images of height 1:
 * each pixel of X adds its multiple of the kernel to A (Zeiler et al. 2010; Dumoulin & Visin 2016).
 *
 * It is a convolution from out_channels to in_channels run backwards: A is that one's gradient of
 * the image, given X as the gradient of its output, and so all its parts are math/conv.h's.
 *
 *     size of A = (size of X - 1) stride - 2 padding + dilation (kernel - 1) + output_padding + 1
 */
#include "nn/layers/convolution.h"
#include "nn/layers/row_sums.h"

#define FIELDS(extents, window, pixels, ends, after)                                               \
    DNN_CONVOLUTION_FIELDS(extents, window, pixels, pixels " of A from one of X to the next",      \
                           NULL, pixels " of A that are left out " ends,                           \
                           pixels " of X that an element of A sums, on average"),                  \
        [DNN_CONVOLUTION_OUTPUT_PADDING] = {.name = "output_padding",                              \
                                            .kind = extents,                                       \
                                            .doc = pixels " of A that are added " after            \
                                                          ", less than stride or dilation"}

static const dnn_field fields_1d[] = {
    FIELDS(DNN_FIELD_COUNT, "steps of the window", "steps", "at each end", "at the end"),
    {.name = NULL},
};

static const dnn_field fields_2d[] = {
    FIELDS(DNN_FIELD_PAIR, "height and width of the window", "pixels", "on each side",
           "at the bottom and on the right"),
    {.name = NULL},
};

static size_t extent(const dnn_layer *layer, int field, int axis) {
    return dnn_convolution_extent(layer, field, axis);
}

static dnn_status check(dnn_layer *layer, dnn_error *err) {
    for (int axis = 0; axis < 2; axis++) {
        size_t more = extent(layer, DNN_CONVOLUTION_OUTPUT_PADDING, axis);
        size_t stride = extent(layer, DNN_CONVOLUTION_STRIDE, axis);
        size_t dilation = extent(layer, DNN_CONVOLUTION_DILATION, axis);
        if (more >= stride && more >= dilation)
            return dnn_fail(err, DNN_ERROR_ARGUMENT,
                            "%s: output_padding = %zu must be less than stride = %zu or dilation = "
                            "%zu",
                            layer->kind->name, more, stride, dilation);
    }
    return dnn_convolution_check(layer, err);
}

/* The output's size along an axis; less than 1 where nothing is left. */
static double out_size(const dnn_layer *layer, size_t in, int axis) {
    return (double)(in - 1) * (double)extent(layer, DNN_CONVOLUTION_STRIDE, axis) -
           2.0 * (double)extent(layer, DNN_CONVOLUTION_PADDING, axis) +
           (double)extent(layer, DNN_CONVOLUTION_DILATION, axis) *
               (double)(extent(layer, DNN_CONVOLUTION_KERNEL, axis) - 1) +
           (double)extent(layer, DNN_CONVOLUTION_OUTPUT_PADDING, axis) + 1;
}

static dnn_status shape(const dnn_layer *layer, const dnn_shape *in, size_t inputs, dnn_shape *out,
                        dnn_error *err) {
    bool sequence = in->rank == 2;
    double height = out_size(layer, dnn_shape_height(in), 0);
    double width = out_size(layer, dnn_shape_width(in), 1);
    (void)inputs;
    if (sequence && width < 1)
        return dnn_fail(err, DNN_ERROR_SHAPE,
                        "padding %zu leaves nothing of its output, which would be %.14g steps long "
                        "without it",
                        extent(layer, DNN_CONVOLUTION_PADDING, 1),
                        width + 2.0 * (double)extent(layer, DNN_CONVOLUTION_PADDING, 1));
    if (height < 1 || width < 1)
        return dnn_fail(err, DNN_ERROR_SHAPE,
                        "padding %zu x %zu leaves nothing of its output, which would be %.14g x "
                        "%.14g without it",
                        extent(layer, DNN_CONVOLUTION_PADDING, 0),
                        extent(layer, DNN_CONVOLUTION_PADDING, 1),
                        height + 2.0 * (double)extent(layer, DNN_CONVOLUTION_PADDING, 0),
                        width + 2.0 * (double)extent(layer, DNN_CONVOLUTION_PADDING, 1));
    if (height > INT32_MAX || width > INT32_MAX)
        return dnn_fail(err, DNN_ERROR_SHAPE, "its output would be %.14g x %.14g pixels", height,
                        width);
    size_t channels = dnn_layer_count(layer, DNN_CONVOLUTION_OUT);
    *out = sequence ? dnn_shape_sequence((size_t)width, channels)
                    : dnn_shape_image((size_t)height, (size_t)width, channels);
    return DNN_OK;
}

static size_t values(const dnn_layer *layer, const dnn_shape *in,
                     dnn_value values[DNN_LAYER_VALUES]) {
    size_t out = dnn_layer_count(layer, DNN_CONVOLUTION_OUT);
    (void)in;
    values[DNN_CONVOLUTION_WEIGHT] = dnn_value_kernel(
        "weight", dnn_layer_count(layer, DNN_CONVOLUTION_IN),
        out / dnn_layer_count(layer, DNN_CONVOLUTION_GROUPS), dnn_convolution_file_height(layer),
        extent(layer, DNN_CONVOLUTION_KERNEL, 1));
    values[DNN_CONVOLUTION_BIAS_COLUMN] = dnn_value_vector("bias", out);
    return dnn_layer_flag(layer, DNN_CONVOLUTION_BIAS) ? 2 : 1;
}

/* An element of A sums window / stride pixels of X. */
static dnn_status initialise(const dnn_layer *layer, dnn_matrix *values, dnn_random *random,
                             dnn_error *err) {
    double groups = dnn_layer_real(layer, DNN_CONVOLUTION_GROUPS), window = 1, met = 1;
    for (int axis = 0; axis < 2; axis++) {
        double kernel = (double)extent(layer, DNN_CONVOLUTION_KERNEL, axis);
        double stride = (double)extent(layer, DNN_CONVOLUTION_STRIDE, axis);
        window *= kernel;
        met *= kernel > stride ? kernel / stride : 1;
    }
    return dnn_convolution_initialise_for(
        layer, &values[DNN_CONVOLUTION_WEIGHT],
        dnn_layer_real(layer, DNN_CONVOLUTION_IN) / groups * met,
        dnn_layer_real(layer, DNN_CONVOLUTION_OUT) / groups * window, random, err);
}

/* The convolution that it is the transpose of. */
static dnn_conv conv_of(const dnn_call *call) {
    dnn_conv c = dnn_convolution_of(call->layer, &call->out);
    c.channels = dnn_layer_count(call->layer, DNN_CONVOLUTION_OUT);
    c.out_channels = dnn_layer_count(call->layer, DNN_CONVOLUTION_IN);
    c.out_height = dnn_shape_height(&call->in[0]);
    c.out_width = dnn_shape_width(&call->in[0]);
    return c;
}

static size_t scratch(const dnn_call *call) {
    dnn_conv c = conv_of(call);
    return dnn_conv_scratch(&c, call->dtype, call->examples);
}

static dnn_status forward(dnn_call *call, dnn_error *err) {
    dnn_conv c = conv_of(call);
    bool biased = dnn_layer_flag(call->layer, DNN_CONVOLUTION_BIAS);
    return dnn_conv_transpose_forward(&c, &call->X[0], &call->values[DNN_CONVOLUTION_WEIGHT],
                                      biased ? &call->values[DNN_CONVOLUTION_BIAS_COLUMN] : NULL,
                                      &call->A, call->scratch, err);
}

static dnn_status backward(dnn_call *call, dnn_error *err) {
    dnn_conv c = conv_of(call);
    dnn_matrix *dweight = &call->gradients[DNN_CONVOLUTION_WEIGHT];
    dnn_status status = DNN_OK;
    if (dweight->data != NULL) {
        dnn_matrix pixels = dnn_call_pixels(&call->dA, &call->out);
        status =
            dnn_conv_backward_weight(&c, &call->dA, &call->X[0], dnn_call_beta(call->accumulate),
                                     dweight, call->scratch, err);
        if (status == DNN_OK && dnn_layer_flag(call->layer, DNN_CONVOLUTION_BIAS) &&
            call->gradients[DNN_CONVOLUTION_BIAS_COLUMN].data != NULL)
            dnn_row_sums(&call->gradients[DNN_CONVOLUTION_BIAS_COLUMN], &pixels, call->accumulate);
    }
    if (status == DNN_OK && call->dX[0].data != NULL)
        status = dnn_conv_transpose_backward_input(&c, &call->values[DNN_CONVOLUTION_WEIGHT],
                                                   &call->dA, dnn_call_beta(call->add[0]),
                                                   &call->dX[0], call->scratch, err);
    return status;
}

/* Each pixel of X is multiplied by the whole weight. */
static double flops(const dnn_call *call) {
    return 2.0 * (double)dnn_matrix_count(&call->values[DNN_CONVOLUTION_WEIGHT]) *
           (double)dnn_shape_positions(&call->in[0]) * (double)call->examples;
}

static const dnn_case cases_1d[] = {
    {.settings = "in_channels=2 out_channels=3 kernel_size=3",                                      .in = {{2, {4, 2}}}},
    {.settings = "in_channels=3 out_channels=2 kernel_size=3 stride=2 padding=1 output_padding=1",
     .in = {{2, {3, 3}}}},
    {.settings =
         "in_channels=4 out_channels=2 kernel_size=2 stride=3 dilation=2 groups=2 bias=false",                                                                           .in = {{2, {3, 4}}}},
    {.settings = NULL},
};

static const dnn_case cases_2d[] = {
    {.settings = "in_channels=2 out_channels=3 kernel_size=3",                                     .in = {{3, {3, 4, 2}}}},
    {.settings = "in_channels=3 out_channels=2 kernel_size=3 stride=2 padding=1 output_padding=1",
     .in = {{3, {2, 3, 3}}}},
    {.settings = "in_channels=2 out_channels=2 kernel_size=2,4 stride=2,3 padding=0,1 bias=false",
     .in = {{3, {3, 2, 2}}}},
    {.settings =
         "in_channels=4 out_channels=2 kernel_size=2,3 dilation=2 output_padding=1 groups=2", .in = {{3, {2, 3, 4}}}},
    {.settings = "in_channels=3 out_channels=3 kernel_size=3 stride=2 groups=3 init=xavier",
     .in = {{3, {2, 2, 3}}}},
    {.settings = "in_channels=2 out_channels=3 kernel_size=1 stride=3",                                                                      .in = {{3, {2, 2, 2}}}},
    {.settings = NULL      },
};

const dnn_layer_class dnn_layer_conv_transpose1d = {
    .name = "ConvTranspose1d",
    .doc = "A = the sum of each pixel of X times the weight's window there, + bias",
    .fields = fields_1d,
    .cases = cases_1d,
    .flags = DNN_LINEAR | DNN_READS_X,
    .check = check,
    .wants = dnn_convolution_wants,
    .shape = shape,
    .values = values,
    .scratch = scratch,
    .initialise = initialise,
    .forward = forward,
    .backward = backward,
    .flops = flops,
};

const dnn_layer_class dnn_layer_conv_transpose2d = {
    .name = "ConvTranspose2d",
    .doc = "A = the sum of each pixel of X times the weight's window there, + bias",
    .fields = fields_2d,
    .cases = cases_2d,
    .flags = DNN_LINEAR | DNN_READS_X,
    .check = check,
    .wants = dnn_convolution_wants,
    .shape = shape,
    .values = values,
    .scratch = scratch,
    .initialise = initialise,
    .forward = forward,
    .backward = backward,
    .flops = flops,
};
