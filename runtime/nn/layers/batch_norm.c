/* batch_norm.c: every channel with mean 0 and variance 1 over the batch (Ioffe & Szegedy 2015).
 *
 *     A = weight (X - mean) / sqrt(var + eps) + bias        over N = examples x positions
 *
 * In training mean and variance are the batch's, and the running ones move by `momentum` towards
 * them after forward (the variance towards N / (N - 1) times the batch's, as in PyTorch); in
 * evaluation they are the running ones. With x = (X - mean) / sqrt(var + eps):
 *
 *     dbias = sum of dA,  dweight = sum of dA x
 *     dX = weight / sqrt(var + eps) (dA - dbias / N - x dweight / N)    in training
 *
 * Sums run in double over chunks of columns that depend on the shape alone, then over the chunks. */
#include <math.h>
#include <string.h>

#include "core/memory.h"
#include "core/threads.h"
#include "math/fill.h"
#include "nn/call.h"
#include "nn/layers/channels.h"

enum { NUM_FEATURES, EPS, MOMENTUM, AFFINE };                        /* settings */
enum { WEIGHT, BIAS, AFFINE_VALUES };                                /* learnt values */
enum { RUNNING_MEAN, RUNNING_VAR, NUM_BATCHES_TRACKED, KEPT_VALUES }; /* kept ones, after them */
enum { MOST_CHUNKS = 64, CHUNK = 16384 };                             /* elements of a chunk at least */

static const dnn_field fields[] = {
    [NUM_FEATURES] = {.name = "num_features",
                      .kind = DNN_FIELD_COUNT,
                      .low = 1,
                      .positional = true,
                      .required = true,
                      .example = 3,
                      .doc = "channels of X"},
    [EPS] = {.name = "eps",
             .kind = DNN_FIELD_REAL,
             .initial = 1e-5,
             .low = 0,
             .high = 1,
             .doc = "added to the variance, so that a constant channel does not divide by 0"},
    [MOMENTUM] = {.name = "momentum",
                  .kind = DNN_FIELD_REAL,
                  .initial = 0.1,
                  .low = 0,
                  .high = 1,
                  .doc = "how far the running mean and variance move towards a batch's"},
    [AFFINE] = {.name = "affine",
                .kind = DNN_FIELD_FLAG,
                .initial = 1,
                .doc = "whether a weight and a bias are learnt for each channel"},
    {.name = NULL},
};

/* --- chunks of columns --- */

typedef struct pass {
    dnn_call *call;
    dnn_matrix X, A, dA, dX; /* channels x columns */
    size_t width, chunks;    /* columns of a chunk */
    const double *mean;
    double *sums, *products;          /* per chunk */
    void *factor, *slope, *shift;     /* per channel, of the call's type */
    void (*run)(struct pass *, size_t begin, size_t cols, size_t chunk);
} pass;

static size_t width_of(size_t rows, size_t cols) {
    size_t width = (CHUNK + rows - 1) / rows;
    size_t least = (cols + MOST_CHUNKS - 1) / MOST_CHUNKS;
    return width > least ? width : least;
}

static void run_chunk(void *context, size_t chunk) {
    pass *p = context;
    size_t begin = chunk * p->width, left = p->X.cols - begin;
    p->run(p, begin, left < p->width ? left : p->width, chunk);
}

static void over_chunks(pass *p, void (*run)(pass *, size_t, size_t, size_t)) {
    p->run = run;
    if (p->chunks == 1)
        run_chunk(p, 0);
    else
        dnn_parallel(p->chunks, run_chunk, p);
}

/* Adds up the chunks' sums into those of the first. */
static void add_up(const pass *p, double *sums) {
    size_t rows = p->X.rows;
    for (size_t k = 1; k < p->chunks; k++)
        for (size_t c = 0; c < rows; c++)
            sums[c] += sums[k * rows + c];
}

/* Columns of a chunk. */
static dnn_matrix part_of(const dnn_matrix *m, size_t begin, size_t cols) {
    return dnn_matrix_of(m->dtype, m->rows, cols, dnn_matrix_at(m, 0, begin));
}

static double *cleared(double *sums, size_t count) {
    memset(sums, 0, count * sizeof *sums);
    return sums;
}

static void sum_columns(pass *p, size_t begin, size_t cols, size_t chunk) {
    dnn_matrix X = part_of(&p->X, begin, cols);
    dnn_channel_sums(&X, cleared(p->sums + chunk * X.rows, X.rows));
}

static void sum_squares(pass *p, size_t begin, size_t cols, size_t chunk) {
    dnn_matrix X = part_of(&p->X, begin, cols);
    dnn_channel_squares(&X, p->mean, cleared(p->sums + chunk * X.rows, X.rows));
}

static void scale_columns(pass *p, size_t begin, size_t cols, size_t chunk) {
    dnn_matrix X = part_of(&p->X, begin, cols), A = part_of(&p->A, begin, cols);
    (void)chunk;
    dnn_channel_scale(&A, &X, p->factor, p->shift);
}

static void sum_gradients(pass *p, size_t begin, size_t cols, size_t chunk) {
    dnn_matrix X = part_of(&p->X, begin, cols), dA = part_of(&p->dA, begin, cols);
    dnn_channel_products(&X, &dA, p->mean, cleared(p->sums + chunk * X.rows, X.rows),
                         cleared(p->products + chunk * X.rows, X.rows));
}

static void input_gradients(pass *p, size_t begin, size_t cols, size_t chunk) {
    dnn_matrix X = part_of(&p->X, begin, cols), dA = part_of(&p->dA, begin, cols),
               dX = part_of(&p->dX, begin, cols);
    (void)chunk;
    dnn_channel_combine(&dX, &X, &dA, p->factor, p->slope, p->shift, p->call->add[0]);
}

/* --- forward --- */

/* Saved: mean, then 1 / sqrt(var + eps), then var of each channel. */
static size_t saved(const dnn_call *call) {
    return 3 * dnn_shape_channels(&call->out) * sizeof(double);
}

static size_t scratch(const dnn_call *call) {
    size_t rows = dnn_shape_channels(&call->out);
    return dnn_align_up(2 * MOST_CHUNKS * rows * sizeof(double)) +
           3 * dnn_align_up(rows * sizeof(double));
}

static pass pass_of(dnn_call *call) {
    size_t rows = dnn_shape_channels(&call->out);
    size_t room = dnn_align_up(2 * MOST_CHUNKS * rows * sizeof(double));
    size_t column = dnn_align_up(rows * sizeof(double));
    char *vectors = (char *)call->scratch + room;
    pass p = {
        .call = call,
        .X = dnn_call_pixels(&call->X[0], &call->out),
        .A = dnn_call_pixels(&call->A, &call->out),
        .dA = dnn_call_pixels(&call->dA, &call->out),
        .dX = dnn_call_pixels(&call->dX[0], &call->out),
        .mean = call->saved,
        .sums = call->scratch,
        .products = (double *)call->scratch + MOST_CHUNKS * rows,
        .factor = vectors,
        .slope = vectors + column,
        .shift = vectors + 2 * column,
    };
    p.width = width_of(rows, p.X.cols);
    p.chunks = (p.X.cols + p.width - 1) / p.width;
    return p;
}

static const dnn_matrix *kept_of(const dnn_call *call, int which) {
    return &call->values[(dnn_layer_flag(call->layer, AFFINE) ? AFFINE_VALUES : 0) + which];
}

static void put(const pass *p, void *vector, size_t c, double value) {
    dnn_channel_put(p->call->dtype, vector, c, value);
}

static double weight_of(const dnn_call *call, size_t c) {
    return dnn_layer_flag(call->layer, AFFINE) ? dnn_matrix_get(&call->values[WEIGHT], c, 0) : 1;
}

/* Mean, 1 / sqrt(var + eps) and var of each channel into what is saved. */
static void take_statistics(pass *p) {
    size_t rows = p->X.rows;
    double *mean = p->call->saved, *inverse = mean + rows, *var = inverse + rows;
    double eps = dnn_layer_real(p->call->layer, EPS), n = (double)p->X.cols;
    if (p->call->training) {
        over_chunks(p, sum_columns);
        add_up(p, p->sums);
        for (size_t c = 0; c < rows; c++)
            mean[c] = p->sums[c] / n;
        over_chunks(p, sum_squares);
        add_up(p, p->sums);
        for (size_t c = 0; c < rows; c++)
            var[c] = p->sums[c] / n;
    } else {
        for (size_t c = 0; c < rows; c++) {
            mean[c] = dnn_matrix_get(kept_of(p->call, RUNNING_MEAN), c, 0);
            var[c] = dnn_matrix_get(kept_of(p->call, RUNNING_VAR), c, 0);
        }
    }
    for (size_t c = 0; c < rows; c++)
        inverse[c] = 1 / sqrt(var[c] + eps);
}

/* Both of each channel, with that mean and 1 / sqrt(var + eps). */
static void factor_and_shift(const dnn_call *call, size_t c, double mean, double inverse,
                             double *factor, double *shift) {
    bool affine = dnn_layer_flag(call->layer, AFFINE);
    *factor = weight_of(call, c) * inverse;
    *shift = (affine ? dnn_matrix_get(&call->values[BIAS], c, 0) : 0) - mean * *factor;
}

static dnn_status forward(dnn_call *call, dnn_error *err) {
    pass p = pass_of(call);
    size_t rows = p.X.rows;
    if (call->training && p.X.cols < 2)
        return dnn_fail(err, DNN_ERROR_SHAPE,
                        "needs more than one value of each channel in training, but the batch has "
                        "one; use a larger batch, or net:eval()");
    take_statistics(&p);
    const double *mean = call->saved, *inverse = mean + rows;
    for (size_t c = 0; c < rows; c++) {
        double factor, shift;
        factor_and_shift(call, c, mean[c], inverse[c], &factor, &shift);
        put(&p, p.factor, c, factor);
        put(&p, p.shift, c, shift);
    }
    over_chunks(&p, scale_columns);
    return DNN_OK;
}

/* In evaluation. */
static void scale(const dnn_call *call, double *factor, double *shift) {
    double eps = dnn_layer_real(call->layer, EPS);
    for (size_t c = 0; c < kept_of(call, RUNNING_MEAN)->rows; c++)
        factor_and_shift(call, c, dnn_matrix_get(kept_of(call, RUNNING_MEAN), c, 0),
                         1 / sqrt(dnn_matrix_get(kept_of(call, RUNNING_VAR), c, 0) + eps),
                         &factor[c], &shift[c]);
}

/* Running values move after a whole forward, so that one that was interrupted leaves no trace. */
static void commit(dnn_call *call) {
    size_t rows = dnn_shape_channels(&call->out);
    const double *mean = call->saved, *var = mean + 2 * rows;
    double m = dnn_layer_real(call->layer, MOMENTUM);
    double n = (double)(call->examples * dnn_shape_positions(&call->out));
    dnn_matrix running_mean = *kept_of(call, RUNNING_MEAN), running_var = *kept_of(call, RUNNING_VAR),
               count = *kept_of(call, NUM_BATCHES_TRACKED);
    for (size_t c = 0; c < rows; c++) {
        dnn_matrix_set(&running_mean, c, 0,
                       (1 - m) * dnn_matrix_get(&running_mean, c, 0) + m * mean[c]);
        dnn_matrix_set(&running_var, c, 0,
                       (1 - m) * dnn_matrix_get(&running_var, c, 0) + m * var[c] * n / (n - 1));
    }
    dnn_matrix_set(&count, 0, 0, dnn_matrix_get(&count, 0, 0) + 1);
}

/* --- backward --- */

static void add_to(dnn_matrix *gradient, size_t c, double value, bool accumulate) {
    double old = accumulate ? dnn_matrix_get(gradient, c, 0) : 0;
    dnn_matrix_set(gradient, c, 0, old + value);
}

static dnn_status backward(dnn_call *call, dnn_error *err) {
    pass p = pass_of(call);
    size_t rows = p.X.rows;
    const double *mean = call->saved, *inverse = mean + rows;
    double n = (double)p.X.cols;
    (void)err;
    over_chunks(&p, sum_gradients);
    add_up(&p, p.sums);
    add_up(&p, p.products);
    for (size_t c = 0; c < rows; c++) {
        double dbias = p.sums[c], dweight = p.products[c] * inverse[c];
        if (dnn_layer_flag(call->layer, AFFINE) && call->gradients[WEIGHT].data != NULL) {
            add_to(&call->gradients[WEIGHT], c, dweight, call->accumulate);
            add_to(&call->gradients[BIAS], c, dbias, call->accumulate);
        }
        double factor = weight_of(call, c) * inverse[c];
        double slope = call->training ? -factor * dweight * inverse[c] / n : 0;
        put(&p, p.factor, c, factor);
        put(&p, p.slope, c, slope);
        put(&p, p.shift, c, call->training ? -factor * dbias / n - slope * mean[c] : 0);
    }
    if (call->dX[0].data != NULL)
        over_chunks(&p, input_gradients);
    return DNN_OK;
}

/* --- the classes --- */

static size_t values(const dnn_layer *layer, const dnn_shape *in,
                     dnn_value values[DNN_LAYER_VALUES]) {
    size_t n = dnn_layer_count(layer, NUM_FEATURES), count = 0;
    bool flat = in->flat_channels * in->flat_positions == n;
    if (dnn_layer_flag(layer, AFFINE)) {
        values[count++] = dnn_value_vector("weight", n);
        values[WEIGHT].start = 1;
        values[count++] = dnn_value_vector("bias", n);
    }
    values[count++] = dnn_value_kept("running_mean", n, 0);
    values[count++] = dnn_value_kept("running_var", n, 1);
    for (size_t v = 0; v < count && flat; v++) /* of a flattened image: files have channels first */
        dnn_value_flatten(&values[v], in);
    values[count++] = dnn_value_counter("num_batches_tracked");
    return count;
}

static dnn_shape wants_channels(const dnn_layer *layer) {
    return (dnn_shape){.rank = 0, .size = {dnn_layer_count(layer, NUM_FEATURES)}};
}

static dnn_status shape_of_1d(const dnn_layer *layer, const dnn_shape *in, size_t inputs,
                              dnn_shape *out, dnn_error *err) {
    (void)inputs, (void)out;
    if (in->rank < 3 && dnn_shape_channels(in) == dnn_layer_count(layer, NUM_FEATURES))
        return DNN_OK;
    char text[DNN_SHAPE_TEXT];
    dnn_shape_text(in, text);
    return dnn_fail(err, DNN_ERROR_SHAPE, "needs %zu features, but its input is %s%s",
                    dnn_layer_count(layer, NUM_FEATURES), text,
                    in->rank == 3 ? "; BatchNorm2d is for images" : "");
}

static dnn_shape wants_image(const dnn_layer *layer) {
    return dnn_shape_image(0, 0, dnn_layer_count(layer, NUM_FEATURES));
}

static const dnn_case cases_1d[] = {
    {.settings = "num_features=4", .in = {{1, {4}}}, .examples = 6},
    {.settings = "num_features=3 eps=0.01 momentum=0.3", .in = {{2, {4, 3}}}, .examples = 4},
    {.settings = "num_features=3 affine=false", .in = {{1, {3}}}, .examples = 7},
    {.settings = NULL},
};

static const dnn_case cases_2d[] = {
    {.settings = "num_features=3", .in = {{3, {3, 2, 3}}}},
    {.settings = "num_features=2 affine=false eps=0.001", .in = {{3, {2, 2, 2}}}, .examples = 4},
    {.settings = NULL},
};

const dnn_layer_class dnn_layer_batch_norm1d = {
    .name = "BatchNorm1d",
    .doc = "A = weight * (X - mean) / sqrt(var + eps) + bias, of each feature over the batch",
    .fields = fields,
    .cases = cases_1d,
    .flags = DNN_READS_X | DNN_TWO_MODES | DNN_IN_PLACE_IN_EVALUATION,
    .wants = wants_channels,
    .shape = shape_of_1d,
    .values = values,
    .saved = saved,
    .scratch = scratch,
    .forward = forward,
    .backward = backward,
    .scale = scale,
    .commit = commit,
};

const dnn_layer_class dnn_layer_batch_norm2d = {
    .name = "BatchNorm2d",
    .doc = "A = weight * (X - mean) / sqrt(var + eps) + bias, of each channel over all pixels",
    .fields = fields,
    .cases = cases_2d,
    .flags = DNN_READS_X | DNN_TWO_MODES | DNN_IN_PLACE_IN_EVALUATION,
    .wants = wants_image,
    .values = values,
    .saved = saved,
    .scratch = scratch,
    .forward = forward,
    .backward = backward,
    .scale = scale,
    .commit = commit,
};
