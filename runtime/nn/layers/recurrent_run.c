/* recurrent_run.c: forward and backward of RNN, LSTM and GRU.
 *
 * The examples of a batch do not touch each other until the weights' gradients are summed. So a few
 * of them go through all steps of a layer and direction as one task, whose products are small enough
 * for the caches and which waits for nobody. */
#include <string.h>

#include "core/threads.h"
#include "nn/layers/dropout.h"
#include "nn/layers/recurrent_memory.h"

#define TASK_EXAMPLES 8

/* One layer of a call. */
typedef struct job {
    dnn_call *call;
    dnn_recurrent_sizes s;
    dnn_recurrent_memory m;
    size_t layer;
    dnn_packed X[2], H[2]; /* by direction: weights, or in backward their transposes */
    bool wants_dX;         /* the gradient of the layer's input */
    size_t begin, end;     /* in backward: the steps of the chunk */
} job;

/* Examples [first, first + count) in direction d. */
typedef struct part {
    const job *job;
    size_t d, first, count;
} part;

static job open_job(dnn_call *call) {
    job j = {.call = call, .s = dnn_recurrent_sizes_of(call)};
    dnn_recurrent_lay_out(call, &j.s, &j.m);
    return j;
}

static bool is_top(const job *j) {
    return j->layer + 1 == j->s.layers;
}

static size_t lane_of(const job *j, size_t d) {
    return j->layer * j->s.directions + d;
}

static dnn_matrix *value(const job *j, dnn_matrix *list, size_t d, size_t which) {
    return &list[dnn_recurrent_value(&j->s, lane_of(j, d), which)];
}

static size_t task_count(const job *j) {
    return (j->s.examples + TASK_EXAMPLES - 1) / TASK_EXAMPLES;
}

/* Tasks of a direction follow each other. */
static part part_of(const job *j, size_t task) {
    part p = {.job = j, .d = task / task_count(j), .first = task % task_count(j) * TASK_EXAMPLES};
    size_t left = j->s.examples - p.first;
    p.count = left < TASK_EXAMPLES ? left : TASK_EXAMPLES;
    return p;
}

/* --- views --- */

/* Of a matrix in the order of steps: the part's examples at a step, rows from `row`. */
static dnn_matrix at_step(const part *p, const dnn_matrix *m, size_t row, size_t rows,
                          size_t step) {
    dnn_matrix view = *m;
    view.data = dnn_matrix_at(m, row, step * p->job->s.examples + p->first);
    view.rows = rows;
    view.cols = p->count;
    return view;
}

/* Of X, A or their gradients: the same. An example is a column there, its steps one below the
 * other, `width` rows each. */
static dnn_matrix at_outer_step(const part *p, const dnn_matrix *m, size_t width, size_t row,
                                size_t rows, size_t step) {
    dnn_matrix view = *m;
    view.data = dnn_matrix_at(m, step * width + row, p->first);
    view.rows = rows;
    view.cols = p->count;
    return view;
}

/* The number in H and C of a step, and of the one before it in that direction. */
static size_t slot_of(size_t d, size_t step) {
    return d == 0 ? step + 1 : step;
}

static size_t slot_before(size_t d, size_t step) {
    return d == 0 ? step : step + 1;
}

/* Step number k of a direction's way. */
static size_t step_of(const part *p, size_t k) {
    return p->d == 0 ? k : p->job->s.steps - 1 - k;
}

/* The arrays of a step for the cell. */
static dnn_gates gates_at(const part *p, size_t step) {
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

/* What the layer reads at a step. */
static dnn_matrix input_at(const part *p, size_t step) {
    const job *j = p->job;
    size_t width = dnn_recurrent_width(&j->s, j->layer);
    return j->layer == 0 ? at_outer_step(p, &j->call->X[0], width, 0, width, step)
                         : at_step(p, &j->m.inputs[j->layer], 0, width, step);
}

/* --- states --- */

/* Copies H and C of a lane from the state that the call brings to where the direction starts, or
 * from where it ends to the state that the call leaves. */
static void copy_state(const job *j, size_t d, bool start) {
    const dnn_recurrent_lane *lane = &j->m.lanes[lane_of(j, d)];
    const dnn_matrix *state = start ? &j->call->state : &j->call->next_state;
    size_t slot = (d == 0) == start ? 0 : j->s.steps, hidden = j->s.hidden,
           bytes = hidden * dnn_dtype_info(j->call->dtype)->size;
    for (size_t k = 0; k < (j->s.cell->has_C ? 2u : 1u); k++)
        for (size_t i = 0; i < j->s.examples; i++) {
            size_t row = (k * j->s.lanes + lane_of(j, d)) * hidden;
            void *here = dnn_matrix_at(k == 0 ? &lane->H : &lane->C, 0, slot * j->s.examples + i);
            if (state->data == NULL && start)
                memset(here, 0, bytes);
            else if (start)
                memcpy(here, dnn_matrix_at(state, row, i), bytes);
            else if (state->data != NULL)
                memcpy(dnn_matrix_at(state, row, i), here, bytes);
        }
}

/* --- forward --- */

/* H of a step to where the next layer, or A, has it; in A it is 0 where an example has ended. */
static void put_output(const part *p, const dnn_gates *g, size_t step) {
    const job *j = p->job;
    size_t width = j->s.directions * j->s.hidden, row = p->d * j->s.hidden,
           bytes = j->s.hidden * dnn_dtype_info(g->dtype)->size;
    bool top = is_top(j);
    dnn_matrix to;
    if (top && j->s.last)
        return;
    to = top ? at_outer_step(p, &j->call->A, width, row, j->s.hidden, step)
             : at_step(p, &j->m.inputs[j->layer + 1], row, j->s.hidden, step);
    for (size_t i = 0; i < p->count; i++) {
        if (top && g->lengths != NULL && step >= g->lengths[i])
            memset(dnn_matrix_at(&to, 0, i), 0, bytes);
        else
            memcpy(dnn_matrix_at(&to, 0, i), (const char *)g->H + i * bytes, bytes);
    }
}

static void forward_task(void *context, size_t task) {
    const job *j = context;
    const part p = part_of(j, task);
    const dnn_recurrent_lane *lane = &j->m.lanes[lane_of(j, p.d)];
    bool apart = j->s.cell->has_ZH;
    const void *bias_X = NULL, *bias_H = NULL;
    if (j->s.bias) {
        bias_X = value(j, j->call->values, p.d, DNN_BIAS_IH)->data;
        bias_H = value(j, j->call->values, p.d, DNN_BIAS_HH)->data;
    }
    for (size_t k = 0; k < j->s.steps; k++) {
        size_t step = step_of(&p, k);
        dnn_gates g = gates_at(&p, step);
        dnn_matrix X = input_at(&p, step), Z = at_step(&p, &lane->Z, 0, j->s.rows, step),
                   ZH = at_step(&p, apart ? &lane->ZH : &lane->Z, 0, j->s.rows, step),
                   before = at_step(&p, &lane->H, 0, j->s.hidden, slot_before(p.d, step));
        dnn_packed_product(&j->X[p.d], &X, bias_X, false, &Z);
        dnn_packed_product(&j->H[p.d], &before, bias_H, !apart, &ZH);
        j->s.cell->forward(j->call->layer, &g);
        put_output(&p, &g, step);
    }
}

/* The last H of each direction, which is that of each example's last step. */
static void put_last(const job *j) {
    size_t bytes = j->s.hidden * dnn_dtype_info(j->call->dtype)->size;
    for (size_t d = 0; d < j->s.directions; d++)
        for (size_t i = 0; i < j->s.examples; i++)
            memcpy(dnn_matrix_at(&j->call->A, d * j->s.hidden, i),
                   dnn_matrix_at(&j->m.lanes[lane_of(j, d)].H, 0,
                                 (d == 0 ? j->s.columns : 0) + i),
                   bytes);
}

/* A key for the mask after each layer. */
static uint64_t key_of(const job *j, size_t layer) {
    return j->call->key + (layer + 1) * 0x9e3779b97f4a7c15u;
}

static dnn_status forward_layer(job *j, dnn_error *err) {
    for (size_t d = 0; d < j->s.directions; d++) {
        copy_state(j, d, true);
        j->X[d] = dnn_pack(value(j, j->call->values, d, DNN_WEIGHT_IH), false, j->m.packed_X[d]);
        j->H[d] = dnn_pack(value(j, j->call->values, d, DNN_WEIGHT_HH), false, j->m.packed_H[d]);
    }
    dnn_status status =
        dnn_parallel_until(j->s.directions * task_count(j), forward_task, j, err);
    if (!is_top(j) && j->s.dropout > 0) {
        dnn_matrix *input = &j->m.inputs[j->layer + 1];
        dnn_dropout(key_of(j, j->layer), j->s.dropout, input, input, false);
    }
    for (size_t d = 0; d < j->s.directions; d++)
        copy_state(j, d, false);
    return status;
}

dnn_status dnn_recurrent_forward(dnn_call *call, dnn_error *err) {
    job j = open_job(call);
    dnn_status status = DNN_OK;
    for (; j.layer < j.s.layers && status == DNN_OK; j.layer++)
        status = forward_layer(&j, err);
    j.layer = j.s.layers - 1;
    if (status == DNN_OK && j.s.last)
        put_last(&j);
    return status;
}

/* --- backward --- */

/* The gradient of the layer's output in direction d at a step; no data where there is none. */
static dnn_matrix output_gradient(const part *p, size_t step) {
    const job *j = p->job;
    size_t width = j->s.directions * j->s.hidden, row = p->d * j->s.hidden;
    if (!is_top(j))
        return at_step(p, &j->m.flow[j->layer % 2], row, j->s.hidden, step);
    return j->s.last ? (dnn_matrix){0}
                     : at_outer_step(p, &j->call->dA, width, row, j->s.hidden, step);
}

/* The gradients of the last H and C of a direction: what the output gives, and 0. */
static void begin_gradients(const part *p) {
    const job *j = p->job;
    size_t bytes = j->s.hidden * dnn_dtype_info(j->call->dtype)->size;
    dnn_matrix dH = at_step(p, &j->m.dH[p->d], 0, j->s.hidden, 0);
    for (size_t i = 0; i < p->count; i++) {
        void *to = dnn_matrix_at(&dH, 0, i);
        if (is_top(j) && j->s.last)
            memcpy(to, dnn_matrix_at(&j->call->dA, p->d * j->s.hidden, p->first + i), bytes);
        else
            memset(to, 0, bytes);
    }
    if (j->s.cell->has_C)
        memset(dnn_matrix_at(&j->m.dC[p->d], 0, p->first), 0, p->count * bytes);
}

/* The gradient of the layer's input at a step, or what direction d adds to it. */
static void put_input_gradient(const part *p, size_t step) {
    const job *j = p->job;
    size_t width = dnn_recurrent_width(&j->s, j->layer);
    dnn_matrix dZ = at_step(p, &j->m.dZ[p->d], 0, j->s.rows, step - j->begin), to;
    bool add = p->d > 0 || (j->layer == 0 && j->call->add[0]);
    to = j->layer == 0 ? at_outer_step(p, &j->call->dX[0], width, 0, width, step)
                       : at_step(p, &j->m.flow[(j->layer - 1) % 2], 0, width, step);
    dnn_packed_product(&j->X[p->d], &dZ, NULL, add, &to);
}

/* The chunk's steps, which are all where there are two directions. */
static void backward_task(void *context, size_t task) {
    const job *j = context;
    const part p = part_of(j, task);
    dnn_matrix dH = at_step(&p, &j->m.dH[p.d], 0, j->s.hidden, 0);
    if (j->end == j->s.steps)
        begin_gradients(&p);
    for (size_t k = j->end; k-- > j->begin;) {
        size_t step = step_of(&p, k), kept = step - j->begin;
        dnn_gates g = gates_at(&p, step);
        dnn_matrix dA = output_gradient(&p, step),
                   dZH = at_step(&p, &j->m.dZH[p.d], 0, j->s.rows, kept);
        g.dA = dA.data;
        g.dA_step = dA.ld;
        g.dH = dH.data;
        g.dZ = at_step(&p, &j->m.dZ[p.d], 0, j->s.rows, kept).data;
        g.dZH = j->s.cell->has_ZH ? dZH.data : NULL;
        if (j->s.cell->has_C)
            g.dC = at_step(&p, &j->m.dC[p.d], 0, j->s.hidden, 0).data;
        j->s.cell->backward(j->call->layer, &g);
        if (k > 0)
            dnn_packed_product(&j->H[p.d], &dZH, NULL, true, &dH);
        if (j->wants_dX && j->s.directions == 1)
            put_input_gradient(&p, step);
    }
}

/* Where two directions add to one gradient, after both have run. */
static void input_gradient_task(void *context, size_t task) {
    const job *j = context;
    part p = part_of(j, task);
    for (p.d = 0; p.d < j->s.directions; p.d++)
        for (size_t step = 0; step < j->s.steps; step++)
            put_input_gradient(&p, step);
}

/* A step of the chunk, of X in its own order. */
static void gather_task(void *context, size_t task) {
    const job *j = context;
    size_t bytes = j->s.input * dnn_dtype_info(j->call->dtype)->size;
    for (size_t i = 0; i < j->s.examples; i++)
        memcpy(dnn_matrix_at(&j->m.X, 0, task * j->s.examples + i),
               dnn_matrix_at(&j->call->X[0], (j->begin + task) * j->s.input, i), bytes);
}

/* The chunk's columns of a matrix in the order of steps, from step `first`. */
static dnn_matrix chunk_from(const job *j, const dnn_matrix *m, size_t first) {
    return dnn_matrix_of(m->dtype, m->rows, (j->end - j->begin) * j->s.examples,
                         dnn_matrix_at(m, 0, first * j->s.examples));
}

/* Gradients of a lane's values: one product each over all steps of the chunk. Those of the biases
 * differ only where the state's product is kept apart. */
static void lane_gradients(const job *j, size_t d, const dnn_matrix *X) {
    dnn_matrix before = chunk_from(j, &j->m.lanes[lane_of(j, d)].H, slot_before(d, j->begin)),
               dZ = chunk_from(j, &j->m.dZ[d], 0), dZH = chunk_from(j, &j->m.dZH[d], 0);
    dnn_matrix *gradients = j->call->gradients;
    dnn_outer parts[4];
    size_t half = j->s.bias ? 2 : 1;
    parts[0] = (dnn_outer){X, value(j, gradients, d, DNN_WEIGHT_IH)};
    parts[half] = (dnn_outer){&before, value(j, gradients, d, DNN_WEIGHT_HH)};
    if (j->s.bias) {
        parts[1] = (dnn_outer){NULL, value(j, gradients, d, DNN_BIAS_IH)};
        parts[3] = (dnn_outer){NULL, value(j, gradients, d, DNN_BIAS_HH)};
    }
    bool add = j->call->accumulate || j->end < j->s.steps, apart = j->s.cell->has_ZH;
    dnn_outer_product(&dZ, parts, apart ? half : 2 * half, add);
    if (apart)
        dnn_outer_product(&dZH, parts + half, half, add);
}

static void value_gradients(job *j) {
    dnn_matrix X = j->layer == 0 ? chunk_from(j, &j->m.X, 0)
                                 : chunk_from(j, &j->m.inputs[j->layer], j->begin);
    if (j->layer == 0)
        dnn_parallel(j->end - j->begin, gather_task, j);
    for (size_t d = 0; d < j->s.directions; d++)
        lane_gradients(j, d, &X);
}

static dnn_status backward_layer(job *j, dnn_error *err) {
    j->wants_dX = j->layer > 0 || j->call->dX[0].data != NULL;
    for (size_t d = 0; d < j->s.directions; d++) {
        const dnn_matrix *W = value(j, j->call->values, d, DNN_WEIGHT_IH);
        if (j->wants_dX)
            j->X[d] = dnn_pack(W, true, j->m.packed_X[d]);
        W = value(j, j->call->values, d, DNN_WEIGHT_HH);
        j->H[d] = dnn_pack(W, true, j->m.packed_H[d]);
    }
    dnn_status status = DNN_OK;
    for (j->end = j->s.steps; j->end > 0 && status == DNN_OK; j->end = j->begin) {
        j->begin = j->end > j->s.chunk ? j->end - j->s.chunk : 0;
        status = dnn_parallel_until(j->s.directions * task_count(j), backward_task, j, err);
        if (status == DNN_OK && j->call->gradients[0].data != NULL)
            value_gradients(j);
    }
    if (status == DNN_OK && j->wants_dX && j->s.directions > 1)
        status = dnn_parallel_until(task_count(j), input_gradient_task, j, err);
    if (j->layer > 0 && j->s.dropout > 0) {
        dnn_matrix *flow = &j->m.flow[(j->layer - 1) % 2];
        dnn_dropout(key_of(j, j->layer - 1), j->s.dropout, flow, flow, false);
    }
    return status;
}

dnn_status dnn_recurrent_backward(dnn_call *call, dnn_error *err) {
    job j = open_job(call);
    dnn_status status = DNN_OK;
    for (j.layer = j.s.layers; j.layer-- > 0 && status == DNN_OK;)
        status = backward_layer(&j, err);
    return status;
}
