/* pool.c: settings, checks, and the rows of results that the kernels compute.
 *
 * A task takes some rows of results of one example. It first lists what each result of a row meets
 * (windows forward, covering windows backward), which is the same for all its rows. */
#include "math/pool.h"

#include "core/threads.h"
#include "math/pieces.h"
#include "math/pool_kernels.h"

#define TASK_ELEMENTS 32768 /* results times what each meets */
#define STRETCH       256   /* results of a row that are listed at once */

/* The dilated kernel, and the padded image, along one direction; false where that overflows. */
static bool extents(const dnn_pool *p, int d, size_t *kernel, size_t *image) {
    return !__builtin_mul_overflow(p->kernel[d] - 1, p->dilation[d], kernel) &&
           !__builtin_add_overflow(*kernel, 1, kernel) &&
           !__builtin_mul_overflow(p->padding[d], 2, image) &&
           !__builtin_add_overflow(*image, d == 0 ? p->height : p->width, image) &&
           *kernel <= PTRDIFF_MAX / 2 && *image <= PTRDIFF_MAX / 2;
}

static dnn_status check_counts(const dnn_pool *p, dnn_error *err) {
    bool windows = !p->adaptive;
    const struct {
        const char *name;
        size_t value;
        bool read;
    } counts[] = {
        {"the height of the image", p->height,      true       },
        {"the width of the image",  p->width,       true       },
        {"channels",                p->channels,    true       },
        {"the output's height",     p->out_height,  p->adaptive},
        {"the output's width",      p->out_width,   p->adaptive},
        {"the kernel's height",     p->kernel[0],   windows    },
        {"the kernel's width",      p->kernel[1],   windows    },
        {"stride",                  p->stride[0],   windows    },
        {"stride",                  p->stride[1],   windows    },
        {"dilation",                p->dilation[0], windows    },
        {"dilation",                p->dilation[1], windows    },
    };
    for (size_t i = 0; i < sizeof counts / sizeof *counts; i++)
        if (counts[i].read && counts[i].value == 0)
            return dnn_fail(err, DNN_ERROR_ARGUMENT, "pooling: %s must be at least 1, got 0",
                            counts[i].name);
    if (p->height > UINT32_MAX / p->width)
        return dnn_fail(err, DNN_ERROR_ARGUMENT, "pooling: a %zu x %zu image has too many pixels",
                        p->height, p->width);
    return DNN_OK;
}

static size_t results_of(const dnn_pool *p, int d, size_t kernel, size_t image) {
    size_t rest = image - kernel, count = rest / p->stride[d] + 1;
    size_t inside = (d == 0 ? p->height : p->width) + p->padding[d];
    return p->ceil_mode && rest % p->stride[d] != 0 && count * p->stride[d] < inside ? count + 1
                                                                                     : count;
}

dnn_status dnn_pool_plan(dnn_pool *p, dnn_error *err) {
    dnn_status status = check_counts(p, err);
    if (status != DNN_OK || p->adaptive)
        return status;
    size_t kernel[2], image[2];
    if (!extents(p, 0, &kernel[0], &image[0]) || !extents(p, 1, &kernel[1], &image[1]))
        return dnn_fail(err, DNN_ERROR_ARGUMENT,
                        "pooling: dilation or padding is too large to count with");
    const char *dilated = p->dilation[0] > 1 || p->dilation[1] > 1 ? " (dilated)" : "";
    if (p->padding[0] > kernel[0] / 2 || p->padding[1] > kernel[1] / 2)
        return dnn_fail(err, DNN_ERROR_ARGUMENT,
                        "pooling: padding %zu x %zu is more than half of the kernel, %zu x %zu%s",
                        p->padding[0], p->padding[1], kernel[0], kernel[1], dilated);
    if (kernel[0] > image[0] || kernel[1] > image[1])
        return dnn_fail(err, DNN_ERROR_SHAPE,
                        "pooling: kernel %zu x %zu%s is larger than the %zu x %zu image%s",
                        kernel[0], kernel[1], dilated, image[0], image[1],
                        p->padding[0] > 0 || p->padding[1] > 0 ? " (padded)" : "");
    p->out_height = results_of(p, 0, kernel[0], image[0]);
    p->out_width = results_of(p, 1, kernel[1], image[1]);
    return DNN_OK;
}

/* --- what results meet, along one direction --- */

static size_t extent_of(const dnn_pool *p, int d) {
    return d == 0 ? p->height : p->width;
}

static size_t windows_of(const dnn_pool *p, int d) {
    return d == 0 ? p->out_height : p->out_width;
}

/* The pixels of window o. */
static dnn_pool_span window_span(const dnn_pool *p, int d, size_t o) {
    if (p->adaptive) {
        size_t begin = o * extent_of(p, d) / windows_of(p, d);
        return (dnn_pool_span){begin, 1,
                               dnn_pieces((o + 1) * extent_of(p, d), windows_of(p, d)) - begin};
    }
    ptrdiff_t extent = (ptrdiff_t)extent_of(p, d), step = (ptrdiff_t)p->dilation[d];
    ptrdiff_t first = (ptrdiff_t)(o * p->stride[d]) - (ptrdiff_t)p->padding[d];
    ptrdiff_t taps = (ptrdiff_t)p->kernel[d];
    ptrdiff_t outside = first < 0 ? (-first + step - 1) / step : 0;
    ptrdiff_t inside = first < extent ? (extent - first + step - 1) / step : 0;
    inside = inside < taps ? inside : taps;
    if (outside >= inside)
        return (dnn_pool_span){0, 0, 0};
    return (dnn_pool_span){(size_t)(first + outside * step), (size_t)step,
                           (size_t)(inside - outside)};
}

/* The windows that pixel i lies in, the last one first. */
static dnn_pool_span cover_span(const dnn_pool *p, int d, size_t i) {
    size_t windows = windows_of(p, d), stride = p->stride[d];
    if (p->adaptive) { /* floor(o extent / windows) <= i < ceil((o + 1) extent / windows) */
        size_t first = i * windows / extent_of(p, d);
        return (dnn_pool_span){first, 1, ((i + 1) * windows - 1) / extent_of(p, d) - first + 1};
    }
    dnn_pool_span span = {0, 0, 0};
    size_t last = 0;
    for (size_t k = 0; k < p->kernel[d]; k++) {
        size_t reach = k * p->dilation[d], place = i + p->padding[d];
        if (reach > place)
            break;
        if ((place - reach) % stride != 0 || (place - reach) / stride >= windows)
            continue;
        size_t window = (place - reach) / stride;
        if (span.count == 0)
            span.first = window;
        else
            span.step = window - last;
        last = window;
        span.count++;
    }
    return span;
}

static dnn_pool_divisor divisor_along(const dnn_pool *p, int d) {
    ptrdiff_t extent = (ptrdiff_t)extent_of(p, d);
    if (p->divisor > 0)
        return (dnn_pool_divisor){.given = d == 0 ? (ptrdiff_t)p->divisor : 1};
    if (p->adaptive)
        return (dnn_pool_divisor){.high = extent, .windows = (ptrdiff_t)windows_of(p, d)};
    ptrdiff_t padding = (ptrdiff_t)p->padding[d], counted = p->count_include_pad ? padding : 0;
    return (dnn_pool_divisor){.stride = (ptrdiff_t)p->stride[d],
                              .padding = padding,
                              .kernel = (ptrdiff_t)p->kernel[d],
                              .low = -counted,
                              .high = extent + counted};
}

/* --- running --- */

typedef struct job {
    const dnn_pool *pool;
    dnn_pool_kernel *kernel;
    const dnn_matrix *in;
    dnn_matrix *out;
    uint32_t *index;
    const uint32_t *winners;
    const dnn_matrix *gate;
    bool backward, add;
    size_t height, width; /* of the results */
    size_t in_width;
    size_t band, bands; /* rows of a task; tasks of an example */
} job;

static dnn_pool_span span_of(const job *j, int d, size_t i) {
    return j->backward ? cover_span(j->pool, d, i) : window_span(j->pool, d, i);
}

/* An even pixel begins one, as one that is a multiple of STRETCH. */
bool dnn_pool_in_pairs(const dnn_pool *p) {
    bool two = !p->adaptive && !p->ceil_mode;
    for (int d = 0; d < 2; d++)
        two = two && p->kernel[d] == 2 && p->stride[d] == 2 && p->padding[d] == 0 &&
              p->dilation[d] == 1;
    return two;
}

/* Rows [first, last) of results, `count` of each from x on. */
static void run_rows(const job *j, size_t example, size_t first, size_t last, size_t x,
                     size_t count) {
    dnn_pool_span cols[STRETCH], *at = cols;
    for (size_t i = 0; i < count; i++)
        at[i] = span_of(j, 1, x + i);
    size_t channels = j->pool->channels, windows = j->pool->out_height * j->pool->out_width;
    dnn_pool_row row = {
        .in = dnn_matrix_at(j->in, 0, example),
        .in_count = j->in->rows,
        .channels = channels,
        .width = j->in_width,
        .cols = cols,
        .divisor = {divisor_along(j->pool, 0), divisor_along(j->pool, 1)},
        .x = x,
        .results = count,
        .add = j->add
    };
    row.pairs = dnn_pool_in_pairs(j->pool);
    if (j->gate != NULL)
        row.gate = dnn_matrix_at(j->gate, 0, example);
    if (j->winners != NULL)
        row.winners = j->winners + example * windows * channels;
    for (size_t y = first; y < last; y++) {
        size_t pixel = y * j->width + x;
        row.out = dnn_matrix_at(j->out, pixel * channels, example);
        row.rows = span_of(j, 0, y);
        row.y = y;
        row.pixel = (uint32_t)pixel;
        if (j->index != NULL)
            row.index = j->index + (example * windows + pixel) * channels;
        j->kernel(&row);
    }
}

static void run_band(void *context, size_t task) {
    const job *j = context;
    size_t first = task % j->bands * j->band, last = dnn_least(first + j->band, j->height);
    for (size_t x = 0; x < j->width; x += STRETCH)
        run_rows(j, task / j->bands, first, last, x, dnn_least(STRETCH, j->width - x));
}

/* About how many elements each result meets. */
static size_t results_meet(const dnn_pool *p, bool backward) {
    if (p->adaptive)
        return backward ? p->out_height * p->out_width / (p->height * p->width) + 1
                        : p->height * p->width / (p->out_height * p->out_width) + 1;
    size_t meets = p->kernel[0] * p->kernel[1];
    return backward ? meets / (p->stride[0] * p->stride[1]) + 1 : meets;
}

static dnn_status run_job(job *j, dnn_error *err) {
    const dnn_pool *p = j->pool;
    j->height = j->backward ? p->height : p->out_height;
    j->width = j->backward ? p->width : p->out_width;
    j->in_width = j->backward ? p->out_width : p->width;
    size_t meets = results_meet(p, j->backward);
    size_t row = j->width * p->channels * meets;
    j->band = dnn_least(j->height, TASK_ELEMENTS / row + 1);
    j->bands = (j->height + j->band - 1) / j->band;
    return dnn_parallel_until(j->bands * j->out->cols, run_band, j, err);
}

/* --- checks --- */

/* m has the shape and type that it must have. */
static dnn_status check(const char *name, const dnn_matrix *m, size_t rows, size_t cols,
                        dnn_dtype dtype, dnn_error *err) {
    if (m->dtype != dtype)
        return dnn_fail(err, DNN_ERROR_TYPE, "pooling: %s is %s, expected %s", name,
                        dnn_dtype_info(m->dtype)->name, dnn_dtype_info(dtype)->name);
    if (m->rows != rows || m->cols != cols)
        return dnn_fail(err, DNN_ERROR_SHAPE, "pooling: expected %s to be %zu x %zu, got %zu x %zu",
                        name, rows, cols, m->rows, m->cols);
    return DNN_OK;
}

static dnn_status check_both(const dnn_pool *p, const char *image_name, const dnn_matrix *image,
                             const char *out_name, const dnn_matrix *out, dnn_error *err) {
    dnn_status status = dnn_matrix_require_real(image, "pooling", err);
    if (status == DNN_OK)
        status = check(image_name, image, p->height * p->width * p->channels, image->cols,
                       image->dtype, err);
    if (status == DNN_OK)
        status = check(out_name, out, p->out_height * p->out_width * p->channels, image->cols,
                       image->dtype, err);
    return status;
}

dnn_status dnn_pool_max_forward(const dnn_pool *p, const dnn_matrix *X, dnn_matrix *A,
                                uint32_t *index, dnn_error *err) {
    dnn_status status = check_both(p, "X", X, "A", A, err);
    if (status != DNN_OK)
        return status;
    job j = {.pool = p, .in = X, .out = A, .index = index};
    j.kernel = dnn_pool_kernels_for(X->dtype, p->channels)->max;
    return run_job(&j, err);
}

dnn_status dnn_pool_max_backward(const dnn_pool *p, const uint32_t *index, const dnn_matrix *dA,
                                 const dnn_matrix *gate, double beta, dnn_matrix *dX,
                                 dnn_error *err) {
    dnn_status status = check_both(p, "dX", dX, "dA", dA, err);
    if (status == DNN_OK && gate != NULL)
        status = check("the gate", gate, dA->rows, dA->cols, dA->dtype, err);
    if (status != DNN_OK)
        return status;
    job j = {.pool = p,
             .in = dA,
             .out = dX,
             .winners = index,
             .gate = gate,
             .backward = true,
             .add = beta != 0};
    j.kernel = dnn_pool_kernels_for(dX->dtype, p->channels)->max_back;
    return run_job(&j, err);
}

/* As PyTorch, which has no dilation there. */
static dnn_status check_average(const dnn_pool *p, dnn_error *err) {
    if (!p->adaptive && (p->dilation[0] != 1 || p->dilation[1] != 1))
        return dnn_fail(err, DNN_ERROR_ARGUMENT,
                        "average pooling: dilation must be 1, got %zu x %zu", p->dilation[0],
                        p->dilation[1]);
    return DNN_OK;
}

dnn_status dnn_pool_average_forward(const dnn_pool *p, const dnn_matrix *X, dnn_matrix *A,
                                    dnn_error *err) {
    dnn_status status = check_both(p, "X", X, "A", A, err);
    if (status == DNN_OK)
        status = check_average(p, err);
    if (status != DNN_OK)
        return status;
    job j = {.pool = p, .in = X, .out = A};
    j.kernel = dnn_pool_kernels_for(X->dtype, p->channels)->average;
    return run_job(&j, err);
}

dnn_status dnn_pool_average_backward(const dnn_pool *p, const dnn_matrix *dA, double beta,
                                     dnn_matrix *dX, dnn_error *err) {
    dnn_status status = check_both(p, "dX", dX, "dA", dA, err);
    if (status == DNN_OK)
        status = check_average(p, err);
    if (status != DNN_OK)
        return status;
    job j = {.pool = p, .in = dA, .out = dX, .backward = true, .add = beta != 0};
    j.kernel = dnn_pool_kernels_for(dX->dtype, p->channels)->average_back;
    return run_job(&j, err);
}
