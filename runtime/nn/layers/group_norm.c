/* group_norm.c: groups of channels of each example with mean 0 and variance 1 (Wu & He 2018), or
 * each channel by itself (Ulyanov, Vedaldi & Lempitsky 2016).
 *
 *     A = weight (X - mean) / sqrt(var + eps) + bias     over the N values of a group in an example
 *
 * With x = (X - mean) / sqrt(var + eps) and g = weight dA, and sums over a group:
 *
 *     dX = (g - sum of g / N - x sum of g x / N) / sqrt(var + eps)
 *     dbias = sum of dA,  dweight = sum of dA x           of a channel, over all examples
 *
 * A task is an example; sums over the examples run in their order. */
#include <math.h>
#include <string.h>

#include "nn/call.h"
#include "nn/chunk.h"
#include "nn/layers/channels.h"

enum { WEIGHT, BIAS }; /* values */

/* Settings of GroupNorm, and of InstanceNorm1d and 2d. */
enum { NUM_GROUPS, NUM_CHANNELS, GROUP_EPS, GROUP_AFFINE };
enum { NUM_FEATURES, INSTANCE_EPS, INSTANCE_AFFINE };

#define EPS_FIELD                                                                                  \
    {.name = "eps",                                                                                \
     .kind = DNN_FIELD_REAL,                                                                       \
     .initial = 1e-5,                                                                              \
     .low = 0,                                                                                     \
     .high = 1,                                                                                    \
     .doc = "added to the variance, so that a constant group does not divide by 0"}
#define AFFINE_FIELD(start)                                                                        \
    {.name = "affine",                                                                             \
     .kind = DNN_FIELD_FLAG,                                                                       \
     .initial = start,                                                                             \
     .doc = "whether a weight and a bias are learnt for each channel"}

static const dnn_field group_fields[] = {
    [NUM_GROUPS] = {.name = "num_groups",
                    .kind = DNN_FIELD_COUNT,
                    .low = 1,
                    .positional = true,
                    .required = true,
                    .example = 1,
                    .doc = "groups, which divide the channels"},
    [NUM_CHANNELS] = {.name = "num_channels",
                      .kind = DNN_FIELD_COUNT,
                      .low = 1,
                      .positional = true,
                      .required = true,
                      .example = 3,
                      .doc = "channels of X"},
    [GROUP_EPS] = EPS_FIELD,
    [GROUP_AFFINE] = AFFINE_FIELD(1),
    {.name = NULL},
};

static const dnn_field instance_fields[] = {
    [NUM_FEATURES] = {.name = "num_features",
                      .kind = DNN_FIELD_COUNT,
                      .low = 1,
                      .positional = true,
                      .required = true,
                      .example = 3,
                      .doc = "channels of X"},
    [INSTANCE_EPS] = EPS_FIELD,
    [INSTANCE_AFFINE] = AFFINE_FIELD(0),
    {.name = NULL},
};

static bool is_group(const dnn_layer *layer) {
    return layer->kind->fields == group_fields;
}

static size_t channels_of(const dnn_layer *layer) {
    return dnn_layer_count(layer, is_group(layer) ? NUM_CHANNELS : NUM_FEATURES);
}

static size_t groups_of(const dnn_layer *layer) {
    return dnn_layer_count(layer, is_group(layer) ? NUM_GROUPS : NUM_FEATURES);
}

static double eps_of(const dnn_layer *layer) {
    return dnn_layer_real(layer, is_group(layer) ? GROUP_EPS : INSTANCE_EPS);
}

static bool is_affine(const dnn_layer *layer) {
    return dnn_layer_flag(layer, is_group(layer) ? GROUP_AFFINE : INSTANCE_AFFINE);
}

/* --- one example --- */

/* Matrices are channels x positions of the example; vectors have an element for each channel. */
typedef struct example {
    const dnn_call *call;
    size_t channels, width; /* of all groups and of one */
    dnn_matrix X, A, dA, dX;
    double *mean, *inverse;        /* saved, per group */
    double *centre;                /* the group's mean, per channel */
    double *sums, *products;       /* per channel */
    void *factor, *slope, *shift;  /* per channel, of the call's type */
} example;

static size_t vector_bytes(const dnn_call *call) {
    return channels_of(call->layer) * sizeof(double);
}

static size_t saved(const dnn_call *call) {
    return 2 * groups_of(call->layer) * call->examples * sizeof(double);
}

static size_t scratch(const dnn_call *call) {
    return 6 * vector_bytes(call) * call->examples;
}

static dnn_matrix columns_of(const dnn_call *call, const dnn_matrix *m, size_t e) {
    size_t count = dnn_shape_count(&call->out), channels = channels_of(call->layer);
    char *data = m->data;
    size_t offset = e * count * dnn_dtype_info(call->dtype)->size;
    return dnn_matrix_of(call->dtype, channels, count / channels, data == NULL ? NULL : data + offset);
}

static example example_at(const dnn_call *call, size_t e) {
    size_t groups = groups_of(call->layer), channels = channels_of(call->layer);
    double *vectors = (double *)call->scratch + 6 * channels * e;
    double *kept = (double *)call->saved + 2 * groups * e;
    return (example){
        .call = call,
        .channels = channels,
        .width = channels / groups,
        .X = columns_of(call, &call->X[0], e),
        .A = columns_of(call, &call->A, e),
        .dA = columns_of(call, &call->dA, e),
        .dX = columns_of(call, &call->dX[0], e),
        .mean = kept,
        .inverse = kept + groups,
        .sums = vectors,
        .products = vectors + channels,
        .centre = vectors + 2 * channels,
        .factor = vectors + 3 * channels,
        .slope = vectors + 4 * channels,
        .shift = vectors + 5 * channels,
    };
}

static double weight_at(const example *e, size_t c) {
    return is_affine(e->call->layer) ? dnn_matrix_get(&e->call->values[WEIGHT], c, 0) : 1;
}

static double bias_at(const example *e, size_t c) {
    return is_affine(e->call->layer) ? dnn_matrix_get(&e->call->values[BIAS], c, 0) : 0;
}

/* The mean over a group of what its channels have summed up, each times its weight where asked. */
static double group_mean(const example *e, const double *sums, size_t group, bool weighted) {
    double sum = 0;
    for (size_t c = group * e->width; c < (group + 1) * e->width; c++)
        sum += sums[c] * (weighted ? weight_at(e, c) : 1);
    return sum / (double)(e->width * e->X.cols);
}

static void spread_means(const example *e) {
    for (size_t c = 0; c < e->channels; c++)
        e->centre[c] = e->mean[c / e->width];
}

static void forward_example(void *context, size_t index) {
    example e = example_at(context, index);
    size_t groups = e.channels / e.width;
    memset(e.sums, 0, e.channels * sizeof *e.sums);
    dnn_channel_sums(&e.X, e.sums);
    for (size_t g = 0; g < groups; g++)
        e.mean[g] = group_mean(&e, e.sums, g, false);
    spread_means(&e);
    memset(e.sums, 0, e.channels * sizeof *e.sums);
    dnn_channel_squares(&e.X, e.centre, e.sums);
    for (size_t g = 0; g < groups; g++)
        e.inverse[g] = 1 / sqrt(group_mean(&e, e.sums, g, false) + eps_of(e.call->layer));
    for (size_t c = 0; c < e.channels; c++) {
        double factor = weight_at(&e, c) * e.inverse[c / e.width];
        dnn_channel_put(e.call->dtype, e.factor, c, factor);
        dnn_channel_put(e.call->dtype, e.shift, c, bias_at(&e, c) - e.centre[c] * factor);
    }
    dnn_channel_scale(&e.A, &e.X, e.factor, e.shift);
}

static void backward_example(void *context, size_t index) {
    example e = example_at(context, index);
    memset(e.sums, 0, 2 * e.channels * sizeof *e.sums); /* and products */
    spread_means(&e);
    dnn_channel_products(&e.X, &e.dA, e.centre, e.sums, e.products);
    if (e.dX.data == NULL)
        return;
    for (size_t c = 0; c < e.channels; c++) {
        size_t g = c / e.width;
        double inverse = e.inverse[g];
        double slope = -inverse * inverse * inverse * group_mean(&e, e.products, g, true);
        double shift = -inverse * group_mean(&e, e.sums, g, true) - slope * e.centre[c];
        dnn_channel_put(e.call->dtype, e.factor, c, weight_at(&e, c) * inverse);
        dnn_channel_put(e.call->dtype, e.slope, c, slope);
        dnn_channel_put(e.call->dtype, e.shift, c, shift);
    }
    dnn_channel_combine(&e.dX, &e.X, &e.dA, e.factor, e.slope, e.shift, e.call->add[0]);
}

/* --- all examples --- */

static void over_examples(dnn_call *call, dnn_task *run) {
    dnn_for_tasks(call->examples, dnn_matrix_count(&call->X[0]), run, call);
}

static dnn_status forward(dnn_call *call, dnn_error *err) {
    (void)err;
    over_examples(call, forward_example);
    return DNN_OK;
}

static void add_values(dnn_call *call) {
    dnn_matrix *dweight = &call->gradients[WEIGHT], *dbias = &call->gradients[BIAS];
    size_t width = channels_of(call->layer) / groups_of(call->layer);
    for (size_t c = 0; c < dweight->rows; c++) {
        double weight = call->accumulate ? dnn_matrix_get(dweight, c, 0) : 0;
        double bias = call->accumulate ? dnn_matrix_get(dbias, c, 0) : 0;
        for (size_t index = 0; index < call->examples; index++) {
            example e = example_at(call, index);
            weight += e.products[c] * e.inverse[c / width];
            bias += e.sums[c];
        }
        dnn_matrix_set(dweight, c, 0, weight);
        dnn_matrix_set(dbias, c, 0, bias);
    }
}

static dnn_status backward(dnn_call *call, dnn_error *err) {
    (void)err;
    over_examples(call, backward_example);
    if (is_affine(call->layer) && call->gradients[WEIGHT].data != NULL)
        add_values(call);
    return DNN_OK;
}

/* --- the classes --- */

static dnn_status check_groups(dnn_layer *layer, dnn_error *err) {
    size_t groups = groups_of(layer), channels = channels_of(layer);
    if (channels % groups == 0)
        return DNN_OK;
    return dnn_fail(err, DNN_ERROR_ARGUMENT,
                    "GroupNorm: %zu groups do not divide %zu channels into equal parts", groups,
                    channels);
}

static size_t values(const dnn_layer *layer, const dnn_shape *in,
                     dnn_value values[DNN_LAYER_VALUES]) {
    size_t n = channels_of(layer);
    if (!is_affine(layer))
        return 0;
    values[WEIGHT] = dnn_value_vector("weight", n);
    values[WEIGHT].start = 1;
    values[BIAS] = dnn_value_vector("bias", n);
    for (size_t v = 0; v < 2 && in->flat_channels * in->flat_positions == n; v++)
        dnn_value_flatten(&values[v], in);
    return 2;
}

static dnn_shape wants_channels(const dnn_layer *layer) {
    return (dnn_shape){.rank = 0, .size = {channels_of(layer)}};
}

static dnn_shape wants_image(const dnn_layer *layer) {
    return dnn_shape_image(0, 0, channels_of(layer));
}

static dnn_status shape_of_groups(const dnn_layer *layer, const dnn_shape *in, size_t inputs,
                                  dnn_shape *out, dnn_error *err) {
    char text[DNN_SHAPE_TEXT];
    (void)inputs, (void)out;
    if (dnn_shape_channels(in) == channels_of(layer))
        return DNN_OK;
    dnn_shape_text(in, text);
    return dnn_fail(err, DNN_ERROR_SHAPE, "needs %zu channels, but its input is %s",
                    channels_of(layer), text);
}

static dnn_shape wants_sequence(const dnn_layer *layer) {
    return dnn_shape_sequence(0, channels_of(layer));
}

static dnn_status shape_of_instance(const dnn_layer *layer, const dnn_shape *in, size_t inputs,
                                    dnn_shape *out, dnn_error *err) {
    (void)layer, (void)inputs, (void)out;
    if (dnn_shape_positions(in) == 1 && in->rank == 2)
        return dnn_fail(err, DNN_ERROR_SHAPE,
                        "needs sequences of more than one step, as a single one becomes 0");
    if (dnn_shape_positions(in) > 1)
        return DNN_OK;
    return dnn_fail(err, DNN_ERROR_SHAPE,
                    "needs images of more than one pixel, as a single one becomes 0");
}

static const dnn_case group_cases[] = {
    {.settings = "num_groups=2 num_channels=4", .in = {{3, {3, 2, 4}}}},
    {.settings = "num_groups=1 num_channels=3 eps=0.01", .in = {{2, {4, 3}}}},
    {.settings = "num_groups=3 num_channels=6 affine=false", .in = {{1, {6}}}},
    {.settings = NULL},
};

static const dnn_case instance_cases_1d[] = {
    {.settings = "num_features=2 affine=true eps=0.01", .in = {{2, {4, 2}}}},
    {.settings = "num_features=3", .in = {{2, {3, 3}}}},
    {.settings = NULL},
};

static const dnn_case instance_cases[] = {
    {.settings = "num_features=2 affine=true eps=0.01", .in = {{3, {2, 2, 2}}}},
    {.settings = "num_features=3", .in = {{3, {3, 2, 3}}}},
    {.settings = NULL},
};

const dnn_layer_class dnn_layer_group_norm = {
    .name = "GroupNorm",
    .doc = "A = weight * (X - mean) / sqrt(var + eps) + bias, over groups of an example's channels",
    .fields = group_fields,
    .cases = group_cases,
    .flags = DNN_READS_X,
    .check = check_groups,
    .wants = wants_channels,
    .shape = shape_of_groups,
    .values = values,
    .saved = saved,
    .scratch = scratch,
    .forward = forward,
    .backward = backward,
};

const dnn_layer_class dnn_layer_instance_norm1d = {
    .name = "InstanceNorm1d",
    .doc = "A = (X - mean) / sqrt(var + eps), over each channel of a sequence",
    .fields = instance_fields,
    .cases = instance_cases_1d,
    .flags = DNN_READS_X,
    .wants = wants_sequence,
    .shape = shape_of_instance,
    .values = values,
    .saved = saved,
    .scratch = scratch,
    .forward = forward,
    .backward = backward,
};

const dnn_layer_class dnn_layer_instance_norm2d = {
    .name = "InstanceNorm2d",
    .doc = "A = (X - mean) / sqrt(var + eps), over each channel of an image",
    .fields = instance_fields,
    .cases = instance_cases,
    .flags = DNN_READS_X,
    .wants = wants_image,
    .shape = shape_of_instance,
    .values = values,
    .saved = saved,
    .scratch = scratch,
    .forward = forward,
    .backward = backward,
};
