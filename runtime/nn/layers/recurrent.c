/* recurrent.c: settings, shapes and values of RNN, LSTM and GRU. */
#include "nn/layers/recurrent.h"

#include <math.h>

#include "core/memory.h"
#include "math/fill.h"
#include "nn/layers/recurrent_memory.h"

const char *const dnn_recurrent_outputs[] = {"all", "last", NULL};

static size_t layers_of(const dnn_layer *layer) {
    return dnn_layer_count(layer, DNN_RECURRENT_NUM_LAYERS);
}

static size_t directions_of(const dnn_layer *layer) {
    return dnn_layer_flag(layer, DNN_RECURRENT_BIDIRECTIONAL) ? 2 : 1;
}

dnn_status dnn_recurrent_check(dnn_layer *layer, dnn_error *err) {
    size_t directions = directions_of(layer), most = DNN_RECURRENT_LANES / directions;
    if (layers_of(layer) > most)
        return dnn_fail(
            err, DNN_ERROR_ARGUMENT,
            "%s: num_layers is %zu, at most %zu are possible%s; put several of them into "
            "a Sequential",
            layer->kind->name, layers_of(layer), most, directions == 2 ? " in two directions" : "");
    if (dnn_layer_real(layer, DNN_RECURRENT_DROPOUT) > 0 && layers_of(layer) == 1)
        return dnn_fail(
            err, DNN_ERROR_ARGUMENT,
            "%s: dropout acts between layers, and there is one; give num_layers, or put a "
            "dnn.Dropout after it",
            layer->kind->name);
    return DNN_OK;
}

dnn_shape dnn_recurrent_wants(const dnn_layer *layer) {
    return dnn_shape_sequence(0, dnn_layer_count(layer, DNN_RECURRENT_INPUT_SIZE));
}

dnn_status dnn_recurrent_shape(const dnn_layer *layer, const dnn_shape *in, size_t inputs,
                               dnn_shape *out, dnn_error *err) {
    size_t width = directions_of(layer) * dnn_layer_count(layer, DNN_RECURRENT_HIDDEN_SIZE);
    bool last = dnn_layer_count(layer, DNN_RECURRENT_OUTPUT) == 1;
    (void)inputs, (void)err;
    *out = last ? dnn_shape_vector(width) : dnn_shape_sequence(in->size[0], width);
    return DNN_OK;
}

/* --- values --- */

/* Names as PyTorch has them: by layer, direction and value. */
#define NAMES(layer, direction)                                                                    \
    {                                                                                              \
        "weight_ih_l" layer direction, "weight_hh_l" layer direction, "bias_ih_l" layer direction, \
            "bias_hh_l" layer direction                                                            \
    }
#define BOTH(layer)                                                                                \
    { NAMES(layer, ""), NAMES(layer, "_reverse") }
static const char *const names[DNN_RECURRENT_LANES][2][4] = {
    BOTH("0"), BOTH("1"), BOTH("2"),  BOTH("3"),  BOTH("4"),  BOTH("5"),  BOTH("6"),  BOTH("7"),
    BOTH("8"), BOTH("9"), BOTH("10"), BOTH("11"), BOTH("12"), BOTH("13"), BOTH("14"), BOTH("15"),
};

_Static_assert(DNN_LAYER_VALUES >= 4 * DNN_RECURRENT_LANES, "a layer can have so many values");

size_t dnn_recurrent_values(const dnn_layer *layer, const dnn_shape *in,
                            dnn_value values[DNN_LAYER_VALUES]) {
    const dnn_cell *cell = layer->kind->family;
    size_t hidden = dnn_layer_count(layer, DNN_RECURRENT_HIDDEN_SIZE), rows = cell->gates * hidden;
    size_t directions = directions_of(layer), count = 0;
    (void)in;
    for (size_t l = 0; l < layers_of(layer); l++)
        for (size_t d = 0; d < directions; d++) {
            const char *const *name = names[l][d];
            size_t width =
                l == 0 ? dnn_layer_count(layer, DNN_RECURRENT_INPUT_SIZE) : directions * hidden;
            values[count++] = dnn_value_matrix(name[DNN_WEIGHT_IH], rows, width);
            values[count++] = dnn_value_matrix(name[DNN_WEIGHT_HH], rows, hidden);
            for (size_t b = DNN_BIAS_IH; b <= DNN_BIAS_HH; b++)
                if (dnn_layer_flag(layer, DNN_RECURRENT_BIAS))
                    values[count++] = dnn_value_vector(name[b], rows);
        }
    return count;
}

dnn_status dnn_recurrent_initialise(const dnn_layer *layer, dnn_matrix *values, dnn_random *random,
                                    dnn_error *err) {
    double bound = 1 / sqrt((double)dnn_layer_count(layer, DNN_RECURRENT_HIDDEN_SIZE));
    size_t count = layers_of(layer) * directions_of(layer) *
                   (dnn_layer_flag(layer, DNN_RECURRENT_BIAS) ? 4 : 2);
    dnn_status status = DNN_OK;
    for (size_t i = 0; i < count && status == DNN_OK; i++)
        status = dnn_fill_uniform(&values[i], random, -bound, bound, err);
    return status;
}

/* H of each layer and direction, one below the other, then C likewise. */
size_t dnn_recurrent_state(const dnn_layer *layer, bool *carried) {
    const dnn_cell *cell = layer->kind->family;
    *carried = dnn_layer_flag(layer, DNN_RECURRENT_STATEFUL);
    return layers_of(layer) * directions_of(layer) *
           dnn_layer_count(layer, DNN_RECURRENT_HIDDEN_SIZE) * (cell->has_C ? 2 : 1);
}

/* --- memory --- */

#define CHUNK_BYTES                                                                                \
    ((size_t)1 << 20) /* of dZ: what the inner caches of two CPUs hold with the rest */

/* So few steps that their dZ is still in a cache when the products with it begin; all, where their
 * sums, which each chunk adds to, are the larger matrices, or where two directions meet in a dX. */
static size_t chunk_of(const dnn_recurrent_sizes *s, dnn_dtype dtype) {
    size_t columns = CHUNK_BYTES / (s->rows * dnn_dtype_info(dtype)->size),
           chunk = columns > s->examples ? columns / s->examples : 1;
    if (s->directions > 1 || columns < s->input + s->hidden || chunk > s->steps)
        return s->steps;
    return chunk;
}

/* Two groups of examples where there are enough of them, and their sums are small. */
static size_t split_of(const dnn_recurrent_sizes *s, dnn_dtype dtype) {
    size_t tasks = (s->examples + DNN_RECURRENT_TASK - 1) / DNN_RECURRENT_TASK;
    size_t sums = s->rows * (s->input + s->hidden) * dnn_dtype_info(dtype)->size;
    return tasks < 2 || sums > CHUNK_BYTES ? s->examples : (tasks + 1) / 2 * DNN_RECURRENT_TASK;
}

dnn_recurrent_sizes dnn_recurrent_sizes_of(const dnn_call *call) {
    const dnn_layer *layer = call->layer;
    dnn_recurrent_sizes s = {
        .cell = layer->kind->family,
        .layers = layers_of(layer),
        .directions = directions_of(layer),
        .input = dnn_layer_count(layer, DNN_RECURRENT_INPUT_SIZE),
        .hidden = dnn_layer_count(layer, DNN_RECURRENT_HIDDEN_SIZE),
        .steps = dnn_shape_positions(&call->in[0]),
        .examples = call->examples,
        .bias = dnn_layer_flag(layer, DNN_RECURRENT_BIAS),
        .last = dnn_layer_count(layer, DNN_RECURRENT_OUTPUT) == 1,
        .dropout = call->training ? dnn_layer_real(layer, DNN_RECURRENT_DROPOUT) : 0,
    };
    s.table = call->lookup == NULL ? 0 : call->lookup->count;
    s.lanes = s.layers * s.directions;
    s.rows = s.cell->gates * s.hidden;
    s.columns = s.steps * s.examples;
    s.chunk = chunk_of(&s, call->dtype);
    s.split = split_of(&s, call->dtype);
    return s;
}

/* The next bytes of a block that may not exist yet. */
static void *take(void *base, size_t *used, size_t bytes) {
    void *at = base == NULL ? NULL : (char *)base + *used;
    *used += dnn_align_up(bytes);
    return at;
}

static dnn_matrix take_matrix(const dnn_call *call, void *base, size_t *used, size_t rows,
                              size_t cols) {
    size_t bytes = rows * cols * dnn_dtype_info(call->dtype)->size;
    return dnn_matrix_of(call->dtype, rows, cols, take(base, used, bytes));
}

static void lay_out_saved(const dnn_call *call, const dnn_recurrent_sizes *s,
                          dnn_recurrent_memory *m) {
    size_t *used = &m->saved_bytes;
    void *base = call->saved;
    for (size_t i = 0; i < s->lanes; i++) {
        dnn_recurrent_lane *lane = &m->lanes[i];
        lane->Z = take_matrix(call, base, used, s->rows, s->columns);
        lane->H = take_matrix(call, base, used, s->hidden, s->columns + s->examples);
        if (s->cell->has_ZH)
            lane->ZH = take_matrix(call, base, used, s->rows, s->columns);
        if (s->cell->has_C) {
            lane->C = take_matrix(call, base, used, s->hidden, s->columns + s->examples);
            lane->tanh_C = take_matrix(call, base, used, s->hidden, s->columns);
        }
    }
    for (size_t l = 1; l < s->layers; l++)
        m->inputs[l] = take_matrix(call, base, used, dnn_recurrent_width(s, l), s->columns);
}

static void lay_out_scratch(const dnn_call *call, const dnn_recurrent_sizes *s,
                            dnn_recurrent_memory *m) {
    size_t *used = &m->scratch_bytes, widest = dnn_recurrent_width(s, 0),
           columns = s->chunk * s->examples;
    void *base = call->scratch;
    if (s->layers > 1 && dnn_recurrent_width(s, 1) > widest)
        widest = dnn_recurrent_width(s, 1);
    for (size_t d = 0; d < s->directions; d++) {
        m->dZ[d] = take_matrix(call, base, used, s->rows, columns);
        m->dZH[d] = s->cell->has_ZH ? take_matrix(call, base, used, s->rows, columns) : m->dZ[d];
        m->dH[d] = take_matrix(call, base, used, s->hidden, s->examples);
        if (s->cell->has_C)
            m->dC[d] = take_matrix(call, base, used, s->hidden, s->examples);
        size_t X_forward = dnn_packed_bytes(call->dtype, s->rows, widest),
               X_backward = dnn_packed_bytes(call->dtype, widest, s->rows),
               H_forward = dnn_packed_bytes(call->dtype, s->rows, s->hidden),
               H_backward = dnn_packed_bytes(call->dtype, s->hidden, s->rows);
        m->packed_X[d] = take(base, used, X_forward > X_backward ? X_forward : X_backward);
        m->packed_H[d] = take(base, used, H_forward > H_backward ? H_forward : H_backward);
        size_t of_X = widest > s->table ? widest : s->table;
        for (size_t v = 0; v < 4 && s->split < s->examples; v++)
            m->sums[d][v] = take_matrix(call, base, used, s->rows,
                                        v == DNN_WEIGHT_IH   ? of_X
                                        : v == DNN_WEIGHT_HH ? s->hidden
                                                             : 1);
        m->table[d] = take_matrix(call, base, used, s->rows, s->table);
    }
    m->places = take(base, used, s->table > 0 ? s->columns * sizeof *m->places : 0);
    m->X = take_matrix(call, base, used, s->input, columns);
    for (size_t f = 0; f < 2 && s->layers > 1; f++)
        m->flow[f] = take_matrix(call, base, used, dnn_recurrent_width(s, 1), s->columns);
}

void dnn_recurrent_lay_out(const dnn_call *call, const dnn_recurrent_sizes *s,
                           dnn_recurrent_memory *m) {
    *m = (dnn_recurrent_memory){0};
    lay_out_saved(call, s, m);
    lay_out_scratch(call, s, m);
}

size_t dnn_recurrent_saved(const dnn_call *call) {
    dnn_recurrent_sizes s = dnn_recurrent_sizes_of(call);
    dnn_recurrent_memory m;
    dnn_recurrent_lay_out(call, &s, &m);
    return m.saved_bytes;
}

size_t dnn_recurrent_scratch(const dnn_call *call) {
    dnn_recurrent_sizes s = dnn_recurrent_sizes_of(call);
    dnn_recurrent_memory m;
    dnn_recurrent_lay_out(call, &s, &m);
    return m.scratch_bytes;
}

/* The lowest layer's products with X are made for the columns of a table alone, where it reads one.
 */
double dnn_recurrent_flops(const dnn_call *call) {
    dnn_recurrent_sizes s = dnn_recurrent_sizes_of(call);
    bool table = call->lookup != NULL && call->lookup->columns != NULL;
    double X = (double)s.input * (double)(table ? s.table : s.columns), H = 0;
    for (size_t l = 0; l < s.layers; l++)
        H += (double)(s.hidden + (l == 0 ? 0 : dnn_recurrent_width(&s, l))) * (double)s.columns;
    return 2 * (double)(s.rows * s.directions) * (X + H);
}

const dnn_case dnn_recurrent_cases[] = {
    {.settings = "input_size=3 hidden_size=2",                                               .in = {{2, {4, 3}}}},
    {.settings = "input_size=2 hidden_size=3 bias=false",                                                                                      .in = {{2, {3, 2}}}},
    {.settings = "input_size=2 hidden_size=2 output=last",.in = {{2, {1, 2}}}},
    {.settings = "input_size=2 hidden_size=3 num_layers=3 dropout=0.4",                                   .in = {{2, {3, 2}}}},
    {.settings = "input_size=3 hidden_size=2 num_layers=2 bidirectional=true stateful=true",
     .in = {{2, {4, 3}}},
     .lengths = {4, 1, 3}},
    {.settings = "input_size=2 hidden_size=2 bidirectional=true output=last",
     .in = {{2, {3, 2}}},
     .lengths = {2, 3, 1}},
    {.settings = "input_size=2 hidden_size=3 stateful=true", .in = {{2, {3, 2}}}, .examples = 9},
    {.settings = NULL                                                                  },
};
