/* embedding.c: a vector for each id: A[:, step] = weight[:, id of step].
 *
 * X holds whole numbers from 1 to num_embeddings, of any type. Only the columns of weight whose ids
 * occurred have a gradient other than 0: each is the sum of dA over their steps. The vector of
 * padding_idx starts as 0 and has none, so that it stays what it is.
 *
 * A vector longer than max_norm is shortened to it as it is read, and a forward in training of the
 * whole network leaves the shortened one in weight, as PyTorch does; its gradient is that of what
 * was read. */
#include <math.h>
#include <string.h>

#include "core/memory.h"
#include "math/fill.h"
#include "nn/call.h"
#include "nn/network/parameters.h"

enum { NUM_EMBEDDINGS, EMBEDDING_DIM, PADDING_IDX, MAX_NORM, NORM_TYPE, SPARSE };

static const dnn_field fields[] = {
    [NUM_EMBEDDINGS] = {.name = "num_embeddings",
                        .kind = DNN_FIELD_COUNT,
                        .low = 1,
                        .positional = true,
                        .required = true,
                        .example = 5,
                        .doc = "how many ids there are, 1 to num_embeddings"},
    [EMBEDDING_DIM] = {.name = "embedding_dim",
                        .kind = DNN_FIELD_COUNT,
                        .low = 1,
                        .positional = true,
                        .required = true,
                        .example = 3,
                        .doc = "features of each id's vector"},
    [PADDING_IDX] = {.name = "padding_idx",
                        .kind = DNN_FIELD_COUNT,
                        .low = 1,
                        .initial = -1,
                        .optional = true,
                        .doc = "an id whose vector starts as 0 and is not learnt"},
    [MAX_NORM] = {.name = "max_norm",
                        .kind = DNN_FIELD_REAL,
                        .low = 1e-30,
                        .high = 1e30,
                        .initial = -1,
                        .optional = true,
                        .doc = "the length that longer vectors are shortened to"},
    [NORM_TYPE] = {.name = "norm_type",
                        .kind = DNN_FIELD_REAL,
                        .initial = 2,
                        .low = 1,
                        .high = 100,
                        .doc = "p of that length, a p-norm"},
    [SPARSE] = {.name = "sparse",
                        .kind = DNN_FIELD_FLAG,
                        .doc = "whether a step moves only the vectors whose ids occurred"},
    {.name = NULL                                    },
};

/* The column that is not learnt, or that of no id. */
static size_t padding(const dnn_layer *layer) {
    double id = dnn_layer_real(layer, PADDING_IDX);
    return id < 1 ? SIZE_MAX : (size_t)id - 1;
}

static dnn_status check(dnn_layer *layer, dnn_error *err) {
    size_t n = dnn_layer_count(layer, NUM_EMBEDDINGS), column = padding(layer);
    if (column == SIZE_MAX || column < n)
        return DNN_OK;
    return dnn_fail(err, DNN_ERROR_ARGUMENT, "Embedding: padding_idx %zu is not an id in 1..%zu",
                    column + 1, n);
}

static dnn_shape wants(const dnn_layer *layer) {
    (void)layer;
    return dnn_shape_vector(0);
}

static dnn_status shape(const dnn_layer *layer, const dnn_shape *in, size_t inputs, dnn_shape *out,
                        dnn_error *err) {
    (void)inputs, (void)err;
    *out = dnn_shape_sequence(in->size[0], dnn_layer_count(layer, EMBEDDING_DIM));
    return DNN_OK;
}

static size_t values(const dnn_layer *layer, const dnn_shape *in,
                     dnn_value values[DNN_LAYER_VALUES]) {
    size_t n = dnn_layer_count(layer, NUM_EMBEDDINGS), dim = dnn_layer_count(layer, EMBEDDING_DIM);
    (void)in;
    values[0] = dnn_value_matrix("weight", dim, n);
    values[0].sparse = dnn_layer_flag(layer, SPARSE);
    values[0].layout = (dnn_layout){
        .rank = 2, .size = {n,   dim},
             .axes = 2, .length = {n,   dim},
             .stride = {dim, 1  }
    };
    return 1;
}

static dnn_status initialise(const dnn_layer *layer, dnn_matrix *values, dnn_random *random,
                             dnn_error *err) {
    dnn_status status = dnn_fill_normal(&values[0], random, 0, 1, err);
    if (status == DNN_OK && padding(layer) != SIZE_MAX)
        dnn_matrix_clear_column(&values[0], padding(layer));
    return status;
}

/* The column of the id at step r of example j. */
static dnn_status column_of(const dnn_call *call, size_t r, size_t j, size_t *column,
                            dnn_error *err) {
    double id = dnn_matrix_get(&call->X[0], r, j);
    size_t n = call->values[0].cols;
    if (!(id >= 1 && id <= (double)n && id == floor(id)))
        return dnn_fail(err, DNN_ERROR_ARGUMENT,
                        "id %g in row %zu of example %zu is not a whole number in 1..%zu%s",
                        dnn_shown(id), r + 1, j + 1, n,
                        id == 0 ? "; ids start at 1 here: add 1 to those that start at 0" : "");
    *column = (size_t)id - 1;
    return DNN_OK;
}

/* What the elements of a column are multiplied by; measured at each occurrence of an id, since
 * remembering it would take room for every id there is. */
static double shortened(const dnn_layer *layer, const dnn_matrix *weight, size_t column) {
    double most = dnn_layer_real(layer, MAX_NORM), p = dnn_layer_real(layer, NORM_TYPE), sum = 0;
    if (most < 0)
        return 1;
    for (size_t i = 0; i < weight->rows; i++)
        sum += pow(fabs(dnn_matrix_get(weight, i, column)), p);
    double norm = pow(sum, 1 / p);
    return norm > most ? most / (norm + 1e-7) : 1;
}

static void scale_column(dnn_matrix *m, size_t column, double factor) {
    for (size_t i = 0; i < m->rows && factor != 1; i++)
        dnn_matrix_set(m, i, column, dnn_matrix_get(m, i, column) * factor);
}

static bool is_limited(const dnn_layer *layer) {
    return dnn_layer_real(layer, MAX_NORM) > 0;
}

static size_t ids_of(const dnn_call *call) {
    return call->examples * dnn_shape_count(&call->in[0]);
}

/* The columns that forward has read, which commit may shorten; or those of a lookup and then the
 * gradient of its table. */
static size_t saved(const dnn_call *call) {
    if (is_limited(call->layer))
        return ids_of(call) * sizeof(size_t);
    if (call->lookup == NULL)
        return 0;
    return dnn_align_up(ids_of(call) * sizeof(uint32_t)) +
           call->lookup->count * dnn_layer_count(call->layer, EMBEDDING_DIM) *
               dnn_dtype_info(call->dtype)->size;
}

/* The room for the columns of a lookup, if the table is to be read this time. */
static uint32_t *offer_table(dnn_call *call) {
    dnn_lookup *lookup = call->lookup;
    if (lookup == NULL)
        return NULL;
    bool pays = !is_limited(call->layer) && dnn_lookup_pays(lookup->count, ids_of(call));
    char *gradient = (char *)call->saved + dnn_align_up(ids_of(call) * sizeof(uint32_t));
    lookup->table = &call->values[0];
    lookup->columns = pays ? call->saved : NULL;
    lookup->gradient =
        dnn_matrix_of(call->dtype, lookup->table->rows, lookup->count, pays ? gradient : NULL);
    return pays ? call->saved : NULL;
}

static void commit(dnn_call *call) {
    const size_t *columns = call->saved;
    dnn_matrix *weight = &call->values[0];
    if (!is_limited(call->layer))
        return;
    for (size_t k = 0; k < ids_of(call); k++)
        scale_column(weight, columns[k], shortened(call->layer, weight, columns[k]));
}

static dnn_status forward(dnn_call *call, dnn_error *err) {
    dnn_matrix A = dnn_call_pixels(&call->A, &call->out);
    size_t steps = call->X[0].rows, bytes = A.rows * dnn_dtype_info(A.dtype)->size;
    uint32_t *offered = offer_table(call);
    for (size_t j = 0; j < call->examples; j++)
        for (size_t r = 0; r < steps; r++) {
            size_t column = 0;
            dnn_status status = column_of(call, r, j, &column, err);
            if (status != DNN_OK)
                return status;
            memcpy(dnn_matrix_at(&A, 0, j * steps + r), dnn_matrix_at(&call->values[0], 0, column),
                   bytes);
            if (offered != NULL)
                offered[j * steps + r] = (uint32_t)column;
            if (!is_limited(call->layer))
                continue;
            if (call->saved != NULL)
                ((size_t *)call->saved)[j * steps + r] = column;
            scale_column(&A, j * steps + r, shortened(call->layer, &call->values[0], column));
        }
    return DNN_OK;
}

/* Sets the gradient to 0; where few columns are known to be something else, those alone. */
static void clear(dnn_call *call) {
    dnn_matrix *dweight = &call->gradients[0];
    if (call->live == NULL) {
        dnn_matrix_clear(dweight);
        return;
    }
    for (size_t k = 0; k < call->live->count; k++)
        dnn_matrix_clear_column(dweight, call->live->columns[k]);
    dnn_live_none(call->live);
}

/* Adds column k of the gradients to that of an id. */
static void add_column(dnn_call *call, size_t column, const dnn_matrix *gradients, size_t k) {
    dnn_matrix *dweight = &call->gradients[0];
    if (column == padding(call->layer))
        return;
    if (dweight->dtype == DNN_FLOAT32) {
        float *to = dnn_matrix_at(dweight, 0, column);
        const float *from = dnn_matrix_at(gradients, 0, k);
        for (size_t i = 0; i < dweight->rows; i++)
            to[i] += from[i];
    } else {
        double *to = dnn_matrix_at(dweight, 0, column);
        const double *from = dnn_matrix_at(gradients, 0, k);
        for (size_t i = 0; i < dweight->rows; i++)
            to[i] += from[i];
    }
}

static void note_live(dnn_call *call, size_t column) {
    if (call->live != NULL && column != padding(call->layer))
        dnn_live_add(call->live, column);
}

/* The gradients of the columns that occurred, which are all that is not 0, from the reader. */
static void add_table(dnn_call *call) {
    const dnn_lookup *lookup = call->lookup;
    for (size_t k = 0; call->live != NULL && k < ids_of(call); k++)
        note_live(call, lookup->columns[k]);
    for (size_t column = 0; column < lookup->count; column++)
        if (call->live == NULL || call->live->is_live[column])
            add_column(call, column, &lookup->gradient, column);
}

static dnn_status backward(dnn_call *call, dnn_error *err) {
    dnn_matrix dA = dnn_call_pixels(&call->dA, &call->out), *dweight = &call->gradients[0];
    size_t steps = call->X[0].rows;
    if (dweight->data == NULL)
        return DNN_OK;
    if (!call->accumulate)
        clear(call);
    if (call->lookup != NULL && call->lookup->columns != NULL) {
        add_table(call);
        return DNN_OK;
    }
    for (size_t k = 0; k < dA.cols; k++) {
        size_t column = 0;
        dnn_status status = column_of(call, k % steps, k / steps, &column, err);
        if (status != DNN_OK)
            return status;
        note_live(call, column);
        add_column(call, column, &dA, k);
    }
    return DNN_OK;
}

static const dnn_case cases[] = {
    {.settings = "num_embeddings=5 embedding_dim=3",             .in = {{1, {4}}}, .ids = 5},
    {.settings = "num_embeddings=5 embedding_dim=3 sparse=true",                                                  .in = {{1, {4}}}, .ids = 5},
    {.settings = "num_embeddings=2 embedding_dim=4", .in = {{1, {1}}}, .ids = 2},
    {.settings = "num_embeddings=9 embedding_dim=2",                                                  .in = {{1, {3}}}, .ids = 4},
    {.settings = "num_embeddings=4 embedding_dim=2 max_norm=100",             .in = {{1, {3}}}, .ids = 4},
    {.settings = NULL                                                 },
};

const dnn_layer_class dnn_layer_embedding = {
    .name = "Embedding",
    .doc = "A[:, step] = weight[:, id of step]",
    .fields = fields,
    .cases = cases,
    .flags = DNN_READS_X | DNN_TAKES_IDS | DNN_STEP_BY_STEP | DNN_LOOKS_UP,
    .check = check,
    .wants = wants,
    .shape = shape,
    .values = values,
    .initialise = initialise,
    .forward = forward,
    .backward = backward,
    .saved = saved,
    .commit = commit,
};
