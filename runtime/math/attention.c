/* attention.c: blocks of queries against blocks of keys, each a few products of BLAS and a pass of
 * exponentials. Forward's tasks are blocks of queries, backward's whole heads: there each block
 * adds to the gradients of both its queries and its keys. */
#ifdef T /* both_types.inc */

/* Takes a block's products S (keys x queries) into the running softmax of each query: S becomes the
 * weights, still to be divided by their sum, and what A holds of earlier blocks is scaled along. */
static void K(update)(const block *b, T *S, T *top, double *sum, T *A, size_t lda) {
    for (size_t q = 0; q < b->queries; q++, S += BLOCK) {
        T most = (T)b->job->top(b->keys, S, 0, 0), before = b->key > 0 ? top[q] : -(T)INFINITY;
        if (before > most)
            most = before;
        T by = most == -(T)INFINITY ? 0 : most; /* all masked so far: their weights are 0 */
        K(dnn_run_exp)(S, S, b->keys, by);
        double added = b->job->sum(b->keys, S, 0, 0);
        top[q] = most;
        if (b->key == 0) {
            sum[q] = added;
            continue;
        }
        T factor = K(dnn_exp)(before - by);
        sum[q] = sum[q] * factor + added;
        if (factor != 1)
            K(dnn_run_scale)(A + q * lda, b->job->value, factor);
    }
}

/* What a query may not see becomes -infinity in S (keys x queries), and an additive mask is added. */
static void K(mask)(const block *b, T *S) {
    const job *j = b->job;
    size_t known = length_of(j, b->example); /* keys, from the first on */
    for (size_t q = 0; q < b->queries && (j->causal || known < b->key + b->keys); q++) {
        size_t seen = j->causal ? dnn_least(known, b->query + q + j->ahead + 1) : known;
        for (size_t k = seen > b->key ? seen - b->key : 0; k < b->keys; k++)
            S[k + q * BLOCK] = -(T)INFINITY;
    }
    for (size_t k = 0; j->mask != NULL && k < b->keys; k++) {
        const void *column = element(j->mask, b->query, b->key + k);
        for (size_t q = 0; q < b->queries; q++)
            if (j->mask->dtype != DNN_UINT8)
                S[k + q * BLOCK] += ((const T *)column)[q];
            else if (((const uint8_t *)column)[q] != 0)
                S[k + q * BLOCK] = -(T)INFINITY;
    }
}

/* to = from with weights dropped, and the others scaled; a block of random words serves 4 queries. */
static void K(drop)(const block *b, const T *from, T *to) {
    const job *j = b->job;
    T scale = (T)(1 / (1 - j->dropout));
    uint32_t words[DNN_WORD_BLOCK], bound = (uint32_t)(j->dropout * 4294967296.0);
    size_t groups = (j->queries + WORD_QUERIES - 1) / WORD_QUERIES;
    size_t row = (b->example * j->heads + b->head) * groups + b->query / WORD_QUERIES;
    for (size_t q = 0; q < b->queries; q++) {
        if (q % WORD_QUERIES == 0)
            dnn_random_words(j->key, (row + q / WORD_QUERIES) * dnn_pieces(j->keys, BLOCK) +
                                         b->key / BLOCK, words);
        const uint32_t *word = words + q % WORD_QUERIES * BLOCK;
        for (size_t k = 0; k < b->keys; k++)
            to[k + q * BLOCK] = word[k] < bound ? 0 : from[k + q * BLOCK] * scale;
    }
}

static void K(forward_block)(const job *j, size_t example, size_t head, size_t query) {
    _Alignas(64) T S[BLOCK * BLOCK];
    T top[BLOCK];
    double sum[BLOCK];
    block b = block_of(j, example, head, query);
    T *A = element(j->A, head * j->value, b.query_column);
    size_t end = length_of(j, example);
    if (j->causal)
        end = dnn_least(end, query + b.queries + j->ahead);
    for (b.key = 0; b.key < end; b.key += BLOCK) {
        b.keys = dnn_least(BLOCK, end - b.key);
        products(&b, j->K, j->Q, j->feature, j->scale, S);
        K(mask)(&b, S);
        K(update)(&b, S, top, sum, A, j->A->ld);
        if (j->dropout > 0)
            K(drop)(&b, S, S);
        multiply(false, j->V, head * j->value, key_column(&b), S, j->value, b.queries, b.keys, 1,
                 b.key > 0, A, j->A->ld);
    }
    for (size_t q = 0; q < b.queries; q++) {
        bool blind = end == 0 || sum[q] == 0; /* a query that may see no key */
        if (end == 0)
            memset(A + q * j->A->ld, 0, j->value * sizeof(T));
        else
            K(dnn_run_scale)(A + q * j->A->ld, j->value, blind ? 0 : (T)(1 / sum[q]));
        if (j->log_sum != NULL)
            *(T *)element(j->log_sum, head, b.query_column + q) =
                blind ? (T)INFINITY : top[q] + (T)log(sum[q]);
    }
}

/* S (weights) and D (gradients of weights) of a block give the gradients of its products, in D. */
static void K(slopes)(const block *b, const T *S, T *D) {
    for (size_t q = 0; q < b->queries; q++) {
        const T *A = element(b->job->A, b->head * b->job->value, b->query_column + q);
        const T *dA = element(b->job->dA, b->head * b->job->value, b->query_column + q);
        T mean = (T)K(dnn_run_dot)(A, dA, b->job->value);
        K(dnn_run_slope)(D + q * BLOCK, S + q * BLOCK, D + q * BLOCK, b->keys, mean, 0);
    }
}

static void K(backward_block)(const block *b, bool first_of_key) {
    _Alignas(64) T S[BLOCK * BLOCK];
    _Alignas(64) T D[BLOCK * BLOCK];
    _Alignas(64) T kept[BLOCK * BLOCK];
    const job *j = b->job;
    size_t feature = b->head * j->feature, value = b->head * j->value;
    bool add_key = j->add || !first_of_key, add_query = j->add || b->key > 0;
    products(b, j->K, j->Q, j->feature, j->scale, S);
    K(mask)(b, S);
    for (size_t q = 0; q < b->queries; q++)
        K(dnn_run_exp)
    (S + q * BLOCK, S + q * BLOCK, b->keys,
     *(const T *)element(j->log_sum, b->head, b->query_column + q));
    if (j->dropout > 0)
        K(drop)(b, S, kept);
    multiply(true, j->dA, value, b->query_column, j->dropout > 0 ? kept : S, j->value, b->keys,
             b->queries, 1, add_key, element(j->dV, value, key_column(b)), j->dV->ld);
    products(b, j->V, j->dA, j->value, 1, D);
    if (j->dropout > 0)
        K(drop)(b, D, D);
    K(slopes)(b, S, D);
    multiply(false, j->K, feature, key_column(b), D, j->feature, b->queries, b->keys, j->scale,
             add_query, element(j->dQ, feature, b->query_column), j->dQ->ld);
    multiply(true, j->Q, feature, b->query_column, D, j->feature, b->keys, b->queries, j->scale,
             add_key, element(j->dK, feature, key_column(b)), j->dK->ld);
}

#else
#include "math/attention.h"

#include <math.h>
#include <string.h>

#include "core/threads.h"
#include "math/blas_core.h"
#include "math/functions.h"
#include "math/mm_run.h"
#include "math/pieces.h"
#include "math/random_words.h"
#include "math/reduce_kernels.h"
#include "math/runs.h"

#define BLOCK        64                       /* queries, and keys */
#define WORD_QUERIES (DNN_WORD_BLOCK / BLOCK) /* whose weights a block of random words decides */

typedef struct job {
    const dnn_matrix *Q, *K, *V, *A, *log_sum, *dA, *dQ, *dK, *dV;
    size_t heads, queries, keys, stride, examples;
    size_t feature, value; /* rows of a head: of Q and K, of V and A */
    size_t ahead;          /* keys before the first query's own */
    double scale, dropout;
    uint64_t key;
    const dnn_matrix *mask; /* NULL where there is none, as lengths */
    const size_t *lengths;
    bool causal, add;
    dnn_fold_kernel *top, *sum;
} job;

typedef struct block {
    const job *job;
    size_t example, head;
    size_t query, queries, query_column; /* first of the example's, how many; column of Q and A */
    size_t key, keys;
} block;

static void *element(const dnn_matrix *m, size_t i, size_t j) {
    return dnn_matrix_at(m, i, j);
}

static block block_of(const job *j, size_t example, size_t head, size_t query) {
    return (block){.job = j,
                   .example = example,
                   .head = head,
                   .query = query,
                   .queries = dnn_least(BLOCK, j->queries - query),
                   .query_column = example * j->queries + query};
}

/* Keys of an example. */
static size_t length_of(const job *j, size_t example) {
    return j->lengths == NULL ? j->keys : j->lengths[example];
}

static size_t key_column(const block *b) {
    return b->example * b->job->stride + b->key;
}

/* out (+)= alpha a op(S), where a begins at (row, column) of a matrix and S is keys x queries. */
static void multiply(bool transpose_S, const dnn_matrix *a, size_t row, size_t column,
                     const void *S, size_t m, size_t n, size_t k, double alpha, bool add, void *out,
                     size_t ld) {
    dnn_mm_once(&(dnn_mm_call){.dtype = a->dtype,
                               .m = m,
                               .n = n,
                               .k = k,
                               .alpha = alpha,
                               .beta = add ? 1 : 0,
                               .a = element(a, row, column),
                               .b = S,
                               .c = out,
                               .lda = a->ld,
                               .ldb = BLOCK,
                               .ldc = ld,
                               .transpose_b = transpose_S});
}

/* S (keys x queries) = scale a' b, for the block's keys of a and queries of b. */
static void products(const block *b, const dnn_matrix *keys, const dnn_matrix *queries, size_t rows,
                     double scale, void *S) {
    dnn_mm_once(&(dnn_mm_call){.dtype = keys->dtype,
                               .m = b->keys,
                               .n = b->queries,
                               .k = rows,
                               .alpha = scale,
                               .a = element(keys, b->head * rows, key_column(b)),
                               .b = element(queries, b->head * rows, b->query_column),
                               .c = S,
                               .lda = keys->ld,
                               .ldb = queries->ld,
                               .ldc = BLOCK,
                               .transpose_a = true});
}

#define KERNELS "math/attention.c"
#include "math/both_types.inc"

/* --- checks --- */

static dnn_status check(const char *name, const dnn_matrix *m, const dnn_matrix *Q, size_t rows,
                        size_t cols, dnn_error *err) {
    dnn_status status = dnn_matrix_require_same_type(Q, m, "attention", err);
    if (status == DNN_OK && (m->rows != rows || m->cols != cols))
        status =
            dnn_fail(err, DNN_ERROR_SHAPE, "attention: expected %s to be %zu x %zu, got %zu x %zu",
                     name, rows, cols, m->rows, m->cols);
    return status;
}

static dnn_status check_mask(const job *j, dnn_error *err) {
    const dnn_matrix *mask = j->mask;
    if (mask == NULL)
        return DNN_OK;
    if (mask->dtype != DNN_UINT8 && mask->dtype != j->Q->dtype)
        return dnn_fail(err, DNN_ERROR_TYPE,
                        "the mask is %s; it must be uint8 (1 where a query may not see a key) or %s "
                        "(added to the products)",
                        dnn_dtype_info(mask->dtype)->name, dnn_dtype_info(j->Q->dtype)->name);
    if (mask->rows != j->queries || mask->cols != j->keys)
        return dnn_fail(err, DNN_ERROR_SHAPE,
                        "the mask must be %zu x %zu, queries by keys, got %zu x %zu%s", j->queries,
                        j->keys, mask->rows, mask->cols,
                        mask->rows == j->keys && mask->cols == j->queries ? "; is it transposed?"
                                                                          : "");
    return DNN_OK;
}

static dnn_status check_lengths(const job *j, dnn_error *err) {
    for (size_t e = 0; j->lengths != NULL && e < j->examples; e++)
        if (j->lengths[e] > j->keys)
            return dnn_fail(err, DNN_ERROR_ARGUMENT,
                            "attention: the length of example %zu is %zu, and there are %zu keys",
                            e + 1, j->lengths[e], j->keys);
    return DNN_OK;
}

static dnn_status make_job(job *j, const dnn_attention *a, dnn_error *err) {
    const dnn_matrix *Q = j->Q, *V = j->V;
    dnn_status status = dnn_matrix_require_real(Q, "attention", err);
    if (status != DNN_OK)
        return status;
    if (a->heads == 0 || a->queries == 0 || a->keys == 0)
        return dnn_fail(err, DNN_ERROR_ARGUMENT,
                        "attention: heads, queries and keys must be at least 1, got %zu, %zu, %zu",
                        a->heads, a->queries, a->keys);
    if (Q->rows % a->heads != 0 || V->rows % a->heads != 0)
        return dnn_fail(err, DNN_ERROR_SHAPE,
                        "attention: %zu heads do not divide %zu features of Q and %zu of V",
                        a->heads, Q->rows, V->rows);
    if (Q->cols % a->queries != 0)
        return dnn_fail(err, DNN_ERROR_SHAPE,
                        "attention: the %zu columns of Q are not whole sequences of %zu queries",
                        Q->cols, a->queries);
    if (a->stride != 0 && a->stride < a->keys)
        return dnn_fail(err, DNN_ERROR_ARGUMENT, "attention: %zu keys of an example in %zu columns",
                        a->keys, a->stride);
    if (a->causal && a->keys < a->queries)
        return dnn_fail(err, DNN_ERROR_ARGUMENT,
                        "attention: causal attention needs a key for each query, got %zu keys and "
                        "%zu queries",
                        a->keys, a->queries);
    j->heads = a->heads;
    j->queries = a->queries;
    j->keys = a->keys;
    j->stride = a->stride != 0 ? a->stride : a->keys;
    j->examples = Q->cols / a->queries;
    j->feature = Q->rows / a->heads;
    j->value = V->rows / a->heads;
    j->ahead = a->causal ? a->keys - a->queries : 0;
    j->causal = a->causal;
    j->mask = a->mask;
    j->lengths = a->lengths;
    j->dropout = a->dropout;
    j->key = a->key;
    j->scale = a->scale != 0 ? a->scale : 1 / sqrt((double)j->feature);
    j->top = Q->dtype == DNN_FLOAT64 ? dnn_f64_max : dnn_f32_max;
    j->sum = Q->dtype == DNN_FLOAT64 ? dnn_f64_sum : dnn_f32_sum;
    size_t keys = j->stride * j->examples;
    status = check("K", j->K, Q, Q->rows, keys, err);
    if (status == DNN_OK)
        status = check("V", V, Q, V->rows, keys, err);
    if (status == DNN_OK)
        status = check("A", j->A, Q, V->rows, Q->cols, err);
    if (status == DNN_OK && j->log_sum != NULL)
        status = check("log_sum", j->log_sum, Q, a->heads, Q->cols, err);
    if (status == DNN_OK)
        status = check_mask(j, err);
    return status == DNN_OK ? check_lengths(j, err) : status;
}

/* --- running --- */

/* Task: block of queries < head < example. */
static void run_forward(void *context, size_t task) {
    const job *j = context;
    size_t blocks = (j->queries + BLOCK - 1) / BLOCK;
    size_t head = task / blocks % j->heads, example = task / (blocks * j->heads);
    (j->Q->dtype == DNN_FLOAT64 ? forward_block_f64 : forward_block_f32)(j, example, head,
                                                                         task % blocks * BLOCK);
}

dnn_status dnn_attention_forward(const dnn_attention *a, const dnn_matrix *Q, const dnn_matrix *K,
                                 const dnn_matrix *V, dnn_matrix *A, dnn_matrix *log_sum,
                                 dnn_error *err) {
    job j = {.Q = Q, .K = K, .V = V, .A = A, .log_sum = log_sum};
    dnn_status status = make_job(&j, a, err);
    if (status != DNN_OK || j.feature == 0 || j.value == 0)
        return status;
    size_t blocks = (j.queries + BLOCK - 1) / BLOCK;
    return dnn_blas_run(blocks * j.heads * j.examples, run_forward, &j, err);
}

/* Task: head < example. */
static void run_backward(void *context, size_t task) {
    const job *j = context;
    size_t head = task % j->heads, example = task / j->heads;
    for (size_t key = 0; key < j->keys; key += BLOCK) {
        bool first = true;
        for (size_t query = 0; query < j->queries; query += BLOCK) {
            block b = block_of(j, example, head, query);
            b.key = key;
            b.keys = dnn_least(BLOCK, j->keys - key);
            if (j->causal && query + b.queries + j->ahead <= key)
                continue; /* none of these queries sees one of these keys */
            (j->Q->dtype == DNN_FLOAT64 ? backward_block_f64 : backward_block_f32)(&b, first);
            first = false;
        }
    }
}

dnn_status dnn_attention_backward(const dnn_attention *a, const dnn_matrix *Q, const dnn_matrix *K,
                                  const dnn_matrix *V, const dnn_matrix *A,
                                  const dnn_matrix *log_sum, const dnn_matrix *dA, double beta,
                                  dnn_matrix *dQ, dnn_matrix *dK, dnn_matrix *dV, dnn_error *err) {
    job j = {.Q = Q,
             .K = K,
             .V = V,
             .A = A,
             .log_sum = log_sum,
             .dA = dA,
             .dQ = dQ,
             .dK = dK,
             .dV = dV,
             .add = beta != 0};
    dnn_status status = make_job(&j, a, err);
    if (status == DNN_OK)
        status = check("dA", dA, Q, A->rows, A->cols, err);
    if (status == DNN_OK)
        status = check("dQ", dQ, Q, Q->rows, Q->cols, err);
    if (status == DNN_OK)
        status = check("dK", dK, Q, K->rows, K->cols, err);
    if (status == DNN_OK)
        status = check("dV", dV, Q, V->rows, V->cols, err);
    if (status != DNN_OK || j.feature == 0 || j.value == 0)
        return status;
    return dnn_blas_run(j.heads * j.examples, run_backward, &j, err);
}
#endif
