/* loss_elementwise.c: the walk over A and Y for losses that are a sum over elements.
 *
 * A and Y are visited in contiguous runs, a whole matrix or a column each, and of these no more at
 * a time than takes some milliseconds. Where examples are weighted or their costs are wanted a run
 * is a column. Targets stored as whole numbers are converted on the way, a piece at a time. */
#include "core/interrupt.h"
#include "math/convert.h"
#include "nn/losses/loss_parts.h"

enum {
    PIECE = 256,    /* elements converted at a time */
    LOOK = 1 << 20, /* elements between two looks for an interruption */
};

typedef struct piece {
    const void *A, *Y; /* both of A's type */
    void *dA;          /* NULL in forward */
    size_t n;
} piece;

typedef struct walk {
    const dnn_elementwise_loss *loss;
    dnn_dtype dtype, target; /* of A, of Y */
    double scale;
    double cost;
} walk;

static void visit(walk *w, const piece *p) {
    if (w->dtype == DNN_FLOAT32) {
        if (p->dA == NULL)
            w->cost += w->loss->cost_f32(p->A, p->Y, p->n);
        else
            w->loss->gradient_f32(p->dA, p->A, p->Y, p->n, w->scale);
    } else {
        if (p->dA == NULL)
            w->cost += w->loss->cost_f64(p->A, p->Y, p->n);
        else
            w->loss->gradient_f64(p->dA, p->A, p->Y, p->n, w->scale);
    }
}

/* A part of a run from element `begin` on; Y's elements have `size` bytes. */
static piece part_of(const walk *w, const piece *run, size_t begin, size_t most,
                     size_t target_size) {
    size_t size = dnn_dtype_info(w->dtype)->size;
    return (piece){(const char *)run->A + begin * size, (const char *)run->Y + begin * target_size,
                   run->dA == NULL ? NULL : (char *)run->dA + begin * size,
                   run->n - begin < most ? run->n - begin : most};
}

/* A run whose targets are of another type. */
static void visit_converted(walk *w, const piece *run, size_t target_size) {
    union {
        float f32[PIECE];
        double f64[PIECE];
    } buffer;
    for (size_t begin = 0; begin < run->n; begin += PIECE) {
        piece part = part_of(w, run, begin, PIECE, target_size);
        dnn_convert[w->target][w->dtype](part.n, &buffer, part.Y, NULL, NULL);
        part.Y = &buffer;
        visit(w, &part);
    }
}

/* A run, and leaves out the rest of it when interrupted. */
static void visit_run(walk *w, const piece *run) {
    size_t target_size = dnn_dtype_info(w->target)->size;
    for (size_t begin = 0; begin < run->n && !dnn_interrupt_requested(); begin += LOOK) {
        piece part = part_of(w, run, begin, LOOK, target_size);
        if (w->target == w->dtype)
            visit(w, &part);
        else
            visit_converted(w, &part, target_size);
    }
}

static bool in_one_run(const dnn_loss_call *call, const dnn_matrix *dA) {
    return call->weights == NULL && call->costs == NULL && dnn_matrix_is_contiguous(call->A) &&
           dnn_matrix_is_contiguous(call->Y) && (dA == NULL || dnn_matrix_is_contiguous(dA));
}

/* Column j; its cost is added weighted. */
static void visit_column(walk *w, const dnn_loss_call *call, const dnn_matrix *dA, size_t j) {
    double weight = dnn_loss_weight(call, j), scale = w->scale, before = w->cost;
    piece run = {dnn_matrix_at(call->A, 0, j), dnn_matrix_at(call->Y, 0, j),
                 dA == NULL ? NULL : dnn_matrix_at(dA, 0, j), call->A->rows};
    w->scale *= weight;
    w->cost = 0;
    visit_run(w, &run);
    double cost = w->cost * weight;
    w->scale = scale;
    w->cost = before + cost;
    if (dA == NULL)
        dnn_loss_note_cost(call, j, cost);
}

static void visit_all(walk *w, const dnn_loss_call *call, const dnn_matrix *dA) {
    w->dtype = call->A->dtype;
    w->target = call->Y->dtype;
    if (in_one_run(call, dA)) {
        piece run = {call->A->data, call->Y->data, dA == NULL ? NULL : dA->data,
                     dnn_matrix_count(call->A)};
        visit_run(w, &run);
        return;
    }
    for (size_t j = 0; j < call->A->cols; j++)
        visit_column(w, call, dA, j);
}

double dnn_elementwise_forward(const dnn_elementwise_loss *loss, const dnn_loss_call *call) {
    walk w = {.loss = loss};
    visit_all(&w, call, NULL);
    return w.cost * dnn_reduction_scale(call->settings, dnn_matrix_count(call->A));
}

void dnn_elementwise_backward(const dnn_elementwise_loss *loss, const dnn_loss_call *call,
                              dnn_matrix *dA) {
    walk w = {.loss = loss,
              .scale = dnn_reduction_scale(call->settings, dnn_matrix_count(call->A))};
    visit_all(&w, call, dA);
}
