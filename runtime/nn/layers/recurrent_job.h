/* recurrent_job.h: how recurrent layers run; internal to recurrent_forward.c and
 * recurrent_backward.c.
 *
 * The examples of a batch do not touch each other until the weights' gradients are summed. So a few
 * of them go through all steps of a layer and direction as one task, whose products are small
 * enough for the caches and which waits for nobody. */
#ifndef DNN_NN_RECURRENT_JOB_H
#define DNN_NN_RECURRENT_JOB_H

#include "nn/layers/recurrent_memory.h"

/* One layer of a call. */
typedef struct job {
    dnn_call *call;
    dnn_recurrent_sizes s;
    dnn_recurrent_memory m;
    size_t layer;
    dnn_packed X[2], H[2]; /* by direction: weights, or in backward their transposes */
    bool wants_dX;         /* the gradient of the layer's input, and ... */
    bool wants_table;      /* ... of the table that it reads */
    size_t begin, end;     /* in backward: the steps of the chunk */
} job;

/* Examples [first, first + count) in direction d. */
typedef struct part {
    const job *job;
    size_t d, first, count;
} part;

static inline job open_job(dnn_call *call) {
    job j = {.call = call, .s = dnn_recurrent_sizes_of(call)};
    dnn_recurrent_lay_out(call, &j.s, &j.m);
    return j;
}

static inline bool is_top(const job *j) {
    return j->layer + 1 == j->s.layers;
}

/* Whether the layer reads the columns of a table instead of X's. */
static inline bool reads_table(const job *j) {
    return j->layer == 0 && j->call->lookup != NULL && j->call->lookup->columns != NULL;
}

static inline size_t lane_of(const job *j, size_t d) {
    return j->layer * j->s.directions + d;
}

static inline dnn_matrix *value(const job *j, dnn_matrix *list, size_t d, size_t which) {
    return &list[dnn_recurrent_value(&j->s, lane_of(j, d), which)];
}

static inline size_t task_count(const job *j) {
    return (j->s.examples + DNN_RECURRENT_TASK - 1) / DNN_RECURRENT_TASK;
}

/* Tasks of a direction follow each other. */
static inline part part_of(const job *j, size_t task) {
    part p = {
        .job = j, .d = task / task_count(j), .first = task % task_count(j) * DNN_RECURRENT_TASK};
    size_t left = j->s.examples - p.first;
    p.count = left < DNN_RECURRENT_TASK ? left : DNN_RECURRENT_TASK;
    return p;
}

/* A key for the mask after each layer. */
static inline uint64_t key_of(const job *j, size_t layer) {
    return j->call->key + (layer + 1) * 0x9e3779b97f4a7c15u;
}

/* --- views --- */

/* Of a matrix in the order of steps: the part's examples at a step, rows from `row`. */
static inline dnn_matrix at_step(const part *p, const dnn_matrix *m, size_t row, size_t rows,
                                 size_t step) {
    dnn_matrix view = *m;
    view.data = dnn_matrix_at(m, row, dnn_recurrent_column(&p->job->s, m->cols, step, p->first));
    view.rows = rows;
    view.cols = p->count;
    return view;
}

/* Of X, A or their gradients: the same. An example is a column there, its steps one below the
 * other, `width` rows each. */
static inline dnn_matrix at_outer_step(const part *p, const dnn_matrix *m, size_t width, size_t row,
                                       size_t rows, size_t step) {
    dnn_matrix view = *m;
    view.data = dnn_matrix_at(m, step * width + row, p->first);
    view.rows = rows;
    view.cols = p->count;
    return view;
}

/* The number in H and C of a step, and of the one before it in that direction. */
static inline size_t slot_of(size_t d, size_t step) {
    return d == 0 ? step + 1 : step;
}

static inline size_t slot_before(size_t d, size_t step) {
    return d == 0 ? step : step + 1;
}

/* Step number k of a direction's way. */
static inline size_t step_of(const part *p, size_t k) {
    return p->d == 0 ? k : p->job->s.steps - 1 - k;
}

/* The arrays of a step for the cell. */
static inline dnn_gates gates_at(const part *p, size_t step) {
    const job *j = p->job;
    const dnn_recurrent_lane *lane = &j->m.lanes[lane_of(j, p->d)];
    size_t hidden = j->s.hidden, rows = j->s.rows, now = slot_of(p->d, step),
           before = slot_before(p->d, step);
    dnn_gates g = {
        .dtype = j->call->dtype,
        .units = hidden,
        .examples = p->count,
        .lengths = j->call->lengths == NULL ? NULL : j->call->lengths + p->first,
        .step = step,
        .Z = at_step(p, &lane->Z, 0, rows, step).data,
        .H_before = at_step(p, &lane->H, 0, hidden, before).data,
        .H = at_step(p, &lane->H, 0, hidden, now).data,
    };
    if (j->s.cell->has_ZH)
        g.ZH = at_step(p, &lane->ZH, 0, rows, step).data;
    if (j->s.cell->has_C) {
        g.C_before = at_step(p, &lane->C, 0, hidden, before).data;
        g.C = at_step(p, &lane->C, 0, hidden, now).data;
        g.tanh_C = at_step(p, &lane->tanh_C, 0, hidden, step).data;
    }
    return g;
}

#endif
