/* recurrent_backward.c: backward of RNN, LSTM and GRU, chunk by chunk from the last step. */
#include <string.h>

#include "core/threads.h"
#include "math/elementwise.h"
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
        memset(at_step(p, &j->m.dC[p->d], 0, j->s.hidden, 0).data, 0, p->count * bytes);
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

/* --- gradients of values --- */

/* A step of the chunk, of X in its own order. */
static void gather_task(void *context, size_t task) {
    const job *j = context;
    const dnn_matrix *X = &j->m.X;
    size_t bytes = j->s.input * dnn_dtype_info(j->call->dtype)->size;
    for (size_t i = 0; i < j->s.examples; i++)
        memcpy(dnn_matrix_at(X, 0, dnn_recurrent_column(&j->s, X->cols, task, i)),
               dnn_matrix_at(&j->call->X[0], (j->begin + task) * j->s.input, i), bytes);
}

static bool learns(const job *j) {
    return j->call->gradients[0].data != NULL;
}

/* How many groups of examples there are. */
static size_t groups(const job *j) {
    return j->s.split < j->s.examples ? 2 : 1;
}

static size_t first_of(const job *j, size_t group) {
    return group == 0 ? 0 : j->s.split;
}

static size_t size_of(const job *j, size_t group) {
    return group == 0 ? j->s.split : j->s.examples - j->s.split;
}

/* The columns of a group in the chunk's steps, from step `first` of the matrix. */
static dnn_matrix chunk_from(const job *j, const dnn_matrix *m, size_t group, size_t first) {
    size_t column = dnn_recurrent_column(&j->s, m->cols, first, first_of(j, group));
    return dnn_matrix_of(m->dtype, m->rows, (j->end - j->begin) * size_of(j, group),
                         dnn_matrix_at(m, 0, column));
}

/* The gradient of a value, or of the table in the place of X's weights. */
static dnn_matrix *gradient_of(job *j, size_t d, size_t which) {
    return which == DNN_WEIGHT_IH && reads_table(j) ? &j->m.table[d]
                                                    : value(j, j->call->gradients, d, which);
}

/* Where a group's part of it is summed. */
static dnn_matrix sums_of(job *j, size_t d, size_t group, size_t which) {
    dnn_matrix sums = *gradient_of(j, d, which);
    if (group > 0)
        sums = dnn_matrix_of(sums.dtype, sums.rows, sums.cols, j->m.sums[d][which].data);
    return sums;
}

static void add_part(job *j, dnn_outer *to, size_t d, size_t group, size_t which, dnn_matrix b) {
    if (learns(j) || (which == DNN_WEIGHT_IH && reads_table(j)))
        to->parts[to->count++] = (dnn_outer_part){.b = b, .out = sums_of(j, d, group, which)};
}

/* What a group's dZ is multiplied by in the chunk; then the same of dZH, where that is kept apart.
 */
static size_t add_products(job *j, dnn_outer to[2], size_t d, size_t group) {
    const dnn_matrix none = {0};
    bool begun = j->end < j->s.steps, apart = j->s.cell->has_ZH;
    bool add = begun || (group == 0 && j->call->accumulate);
    dnn_outer *of_X = &to[0], *of_H = &to[apart];
    to[0] = (dnn_outer){.a = chunk_from(j, &j->m.dZ[d], group, 0), .add = add};
    to[apart].add = add;
    to[apart].a = chunk_from(j, &j->m.dZH[d], group, 0);
    to[apart].count = 0;
    add_part(j, of_X, d, group, DNN_WEIGHT_IH,
             reads_table(j)  ? none
             : j->layer == 0 ? chunk_from(j, &j->m.X, group, 0)
                             : chunk_from(j, &j->m.inputs[j->layer], group, j->begin));
    if (reads_table(j))
        of_X->parts[0].places =
            j->m.places + first_of(j, group) * j->s.steps + j->begin * size_of(j, group);
    if (j->s.bias)
        add_part(j, of_X, d, group, DNN_BIAS_IH, none);
    add_part(j, of_H, d, group, DNN_WEIGHT_HH,
             chunk_from(j, &j->m.lanes[lane_of(j, d)].H, group, slot_before(d, j->begin)));
    if (j->s.bias)
        add_part(j, of_H, d, group, DNN_BIAS_HH, none);
    return 1 + (apart && of_H->count > 0);
}

/* Gradients of all values over the chunk's steps: one product each for a direction and a group.
 * Those of the biases differ only where the state's product is kept apart. */
static void value_gradients(job *j) {
    dnn_outer products[8];
    size_t count = 0;
    if (j->layer == 0 && !reads_table(j))
        dnn_parallel(j->end - j->begin, gather_task, j);
    for (size_t group = 0; group < groups(j); group++)
        for (size_t d = 0; d < j->s.directions; d++)
            count += add_products(j, products + count, d, group);
    dnn_outer_products(products, count);
}

/* Adds the second group's sums to the first one's. */
static dnn_status add_groups(job *j, dnn_error *err) {
    dnn_status status = DNN_OK;
    for (size_t d = 0; d < j->s.directions && groups(j) > 1; d++)
        for (size_t v = 0; v < (j->s.bias ? 4u : 2u) && status == DNN_OK; v++) {
            dnn_matrix *to = gradient_of(j, d, v), sums = sums_of(j, d, 1, v);
            if (to->data != NULL)
                status = dnn_binary(DNN_ADD, to, to, &sums, err);
        }
    return status;
}

static void begin_table(job *j) {
    for (size_t i = 0; i < j->s.examples; i++)
        for (size_t step = 0; step < j->s.steps; step++)
            j->m.places[dnn_recurrent_column(&j->s, j->s.columns, step, i)] =
                j->call->lookup->columns[i * j->s.steps + step];
    for (size_t d = 0; d < j->s.directions; d++)
        dnn_matrix_clear(&j->m.table[d]);
}

/* From the sums of dZ over all steps that read the same column of the table. */
static void table_gradients(job *j) {
    dnn_lookup *lookup = j->call->lookup;
    dnn_outer products[2];
    for (size_t d = 0; d < j->s.directions; d++) {
        products[d] = (dnn_outer){.a = j->m.table[d], .count = 1, .add = j->call->accumulate};
        products[d].parts[0] = (dnn_outer_part){
            .b = *lookup->table, .out = *value(j, j->call->gradients, d, DNN_WEIGHT_IH)};
    }
    if (learns(j))
        dnn_outer_products(products, j->s.directions);
    for (size_t d = 0; d < j->s.directions && j->wants_table; d++)
        dnn_packed_product_wide(&j->X[d], &j->m.table[d], NULL, d > 0, &lookup->gradient);
}

/* --- a layer --- */

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
    if (status == DNN_OK && (learns(j) || j->wants_table))
        status = add_groups(j, err);
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
