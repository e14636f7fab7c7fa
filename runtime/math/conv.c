/* conv.c: the settings of a convolution, and what its functions demand of their matrices. */
#include "math/conv.h"

#include "core/memory.h"
#include "math/conv_patch.h"
#include "math/conv_run.h"
#include "math/pool.h"

/* The dilated kernel, and the padded image, along one direction; false where that overflows. */
static bool extents(const dnn_conv *c, int d, size_t *kernel, size_t *image) {
    return !__builtin_mul_overflow(c->kernel[d] - 1, c->dilation[d], kernel) &&
           !__builtin_add_overflow(*kernel, 1, kernel) &&
           !__builtin_mul_overflow(c->padding[d], 2, image) &&
           !__builtin_add_overflow(*image, d == 0 ? c->height : c->width, image) &&
           *kernel <= PTRDIFF_MAX / 2 && *image <= PTRDIFF_MAX / 2;
}

static dnn_status check_counts(const dnn_conv *c, dnn_error *err) {
    const struct {
        const char *name;
        size_t value;
    } counts[] = {
        {"the height of the image", c->height      },
        {"the width of the image",  c->width       },
        {"channels",                c->channels    },
        {"out_channels",            c->out_channels},
        {"groups",                  c->groups      },
        {"the kernel's height",     c->kernel[0]   },
        {"the kernel's width",      c->kernel[1]   },
        {"stride",                  c->stride[0]   },
        {"stride",                  c->stride[1]   },
        {"dilation",                c->dilation[0] },
        {"dilation",                c->dilation[1] },
    };
    for (size_t i = 0; i < sizeof counts / sizeof *counts; i++)
        if (counts[i].value == 0)
            return dnn_fail(err, DNN_ERROR_ARGUMENT, "convolution: %s must be at least 1, got 0",
                            counts[i].name);
    if (c->channels % c->groups != 0 || c->out_channels % c->groups != 0)
        return dnn_fail(err, DNN_ERROR_ARGUMENT,
                        "convolution: groups = %zu must divide channels (%zu) and out_channels "
                        "(%zu)",
                        c->groups, c->channels, c->out_channels);
    return DNN_OK;
}

dnn_status dnn_conv_plan(dnn_conv *c, dnn_error *err) {
    dnn_status status = check_counts(c, err);
    if (status != DNN_OK)
        return status;
    size_t kernel[2], image[2];
    if (!extents(c, 0, &kernel[0], &image[0]) || !extents(c, 1, &kernel[1], &image[1]))
        return dnn_fail(err, DNN_ERROR_ARGUMENT,
                        "convolution: dilation or padding is too large to count with");
    if (kernel[0] > image[0] || kernel[1] > image[1])
        return dnn_fail(err, DNN_ERROR_SHAPE,
                        "convolution: kernel %zu x %zu%s is larger than the %zu x %zu image%s",
                        kernel[0], kernel[1],
                        c->dilation[0] > 1 || c->dilation[1] > 1 ? " (dilated)" : "", image[0],
                        image[1], c->padding[0] > 0 || c->padding[1] > 0 ? " (padded)" : "");
    c->out_height = (image[0] - kernel[0]) / c->stride[0] + 1;
    c->out_width = (image[1] - kernel[1]) / c->stride[1] + 1;
    return DNN_OK;
}

/* With a kernel of one pixel the image may as well be one row, which is cut into longer pieces. */
static dnn_conv in_a_row(const dnn_conv *c) {
    dnn_conv row = *c;
    for (int d = 0; d < 2; d++)
        if (c->kernel[d] != 1 || c->stride[d] != 1 || c->padding[d] != 0)
            return row;
    row.width *= c->height;
    row.out_width *= c->out_height;
    row.height = row.out_height = 1;
    return row;
}

size_t dnn_conv_scratch(const dnn_conv *c, dnn_dtype dtype, size_t examples) {
    dnn_conv row = in_a_row(c);
    size_t sizes[] = {dnn_conv_gather_scratch(c, dtype, false, examples), /* before a pooling */
                      dnn_conv_gather_scratch(&row, dtype, false, examples),
                      dnn_conv_gather_scratch(&row, dtype, true, examples),
                      dnn_conv_weight_scratch(&row, dtype, examples)};
    size_t most = 0;
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++)
        most = sizes[i] > most ? sizes[i] : most;
    return dnn_align_up(most);
}

/* m has the shape and type that it must have. */
static dnn_status check(const char *name, const dnn_matrix *m, size_t rows, size_t cols,
                        dnn_dtype dtype, dnn_error *err) {
    if (m->dtype != dtype)
        return dnn_fail(err, DNN_ERROR_TYPE, "convolution: %s is %s, expected %s", name,
                        dnn_dtype_info(m->dtype)->name, dnn_dtype_info(dtype)->name);
    if (m->rows != rows || m->cols != cols)
        return dnn_fail(err, DNN_ERROR_SHAPE,
                        "convolution: expected %s to be %zu x %zu, got %zu "
                        "x %zu",
                        name, rows, cols, m->rows, m->cols);
    return DNN_OK;
}

static dnn_status check_all(const dnn_conv *c, const char *image_name, const dnn_matrix *image,
                            const char *W_name, const dnn_matrix *W, const char *out_name,
                            const dnn_matrix *out, dnn_error *err) {
    dnn_status status = dnn_matrix_require_real(image, "convolution", err);
    if (status == DNN_OK)
        status = check(image_name, image, c->height * c->width * c->channels, image->cols,
                       image->dtype, err);
    if (status == DNN_OK)
        status = check(W_name, W, c->out_channels,
                       c->kernel[0] * c->kernel[1] * (c->channels / c->groups), image->dtype, err);
    if (status == DNN_OK)
        status = check(out_name, out, c->out_height * c->out_width * c->out_channels, image->cols,
                       image->dtype, err);
    return status;
}

static dnn_status check_bias(const dnn_matrix *bias, size_t channels, dnn_dtype dtype,
                             dnn_error *err) {
    return bias == NULL ? DNN_OK : check("the bias", bias, channels, 1, dtype, err);
}

/* The pooling that follows. */
static dnn_status plan_pool(const dnn_conv *c, dnn_pool *pool, dnn_error *err) {
    *pool = (dnn_pool){
        .height = c->out_height,
        .width = c->out_width,
        .channels = c->out_channels,
        .kernel = {2, 2},
        .stride = {2, 2},
        .dilation = {1, 1}
    };
    return dnn_pool_plan(pool, err);
}

static dnn_status check_pooled(const dnn_conv *c, const dnn_matrix *A, const dnn_matrix *pooled,
                               dnn_error *err) {
    dnn_pool pool;
    dnn_status status = plan_pool(c, &pool, err);
    return status != DNN_OK
               ? status
               : check("the maxima", pooled, pool.out_height * pool.out_width * c->out_channels,
                       A->cols, A->dtype, err);
}

/* What a depthwise convolution has computed lies in A; then a pooling has its own pass. */
static dnn_status pool_after(const dnn_conv *c, const dnn_conv_after *after, const dnn_matrix *A,
                             dnn_error *err) {
    dnn_pool pool;
    dnn_matrix maxima = *after->pooled;
    dnn_status status = plan_pool(c, &pool, err);
    return status != DNN_OK ? status : dnn_pool_max_forward(&pool, A, &maxima, after->index, err);
}

dnn_status dnn_conv_forward_with(const dnn_conv *c, const dnn_matrix *X, const dnn_matrix *W,
                                 const dnn_matrix *bias, const dnn_conv_after *after, dnn_matrix *A,
                                 void *scratch, dnn_error *err) {
    dnn_status status = check_all(c, "X", X, "W", W, "A", A, err);
    if (status == DNN_OK)
        status = check_bias(bias, c->out_channels, X->dtype, err);
    dnn_conv_after only = after == NULL ? (dnn_conv_after){0} : *after;
    bool pools = only.pooled != NULL, apart = pools && dnn_conv_is_depthwise(c);
    if (status == DNN_OK && pools)
        status = check_pooled(c, A, after->pooled, err);
    if (status != DNN_OK)
        return status;
    only.pooled = apart ? NULL : only.pooled;
    dnn_conv row = only.pooled != NULL ? *c : in_a_row(c);
    dnn_conv_gather gather = {.conv = &row,
                              .source = X,
                              .W = W,
                              .bias = bias,
                              .target = A,
                              .after = after == NULL ? NULL : &only,
                              .packed = scratch};
    status = dnn_conv_gather_run(&gather, err);
    return status == DNN_OK && apart ? pool_after(c, after, A, err) : status;
}

dnn_status dnn_conv_forward(const dnn_conv *c, const dnn_matrix *X, const dnn_matrix *W,
                            const dnn_matrix *bias, dnn_matrix *A, void *scratch, dnn_error *err) {
    return dnn_conv_forward_with(c, X, W, bias, NULL, A, scratch, err);
}

dnn_status dnn_conv_backward_input(const dnn_conv *c, const dnn_matrix *W, const dnn_matrix *dA,
                                   double beta, dnn_matrix *dX, void *scratch, dnn_error *err) {
    dnn_status status = check_all(c, "dX", dX, "W", W, "dA", dA, err);
    if (status != DNN_OK)
        return status;
    dnn_conv row = in_a_row(c);
    dnn_conv_gather gather = {.conv = &row,
                              .backward = true,
                              .source = dA,
                              .W = W,
                              .target = dX,
                              .add = beta != 0,
                              .packed = scratch};
    return dnn_conv_gather_run(&gather, err);
}

dnn_status dnn_conv_transpose_forward(const dnn_conv *c, const dnn_matrix *X, const dnn_matrix *W,
                                      const dnn_matrix *bias, dnn_matrix *A, void *scratch,
                                      dnn_error *err) {
    dnn_status status = check_all(c, "A", A, "W", W, "X", X, err);
    if (status == DNN_OK)
        status = check_bias(bias, c->channels, X->dtype, err);
    if (status != DNN_OK)
        return status;
    dnn_conv row = in_a_row(c);
    dnn_conv_gather gather = {.conv = &row,
                              .backward = true,
                              .source = X,
                              .W = W,
                              .bias = bias,
                              .target = A,
                              .packed = scratch};
    return dnn_conv_gather_run(&gather, err);
}

dnn_status dnn_conv_transpose_backward_input(const dnn_conv *c, const dnn_matrix *W,
                                             const dnn_matrix *dA, double beta, dnn_matrix *dX,
                                             void *scratch, dnn_error *err) {
    dnn_status status = check_all(c, "dA", dA, "W", W, "dX", dX, err);
    if (status != DNN_OK)
        return status;
    dnn_conv row = in_a_row(c);
    dnn_conv_gather gather = {
        .conv = &row, .source = dA, .W = W, .target = dX, .add = beta != 0, .packed = scratch};
    return dnn_conv_gather_run(&gather, err);
}

dnn_status dnn_conv_backward_weight(const dnn_conv *c, const dnn_matrix *X, const dnn_matrix *dA,
                                    double beta, dnn_matrix *dW, void *scratch, dnn_error *err) {
    dnn_status status = check_all(c, "X", X, "dW", dW, "dA", dA, err);
    if (status != DNN_OK)
        return status;
    dnn_conv row = in_a_row(c);
    return dnn_conv_weight_run(&row, X, dA, beta != 0, dW, scratch, err);
}
