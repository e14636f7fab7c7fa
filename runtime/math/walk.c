/* walk.c: leading kernels over matrices: broadcasting, packing and cutting into tasks. */
#include "math/walk.h"

#include <stdalign.h>
#include <string.h>

#include "core/interrupt.h"
#include "core/memory.h"
#include "core/threads.h"

/* Columns shorter than this are packed, several to a chunk, rather than visited one by one. */
#define TALL 64

/* An operand as the walk over rows x cols elements sees it: element (i, j) is at
 * data + i * row_step + j * col_step, in bytes; a step of 0 repeats. A single row is turned into a
 * column. */
typedef struct operand {
    char *data;
    size_t size;
    size_t row_step;
    size_t col_step;
    size_t rows;
    bool linear;   /* all elements of the walk are adjacent */
    bool constant; /* one element, repeated */
} operand;

static operand operand_of(const dnn_matrix *m, size_t rows, size_t cols) {
    size_t size = dnn_dtype_info(m->dtype)->size;
    operand o = {.data = m->data, .size = size, .rows = rows};
    o.row_step = m->rows == 1 ? 0 : size;
    o.col_step = m->cols == 1 ? 0 : m->ld * size;
    if (rows == 1) {
        o.row_step = o.col_step;
        o.rows = cols;
        cols = 1;
    }
    o.constant = m->rows == 1 && m->cols == 1;
    o.linear = o.row_step == size && (cols == 1 || o.col_step == o.rows * size);
    return o;
}

/* Copies n elements of `size` bytes between places whose elements are `step` bytes apart. */
static void move(char *to, size_t to_step, const char *from, size_t from_step, size_t size,
                 size_t n) {
    if (to_step == size && from_step == size) {
        memcpy(to, from, n * size);
    } else if (to_step == size && from_step == 0) { /* one element repeated, by doubling */
        memcpy(to, from, size);
        for (size_t done = 1; done < n; done *= 2)
            memcpy(to + done * size, to, (done < n - done ? done : n - done) * size);
    } else if (size == sizeof(float)) { /* constant sizes: the copies become plain moves */
        for (size_t i = 0; i < n; i++)
            memcpy(to + i * to_step, from + i * from_step, sizeof(float));
    } else if (size == sizeof(double)) {
        for (size_t i = 0; i < n; i++)
            memcpy(to + i * to_step, from + i * from_step, sizeof(double));
    } else {
        for (size_t i = 0; i < n; i++)
            to[i * to_step] = from[i * from_step];
    }
}

/* Copies elements k .. k+n-1 of the walk from the operand into a contiguous buffer, or back. */
static void pack(const operand *o, size_t k, size_t n, char *buffer, bool back) {
    size_t i = k % o->rows, j = k / o->rows;
    for (size_t run; n > 0; n -= run, i = 0, j++) {
        run = n < o->rows - i ? n : o->rows - i;
        char *place = o->data + i * o->row_step + j * o->col_step;
        if (back)
            move(place, o->row_step, buffer, o->size, o->size, run);
        else
            move(buffer, o->size, place, o->row_step, o->size, run);
        buffer += run * o->size;
    }
}

/* Address of elements k .. k+n-1 when they are adjacent, else NULL. */
static char *adjacent(const operand *o, size_t k, size_t n) {
    if (o->linear)
        return o->data + k * o->size;
    size_t i = k % o->rows, j = k / o->rows;
    return o->row_step == o->size && i + n <= o->rows ? o->data + i * o->size + j * o->col_step
                                                      : NULL;
}

static const void *read_run(const operand *o, size_t k, size_t n, char *buffer) {
    const char *run = adjacent(o, k, n);
    if (run != NULL)
        return run;
    pack(o, k, n, buffer, false);
    return buffer;
}

const void *dnn_walk_read(const dnn_matrix *m, size_t k, size_t n, void *buffer) {
    operand o = operand_of(m, m->rows, m->cols);
    return read_run(&o, k, n, buffer);
}

typedef struct walk {
    dnn_kernel *kernel;
    operand out;
    operand in[DNN_WALK_INPUTS];
    size_t inputs;
    size_t count;
    size_t longest; /* elements that one call of the kernel may take */
    bool by_column; /* calls do not reach over the end of a column */
    size_t tasks;
} walk;

/* The task of the pool: DNN_WALK_TASK elements. */
static void walk_task(void *context, size_t task) {
    const walk *w = context;
    alignas(64) char buffers[1 + DNN_WALK_INPUTS][DNN_WALK_CHUNK * sizeof(double)];
    const void *in[DNN_WALK_INPUTS] = {NULL};
    size_t k = w->tasks == 1 ? 0 : task * DNN_WALK_TASK;
    size_t end = task + 1 == w->tasks ? w->count : k + DNN_WALK_TASK;

    for (size_t p = 0; p < w->inputs; p++) {
        if (!w->in[p].constant)
            continue;
        size_t n = end - k < w->longest ? end - k : w->longest;
        move(buffers[p], w->in[p].size, w->in[p].data, 0, w->in[p].size, n);
        in[p] = buffers[p];
    }
    for (size_t n; k < end; k += n) {
        n = end - k < w->longest ? end - k : w->longest;
        if (w->by_column) {
            size_t below = w->out.rows - k % w->out.rows;
            n = n < below ? n : below;
        }
        for (size_t p = 0; p < w->inputs; p++)
            if (!w->in[p].constant)
                in[p] = read_run(&w->in[p], k, n, buffers[p]);
        char *out = adjacent(&w->out, k, n);
        w->kernel(n, out != NULL ? out : buffers[DNN_WALK_INPUTS], in[0], in[1], in[2]);
        if (out == NULL)
            pack(&w->out, k, n, buffers[DNN_WALK_INPUTS], true);
    }
}

size_t dnn_walk_tasks(size_t count) {
    return count <= 2 * DNN_WALK_TASK ? 1 : (count + DNN_WALK_TASK - 1) / DNN_WALK_TASK;
}

/* All tasks of a walk, or none of them: what is half changed in place could not be undone. */
static dnn_status walk_in_place(walk *w, dnn_error *err) {
    dnn_status status = dnn_interrupt_check(err);
    if (status == DNN_OK)
        dnn_parallel(w->tasks, walk_task, w);
    return status;
}

/* Whether all are of out's shape and without gaps: then one call of the kernel does it, and the way
 * there takes longer than a few elements do. */
static bool is_plain(const dnn_matrix *out, const dnn_matrix *const in[DNN_WALK_INPUTS]) {
    bool plain = dnn_matrix_is_contiguous(out);
    for (size_t p = 0; p < DNN_WALK_INPUTS && in[p] != NULL && plain; p++)
        plain = in[p]->rows == out->rows && in[p]->cols == out->cols &&
                dnn_matrix_is_contiguous(in[p]);
    return plain;
}

dnn_status dnn_walk(dnn_kernel *kernel, const dnn_matrix *out,
                    const dnn_matrix *const in[DNN_WALK_INPUTS], dnn_error *err) {
    walk w = {.kernel = kernel, .count = dnn_matrix_count(out)};
    if (w.count == 0)
        return DNN_OK;
    if (dnn_walk_tasks(w.count) == 1 && is_plain(out, in)) {
        kernel(w.count, out->data, in[0]->data, in[1] == NULL ? NULL : in[1]->data,
               in[1] == NULL || in[2] == NULL ? NULL : in[2]->data);
        return DNN_OK;
    }
    w.out = operand_of(out, out->rows, out->cols);
    w.tasks = dnn_walk_tasks(w.count);
    bool linear = w.out.linear, constants = false, in_place = false;
    for (; w.inputs < DNN_WALK_INPUTS && in[w.inputs] != NULL; w.inputs++) {
        w.in[w.inputs] = operand_of(in[w.inputs], out->rows, out->cols);
        constants = constants || w.in[w.inputs].constant;
        linear = linear && (w.in[w.inputs].linear || w.in[w.inputs].constant);
        in_place = in_place || dnn_matrix_overlap(out, in[w.inputs]);
    }
    w.longest = linear && !constants ? w.count : DNN_WALK_CHUNK;
    w.by_column = !linear && w.out.rows >= TALL;
    if (w.tasks == 1) {
        walk_task(&w, 0);
        return DNN_OK;
    }
    return in_place ? walk_in_place(&w, err) : dnn_parallel_until(w.tasks, walk_task, &w, err);
}
