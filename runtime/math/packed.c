/* packed.c: blocks of one or two vectors of rows, element by element along k, for the kernels of
 * convolutions: a column of b is a window of one run. Rows that do not exist are 0. */
#ifdef T /* both_types.inc */

static void K(pack)(const dnn_matrix *a, bool transpose, size_t first, size_t rows, size_t width,
                    size_t depth, void *memory) {
    T *to = memory;
    const T *from = dnn_matrix_at(a, transpose ? 0 : first, transpose ? first : 0);
    if (rows < width)
        memset(to, 0, width * depth * sizeof *to);
    for (size_t k = 0; k < depth && !transpose; k++)
        memcpy(to + k * width, from + k * a->ld, rows * sizeof *to);
    for (size_t k = 0; k < depth && transpose; k += TURN) {
        size_t some = dnn_least(depth - k, TURN);
        for (size_t i = 0; i < rows; i++)
            for (size_t l = 0; l < some; l++)
                to[(k + l) * width + i] = from[i * a->ld + k + l];
    }
}

/* `rows` of some columns of a, one after the other, `width` apart, and added to their sums. */
DNN_INLINE void K(pack_columns)(const dnn_matrix *a, size_t first, size_t rows, size_t k,
                                size_t columns, size_t width, T *panel, double *sums) {
    const T *from = dnn_matrix_at(a, first, k);
    for (size_t c = 0; c < columns; c++, from += a->ld, panel += width) {
        const char *ahead = (const char *)(k + c + AHEAD < a->cols ? from + AHEAD * a->ld : from);
        for (size_t i = 0; i < rows * sizeof *from; i += LINE)
            __builtin_prefetch(ahead + i);
        DNN_INDEPENDENT
        for (size_t i = 0; i < rows; i++) {
            panel[i] = from[i];
            sums[i] += from[i];
        }
    }
}

/* The same, a whole block's number of rows being a constant. */
DNN_CLONES static void K(pack_panel)(const dnn_matrix *a, size_t first, size_t rows, size_t k,
                                     size_t columns, size_t width, T *panel, double *sums) {
    if (rows == ROW_BYTES / sizeof *panel)
        K(pack_columns)(a, first, ROW_BYTES / sizeof *panel, k, columns, width, panel, sums);
    else
        K(pack_columns)(a, first, rows, k, columns, width, panel, sums);
}

/* Adds each column of a panel to the one of `out` that is its place. */
DNN_INLINE void K(add_columns)(const T *panel, size_t rows, size_t columns, size_t width,
                               const uint32_t *places, size_t ld, T *out) {
    for (size_t c = 0; c < columns; c++, panel += width) {
        T *to = out + places[c] * ld;
        DNN_INDEPENDENT
        for (size_t i = 0; i < rows; i++)
            to[i] += panel[i];
    }
}

DNN_CLONES static void K(add_to_places)(const T *panel, size_t rows, size_t columns, size_t width,
                                        const uint32_t *places, size_t ld, T *out) {
    if (rows == ROW_BYTES / sizeof *out)
        K(add_columns)(panel, ROW_BYTES / sizeof *out, columns, width, places, ld, out);
    else
        K(add_columns)(panel, rows, columns, width, places, ld, out);
}

static void K(add_sums)(const double *sums, size_t rows, T *out) {
    for (size_t i = 0; i < rows; i++)
        out[i] = (T)(out[i] + sums[i]);
}

#else
#include "math/packed.h"

#include <string.h>

#include "core/threads.h"
#include "math/conv_kernels.h"
#include "math/pieces.h"
#include "math/simd.h"

#define TURN 16 /* columns of a transposed block at a time: whole cache lines are read */

#define DEPTH     128 /* columns at a time: a task's rows of them stay in the innermost cache */
#define ROW_BYTES 128 /* of the widest block */
#define LINE      64  /* bytes of a cache line */
#define AHEAD     16  /* columns that are fetched before they are packed */

#define KERNELS "math/packed.c"
#include "math/both_types.inc"

#define MOST_LANES 16
#define MANY       32768 /* elements that are worth waking a thread for */

/* Rows of the block that begins at `first`, as the kernels take it. */
static size_t width_at(const dnn_packed *p, size_t first) {
    size_t lanes = p->kernels->lanes;
    return p->rows - first > lanes ? DNN_CONV_VECTORS * lanes : lanes;
}

size_t dnn_packed_bytes(dnn_dtype dtype, size_t rows, size_t depth) {
    size_t most = DNN_CONV_VECTORS * MOST_LANES;
    return (rows + most - 1) / most * most * depth * dnn_dtype_info(dtype)->size;
}

typedef struct packing {
    const dnn_matrix *a;
    bool transpose;
    dnn_packed *packed;
    void *memory;
} packing;

/* A block of rows; those before it are all of the widest. */
static void pack_block(void *context, size_t task) {
    const packing *job = context;
    const dnn_packed *p = job->packed;
    size_t first = task * DNN_CONV_VECTORS * p->kernels->lanes, width = width_at(p, first),
           rows = dnn_least(p->rows - first, width);
    void *to = (char *)job->memory + first * p->depth * dnn_dtype_info(job->a->dtype)->size;
    if (job->a->dtype == DNN_FLOAT32)
        pack_f32(job->a, job->transpose, first, rows, width, p->depth, to);
    else
        pack_f64(job->a, job->transpose, first, rows, width, p->depth, to);
}

dnn_packed dnn_pack(const dnn_matrix *a, bool transpose, void *memory) {
    dnn_packed p = {.rows = transpose ? a->cols : a->rows,
                    .depth = transpose ? a->rows : a->cols,
                    .data = memory};
    packing job = {a, transpose, &p, memory};
    p.kernels = dnn_conv_kernels_for(a->dtype, p.rows);
    size_t width = DNN_CONV_VECTORS * p.kernels->lanes, blocks = dnn_pieces(p.rows, width);
    if (p.rows * p.depth >= MANY)
        dnn_parallel(blocks, pack_block, &job);
    for (size_t block = 0; block < blocks && p.rows * p.depth < MANY; block++)
        pack_block(&job, block);
    return p;
}

void dnn_packed_product(const dnn_packed *a, const dnn_matrix *b, const void *bias, bool add,
                        dnn_matrix *out) {
    size_t size = dnn_dtype_info(out->dtype)->size;
    const char *weights = a->data;
    for (size_t first = 0, width; first < a->rows; first += width) {
        width = width_at(a, first);
        dnn_conv_row row = {
            .in = b->data,
            .in_step = b->ld,
            .rows = 1,
            .cols = 1,
            .length = a->depth,
            .weights = weights,
            .out = (char *)out->data + first * size,
            .out_step = out->ld,
            .channels = dnn_least(a->rows - first, width),
            .bias = bias == NULL ? NULL : (const char *)bias + first * size,
            .add = add,
        };
        a->kernels->row(&row, b->cols, width / a->kernels->lanes);
        weights += width * a->depth * size;
    }
}

#define WIDE 8 /* columns of a task */

typedef struct wide_job {
    const dnn_packed *a;
    const dnn_matrix *b;
    const void *bias;
    bool add;
    dnn_matrix *out;
} wide_job;

static void wide_task(void *context, size_t task) {
    const wide_job *w = context;
    dnn_matrix b = *w->b, out = *w->out;
    size_t first = task * WIDE;
    b.data = dnn_matrix_at(w->b, 0, first);
    out.data = dnn_matrix_at(w->out, 0, first);
    b.cols = out.cols = dnn_least(w->b->cols - first, WIDE);
    dnn_packed_product(w->a, &b, w->bias, w->add, &out);
}

void dnn_packed_product_wide(const dnn_packed *a, const dnn_matrix *b, const void *bias, bool add,
                             dnn_matrix *out) {
    wide_job w = {a, b, bias, add, out};
    dnn_parallel(dnn_pieces(b->cols, WIDE), wide_task, &w);
}

/* --- many columns on both sides --- */

_Static_assert(ROW_BYTES == DNN_CONV_VECTORS * MOST_LANES * sizeof(float), "a block fits a panel");

/* Rows of a task. */
static size_t task_rows(const dnn_outer *o) {
    return DNN_CONV_VECTORS * dnn_conv_kernels_for(o->a.dtype, o->a.rows)->lanes;
}

static size_t task_count(const dnn_outer *o) {
    return dnn_pieces(o->a.rows, task_rows(o));
}

static void add_to_places(const dnn_outer_part *part, size_t first, size_t rows, size_t width,
                          size_t k, size_t columns, const void *panel) {
    void *out = dnn_matrix_at(&part->out, first, 0);
    const uint32_t *places = part->places + k;
    if (part->out.dtype == DNN_FLOAT64)
        add_to_places_f64(panel, rows, columns, width, places, part->out.ld, out);
    else
        add_to_places_f32(panel, rows, columns, width, places, part->out.ld, out);
}

/* Adds to each part but those of sums its product with some columns, which are in the panel. */
static void add_products(const dnn_outer *o, const dnn_conv_kernels *kernels, size_t first,
                         size_t rows, size_t width, size_t k, size_t columns, const void *panel) {
    for (size_t p = 0; p < o->count; p++) {
        const dnn_matrix *b = &o->parts[p].b, *out = &o->parts[p].out;
        if (b->data == NULL && o->parts[p].places != NULL)
            add_to_places(&o->parts[p], first, rows, width, k, columns, panel);
        if (b->data == NULL)
            continue;
        dnn_conv_sum sum = {
            .in = dnn_matrix_at(b, 0, k),
            .in_step = b->ld,
            .gradient = panel,
            .gradient_step = width,
            .height = 1,
            .width = columns,
            .out = dnn_matrix_at(out, first, 0),
            .out_step = out->ld,
            .channels = rows,
        };
        kernels->sum(&sum, b->rows, width / kernels->lanes);
    }
}

/* Some rows of all parts. */
static void outer_rows(const dnn_outer *o, size_t first) {
    const dnn_conv_kernels *kernels = dnn_conv_kernels_for(o->a.dtype, o->a.rows);
    size_t rows = dnn_least(o->a.rows - first, task_rows(o)),
           size = dnn_dtype_info(o->a.dtype)->size;
    _Alignas(64) char panel[DEPTH * ROW_BYTES];
    _Alignas(64) double sums[ROW_BYTES / sizeof(float)] = {0};
    bool wide = o->a.dtype == DNN_FLOAT64;
    size_t width = rows > kernels->lanes ? DNN_CONV_VECTORS * kernels->lanes : kernels->lanes;
    if (rows < width)
        memset(panel, 0, sizeof panel); /* rows that do not exist */
    for (size_t p = 0; p < o->count && !o->add; p++)
        for (size_t e = 0; e < o->parts[p].out.cols; e++)
            memset(dnn_matrix_at(&o->parts[p].out, first, e), 0, rows * size);
    for (size_t k = 0; k < o->a.cols; k += DEPTH) {
        size_t columns = dnn_least(o->a.cols - k, DEPTH);
        if (wide)
            pack_panel_f64(&o->a, first, rows, k, columns, width, (double *)panel, sums);
        else
            pack_panel_f32(&o->a, first, rows, k, columns, width, (float *)panel, sums);
        add_products(o, kernels, first, rows, width, k, columns, panel);
    }
    for (size_t p = 0; p < o->count; p++) {
        void *out = dnn_matrix_at(&o->parts[p].out, first, 0);
        if (o->parts[p].b.data != NULL || o->parts[p].places != NULL)
            continue;
        if (wide)
            add_sums_f64(sums, rows, out);
        else
            add_sums_f32(sums, rows, out);
    }
}

static void outer_task(void *context, size_t task) {
    const dnn_outer *o = context;
    for (; task >= task_count(o); o++)
        task -= task_count(o);
    outer_rows(o, task * task_rows(o));
}

void dnn_outer_products(const dnn_outer *products, size_t count) {
    size_t tasks = 0;
    for (size_t p = 0; p < count; p++)
        tasks += task_count(&products[p]);
    dnn_parallel(tasks, outer_task, (void *)products);
}
#endif
