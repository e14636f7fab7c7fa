/* recurrent_forward.c: forward of RNN, LSTM and GRU, and the states that a call brings and leaves.
 */
#include <string.h>

#include "core/threads.h"
#include "nn/layers/dropout.h"
#include "nn/layers/recurrent_job.h"

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
            const dnn_matrix *m = k == 0 ? &lane->H : &lane->C;
            void *here = dnn_matrix_at(m, 0, dnn_recurrent_column(&j->s, m->cols, slot, i));
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
    for (size_t i = 0; i < p->count; i++)
        if (top && g->lengths != NULL && step >= g->lengths[i])
            memset(dnn_matrix_at(&to, 0, i), 0, bytes);
        else
            memcpy(dnn_matrix_at(&to, 0, i), (const char *)g->H + i * bytes, bytes);
}

/* What the layer reads at a step. */
static dnn_matrix input_at(const part *p, size_t step) {
    const job *j = p->job;
    size_t width = dnn_recurrent_width(&j->s, j->layer);
    return j->layer == 0 ? at_outer_step(p, &j->call->X[0], width, 0, width, step)
                         : at_step(p, &j->m.inputs[j->layer], 0, width, step);
}

/* The same as forward_task does with X, for all columns of the table. */
static void multiply_table(job *j, size_t d) {
    const void *bias = j->s.bias ? value(j, j->call->values, d, DNN_BIAS_IH)->data : NULL;
    dnn_packed_product_wide(&j->X[d], j->call->lookup->table, bias, false, &j->m.table[d]);
}

/* Where the cell finds X's products of a step. */
static void look_up(const part *p, size_t step, dnn_gates *g) {
    const job *j = p->job;
    g->table = j->m.table[p->d].data;
    g->columns = j->call->lookup->columns + p->first * j->s.steps + step;
    g->columns_step = j->s.steps;
}

static void forward_task(void *context, size_t task) {
    const job *j = context;
    const part p = part_of(j, task);
    const dnn_recurrent_lane *lane = &j->m.lanes[lane_of(j, p.d)];
    bool apart = j->s.cell->has_ZH, table = reads_table(j);
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
        if (table)
            look_up(&p, step, &g);
        else
            dnn_packed_product(&j->X[p.d], &X, bias_X, false, &Z);
        dnn_packed_product(&j->H[p.d], &before, bias_H, !apart && !table, &ZH);
        j->s.cell->forward(j->call->layer, &g);
        put_output(&p, &g, step);
    }
}

/* The last H of each direction, which is that of each example's last step. */
static void put_last(const job *j) {
    size_t bytes = j->s.hidden * dnn_dtype_info(j->call->dtype)->size;
    for (size_t d = 0; d < j->s.directions; d++)
        for (size_t i = 0; i < j->s.examples; i++) {
            const dnn_matrix *H = &j->m.lanes[lane_of(j, d)].H;
            size_t slot = d == 0 ? j->s.steps : 0;
            memcpy(dnn_matrix_at(&j->call->A, d * j->s.hidden, i),
                   dnn_matrix_at(H, 0, dnn_recurrent_column(&j->s, H->cols, slot, i)), bytes);
        }
}

static dnn_status forward_layer(job *j, dnn_error *err) {
    for (size_t d = 0; d < j->s.directions; d++) {
        copy_state(j, d, true);
        j->X[d] = dnn_pack(value(j, j->call->values, d, DNN_WEIGHT_IH), false, j->m.packed_X[d]);
        j->H[d] = dnn_pack(value(j, j->call->values, d, DNN_WEIGHT_HH), false, j->m.packed_H[d]);
        if (reads_table(j))
            multiply_table(j, d);
    }
    dnn_status status = dnn_parallel_until(j->s.directions * task_count(j), forward_task, j, err);
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
