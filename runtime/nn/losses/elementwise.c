/* elementwise.c: the walk over A and Y for losses that are a sum over elements.
 *
 * A and Y are visited in contiguous runs, a whole matrix or a column each, and of these no more at
 * a time than takes some milliseconds. Where examples are weighted, their costs are wanted or rows
 * have weights a run is a column. Targets stored as whole numbers are converted on the way, a piece
 * at a time. */
#include "nn/losses/elementwise.h"

#include "core/interrupt.h"
#include "math/convert.h"

enum {
    PIECE = 256,    /* elements converted at a time */
    LOOK = 1 << 20, /* elements between two looks for an interruption */
};

typedef struct walk {
    const dnn_elementwise_loss *loss;
    const dnn_loss_call *call;
    dnn_dtype dtype, target; /* of A, of Y */
    double p, scale;
    double cost;
} walk;

static void visit(walk *w, const dnn_elements *e) {
    if (w->dtype == DNN_FLOAT32) {
        if (e->dA == NULL)
            w->cost += w->loss->cost_f32(e);
        else
            w->loss->gradient_f32(e);
    } else {
        if (e->dA == NULL)
            w->cost += w->loss->cost_f64(e);
        else
            w->loss->gradient_f64(e);
    }
}

/* A part of a run from element `begin` on. */
static dnn_elements part_of(const walk *w, const dnn_elements *run, size_t begin, size_t most) {
    size_t size = dnn_dtype_info(w->dtype)->size, target = dnn_dtype_info(w->target)->size;
    dnn_elements part = *run;
    part.A = (const char *)run->A + begin * size;
    part.Y = (const char *)run->Y + begin * target;
    part.dA = run->dA == NULL ? NULL : (char *)run->dA + begin * size;
    part.w = run->w + begin * run->w_step;
    part.n = run->n - begin < most ? run->n - begin : most;
    return part;
}

/* A run whose targets are of another type. */
static void visit_converted(walk *w, const dnn_elements *run) {
    union {
        float f32[PIECE];
        double f64[PIECE];
    } buffer;
    for (size_t begin = 0; begin < run->n; begin += PIECE) {
        dnn_elements part = part_of(w, run, begin, PIECE);
        dnn_convert[w->target][w->dtype](part.n, &buffer, part.Y, NULL, NULL);
        part.Y = &buffer;
        visit(w, &part);
    }
}

/* A run, and leaves out the rest of it when interrupted. */
static void visit_run(walk *w, dnn_elements run) {
    static const double one = 1;
    const dnn_matrix *vector = w->call->vector;
    run.w = vector != NULL ? vector->data : &one;
    run.w_step = vector != NULL && dnn_matrix_count(vector) > 1;
    run.p = w->p;
    run.scale = w->scale;
    for (size_t begin = 0; begin < run.n && !dnn_interrupt_requested(); begin += LOOK) {
        dnn_elements part = part_of(w, &run, begin, LOOK);
        if (w->target == w->dtype)
            visit(w, &part);
        else
            visit_converted(w, &part);
    }
}

static bool in_one_run(const dnn_loss_call *call, const dnn_matrix *dA) {
    return call->weights == NULL && call->costs == NULL && call->vector == NULL &&
           dnn_matrix_is_contiguous(call->A) && dnn_matrix_is_contiguous(call->Y) &&
           (dA == NULL || dnn_matrix_is_contiguous(dA));
}

/* Column j; its cost is added weighted. */
static void visit_column(walk *w, const dnn_matrix *dA, size_t j) {
    const dnn_loss_call *call = w->call;
    double weight = dnn_loss_weight(call, j), scale = w->scale, before = w->cost;
    w->scale *= weight;
    w->cost = 0;
    visit_run(w, (dnn_elements){.A = dnn_matrix_at(call->A, 0, j),
                                .Y = dnn_matrix_at(call->Y, 0, j),
                                .dA = dA == NULL ? NULL : dnn_matrix_at(dA, 0, j),
                                .n = call->A->rows});
    double cost = w->cost * weight;
    w->scale = scale;
    w->cost = before + cost;
    if (dA == NULL)
        dnn_loss_note_cost(call, j, cost);
}

static void visit_all(walk *w, const dnn_matrix *dA) {
    const dnn_loss_call *call = w->call;
    w->dtype = call->A->dtype;
    w->target = call->Y->dtype;
    if (in_one_run(call, dA)) {
        visit_run(w, (dnn_elements){.A = call->A->data,
                                    .Y = call->Y->data,
                                    .dA = dA == NULL ? NULL : dA->data,
                                    .n = dnn_matrix_count(call->A)});
        return;
    }
    for (size_t j = 0; j < call->A->cols; j++)
        visit_column(w, dA, j);
}

dnn_status dnn_elementwise_check(const dnn_loss_class *kind, const dnn_loss_call *call,
                                 dnn_error *err) {
    dnn_status status =
        kind->check != NULL ? kind->check(call, err) : dnn_check_targets(kind->name, call, err);
    if (status == DNN_OK && kind->targets == DNN_TARGETS_SIGNS)
        status = dnn_check_signs(kind->name, call->Y, err);
    if (status == DNN_OK && call->vector != NULL && dnn_matrix_count(call->vector) > 1)
        status = dnn_check_vector(kind->name, call, kind->vector, call->A->rows, "row", err);
    return status;
}

static walk walk_of(const dnn_loss_class *kind, const dnn_loss_call *call) {
    bool has_setting = kind->fields[0].name != NULL && kind->fields[1].name != NULL;
    return (walk){.loss = kind->elementwise,
                  .call = call,
                  .p = has_setting ? call->settings[1].number : 0,
                  .scale = dnn_reduction_scale(call, dnn_matrix_count(call->A))};
}

double dnn_elementwise_forward(const dnn_loss_class *kind, const dnn_loss_call *call) {
    walk w = walk_of(kind, call);
    visit_all(&w, NULL);
    return w.cost * w.scale;
}

void dnn_elementwise_backward(const dnn_loss_class *kind, const dnn_loss_call *call,
                              dnn_matrix *dA) {
    walk w = walk_of(kind, call);
    visit_all(&w, dA);
}
