/* recurrent_backward.c: backward of RNN, LSTM and GRU, chunk by chunk from the last step. */
#include <string.h>

#include "core/threads.h"
#include "nn/layers/dropout.h"
#include "nn/layers/recurrent_job.h"

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

static bool learns(const job *j) {
    return j->call->gradients[0].data != NULL;
}

/* Gradients of a lane's values: one product each over all steps of the chunk; that of its product
 * with a table's columns instead of the input's. Those of the biases differ only where the state's
 * product is kept apart. */
static void lane_gradients(const job *j, size_t d, const dnn_matrix *X) {
    dnn_matrix before = chunk_from(j, &j->m.lanes[lane_of(j, d)].H, slot_before(d, j->begin)),
               dZ = chunk_from(j, &j->m.dZ[d], 0), dZH = chunk_from(j, &j->m.dZH[d], 0),
               table = j->m.table[d];
    dnn_matrix *gradients = j->call->gradients;
    dnn_outer parts[4];
    size_t count = 0, of_X;
    if (reads_table(j))
        parts[count++] = (dnn_outer){.out = &table, .places = j->m.places + j->begin * j->s.examples};
    else
        parts[count++] = (dnn_outer){.b = X, .out = value(j, gradients, d, DNN_WEIGHT_IH)};
    if (learns(j) && j->s.bias)
        parts[count++] = (dnn_outer){.out = value(j, gradients, d, DNN_BIAS_IH)};
    of_X = count;
    if (learns(j))
        parts[count++] = (dnn_outer){.b = &before, .out = value(j, gradients, d, DNN_WEIGHT_HH)};
    if (learns(j) && j->s.bias)
        parts[count++] = (dnn_outer){.out = value(j, gradients, d, DNN_BIAS_HH)};
    bool add = j->call->accumulate || j->end < j->s.steps, apart = j->s.cell->has_ZH;
    dnn_outer_product(&dZ, parts, apart ? of_X : count, add);
    if (apart && count > of_X)
        dnn_outer_product(&dZH, parts + of_X, count - of_X, add);
}

static void value_gradients(job *j) {
    dnn_matrix X = j->layer == 0 ? chunk_from(j, &j->m.X, 0)
                                 : chunk_from(j, &j->m.inputs[j->layer], j->begin);
    if (j->layer == 0 && !reads_table(j))
        dnn_parallel(j->end - j->begin, gather_task, j);
    for (size_t d = 0; d < j->s.directions; d++)
        lane_gradients(j, d, &X);
}

static void begin_table(job *j) {
    const uint32_t *columns = j->call->lookup->columns;
    for (size_t i = 0; i < j->s.examples; i++)
        for (size_t step = 0; step < j->s.steps; step++)
            j->m.places[step * j->s.examples + i] = columns[i * j->s.steps + step];
    for (size_t d = 0; d < j->s.directions; d++)
        dnn_matrix_clear(&j->m.table[d]);
}

/* From the sums of dZ over all steps that read the same column of the table. */
static void table_gradients(job *j) {
    dnn_lookup *lookup = j->call->lookup;
    for (size_t d = 0; d < j->s.directions; d++) {
        const dnn_matrix *dZ = &j->m.table[d];
        dnn_outer weight = {.b = lookup->table, .out = value(j, j->call->gradients, d, DNN_WEIGHT_IH)};
        if (learns(j))
            dnn_outer_product(dZ, &weight, 1, j->call->accumulate);
        if (j->wants_table)
            dnn_packed_product_wide(&j->X[d], dZ, NULL, d > 0, &lookup->gradient);
    }
}

static dnn_status backward_layer(job *j, dnn_error *err) {
    j->wants_dX = j->layer > 0 || j->call->dX[0].data != NULL;
    j->wants_table = reads_table(j) && j->wants_dX;
    bool multiplies = j->wants_dX;
    if (reads_table(j)) {
        j->wants_dX = j->wants_dX && j->call->lookup->kept;
        begin_table(j);
    }
    for (size_t d = 0; d < j->s.directions; d++) {
        const dnn_matrix *W = value(j, j->call->values, d, DNN_WEIGHT_IH);
        if (multiplies)
            j->X[d] = dnn_pack(W, true, j->m.packed_X[d]);
        W = value(j, j->call->values, d, DNN_WEIGHT_HH);
        j->H[d] = dnn_pack(W, true, j->m.packed_H[d]);
    }
    dnn_status status = DNN_OK;
    for (j->end = j->s.steps; j->end > 0 && status == DNN_OK; j->end = j->begin) {
        j->begin = j->end > j->s.chunk ? j->end - j->s.chunk : 0;
        status = dnn_parallel_until(j->s.directions * task_count(j), backward_task, j, err);
        if (status == DNN_OK && (learns(j) || j->wants_table))
            value_gradients(j);
    }
    if (status == DNN_OK && j->wants_dX && j->s.directions > 1)
        status = dnn_parallel_until(task_count(j), input_gradient_task, j, err);
    if (status == DNN_OK && reads_table(j))
        table_gradients(j);
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
