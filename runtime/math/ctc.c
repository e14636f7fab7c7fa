/* ctc.c: see ctc.h. Examples are dealt to a few lanes, each of which has memory for one. */
#ifdef T /* both_types.inc */

/* out = a of each state's class, at one step. */
static void K(gather)(double *out, const T *a, const uint32_t *class, size_t states) {
    for (size_t s = 0; s < states; s++)
        out[s] = (double)a[class[s]];
}

/* Takes the states' shares from the gradients of one step; those of the blanks are summed first. */
static void K(scatter)(T *da, const double *share, const uint32_t *class, size_t states,
                       double factor) {
    double blanks = share[0];
    for (size_t s = 2; s < states; s += 2)
        blanks += share[s];
    da[class[0]] = (T)(-factor * blanks);
    for (size_t s = 1; s < states; s += 2)
        da[class[s]] = (T)((double)da[class[s]] - factor * share[s]);
}

#else
#include "math/ctc.h"

#include <math.h>
#include <string.h>

#include "core/interrupt.h"
#include "core/threads.h"
#include "math/functions.h"
#include "math/scratch.h"
#include "math/simd.h"

#define KERNELS "math/ctc.c"
#include "math/both_types.inc"

enum { LANES = 16, EDGE = 2 }; /* -infinity before the first state */

/* --- memory: the costs, and of each lane --- */

typedef struct lane {
    double *forward;   /* [steps][EDGE + states] */
    double *backward;  /* [EDGE + states]: from the last state to the first, as what follows */
    double *next;      /* [EDGE + states] */
    double *skip;      /* [states]: 0 where a path may pass over the state before */
    double *skip_back; /* the same on the way back */
    double *emitted;   /* [states] */
    uint32_t *class, *class_back;
} lane;

typedef struct sizes {
    size_t steps, width, lanes; /* width: EDGE + states of the longest target */
} sizes;

static sizes sizes_of(const dnn_ctc *c) {
    return (sizes){.steps = c->A->rows / c->classes,
                   .width = EDGE + 2 * c->Y->rows + 1,
                   .lanes = c->A->cols < LANES ? c->A->cols : LANES};
}

/* Doubles of one lane; the two lists of classes fit into one row. */
static size_t lane_size(const sizes *z) {
    return (z->steps + 6) * z->width;
}

static double *memory_of(const dnn_ctc *c) {
    sizes z = sizes_of(c);
    return dnn_scratch((c->A->cols + z.lanes * lane_size(&z)) * sizeof(double));
}

static lane lane_of(double *memory, const sizes *z) {
    double *rows = memory + z->steps * z->width;
    uint32_t *class = (uint32_t *)(rows + 5 * z->width);
    return (lane){memory,
                  rows,
                  rows + z->width,
                  rows + 2 * z->width,
                  rows + 3 * z->width,
                  rows + 4 * z->width,
                  class,
                  class + z->width};
}

dnn_status dnn_ctc_reserve(const dnn_ctc *c, dnn_error *err) {
    if (memory_of(c) != NULL)
        return DNN_OK;
    return dnn_fail(err, DNN_ERROR_MEMORY, "CTC: not enough memory for the states of %zu steps",
                    sizes_of(c).steps);
}

/* --- one example --- */

size_t dnn_ctc_target_length(const dnn_ctc *c, size_t j) {
    return c->target_lengths == NULL ? c->Y->rows : (size_t)dnn_matrix_get(c->target_lengths, 0, j);
}

static size_t input_length(const dnn_ctc *c, size_t j) {
    return c->input_lengths == NULL ? c->A->rows / c->classes
                                    : (size_t)dnn_matrix_get(c->input_lengths, 0, j);
}

/* Fills classes and skips for the target of example j; returns the number of states. */
static size_t lay_states(const dnn_ctc *c, size_t j, lane *l) {
    size_t states = 2 * dnn_ctc_target_length(c, j) + 1;
    for (size_t s = 0; s < states; s++) {
        l->class[s] =
            (uint32_t)(s % 2 == 0 ? c->blank : (size_t)dnn_matrix_get(c->Y, s / 2, j) - 1);
        l->skip[s] = s % 2 == 1 && s > 1 && l->class[s] != l->class[s - 2] ? 0 : -INFINITY;
    }
    for (size_t s = 0; s < states; s++) {
        l->class_back[s] = l->class[states - 1 - s];
        l->skip_back[s] = s < 2 ? -INFINITY : l->skip[states + 1 - s];
    }
    return states;
}

static void gather(const dnn_ctc *c, size_t j, size_t t, const uint32_t *class, size_t states,
                   double *out) {
    const void *a = dnn_matrix_at(c->A, t * c->classes, j);
    (c->A->dtype == DNN_FLOAT32 ? gather_f32(out, a, class, states)
                                : gather_f64(out, a, class, states));
}

/* out(s) = logsum(from(s), from(s - 1), from(s - 2) + skip(s)) */
DNN_CLONES static void advance(double *restrict out, const double *restrict from,
                               const double *restrict skip, size_t states) {
    DNN_INDEPENDENT
    for (size_t s = 0; s < states; s++) {
        double a = from[s], b = from[s - 1], d = from[s - 2] + skip[s];
        double most = a > b ? a : b;
        most = d > most ? d : most;
        most = most == -INFINITY ? 0 : most;
        double sum = dnn_exp_f64(a - most) + dnn_exp_f64(b - most) + dnn_exp_f64(d - most);
        out[s] = most + dnn_log_f64(sum);
    }
}

DNN_CLONES static void add_to(double *out, const double *x, size_t n) {
    DNN_INDEPENDENT
    for (size_t i = 0; i < n; i++)
        out[i] += x[i];
}

/* out(s) = exp(forward(s) + backward(s) + cost), where backward runs from the last state on. */
DNN_CLONES static void shares(double *restrict out, const double *forward, const double *backward,
                              size_t states, double cost) {
    DNN_INDEPENDENT
    for (size_t s = 0; s < states; s++)
        out[s] = dnn_exp_f64(forward[s] + backward[states - 1 - s] + cost);
}

static double *edged(double *row) {
    row[0] = row[1] = -INFINITY;
    return row + EDGE;
}

/* Row 0 or 1 of the states that a path may begin with. */
static void begin(double *row, size_t states) {
    for (size_t s = 0; s < states; s++)
        row[s] = s < 2 ? 0 : -INFINITY;
}

/* All of forward(t, s), and the cost. */
static double run_forward(const dnn_ctc *c, size_t j, lane *l, size_t states, size_t width) {
    size_t steps = input_length(c, j);
    double *row = NULL;
    for (size_t t = 0; t < steps; t++) {
        double *next = edged(l->forward + t * width);
        if (t == 0)
            begin(next, states);
        else
            advance(next, row, l->skip, states);
        gather(c, j, t, l->class, states, l->emitted);
        add_to(next, l->emitted, states);
        row = next;
    }
    double end[] = {row[states - 1], states > 1 ? row[states - 2] : -INFINITY};
    double most = end[0] > end[1] ? end[0] : end[1];
    return most == -INFINITY ? INFINITY : -(most + log(exp(end[0] - most) + exp(end[1] - most)));
}

/* Writes the gradients of the steps, last to first. */
static void run_backward(const dnn_ctc *c, size_t j, lane *l, size_t states, size_t width,
                         double cost, double factor, dnn_matrix *dA) {
    double *row = edged(l->backward), *next = edged(l->next);
    for (size_t t = input_length(c, j); t-- > 0;) {
        begin(row, states);
        if (t + 1 < input_length(c, j))
            advance(row, next, l->skip_back, states);
        shares(l->emitted, l->forward + t * width + EDGE, row, states, cost);
        void *da = dnn_matrix_at(dA, t * c->classes, j);
        (dA->dtype == DNN_FLOAT32 ? scatter_f32(da, l->emitted, l->class, states, factor)
                                  : scatter_f64(da, l->emitted, l->class, states, factor));
        gather(c, j, t, l->class_back, states, next);
        add_to(next, row, states);
    }
}

/* --- all examples --- */

typedef struct job {
    const dnn_ctc *c;
    sizes z;
    double *memory;
    double (*factor)(const void *context, size_t j);
    const void *context;
    dnn_matrix *dA; /* NULL: the costs alone */
} job;

static void run_example(const job *b, lane *l, size_t j) {
    size_t states = lay_states(b->c, j, l);
    double cost = run_forward(b->c, j, l, states, b->z.width);
    bool left_out = b->c->zero_infinity && cost == INFINITY;
    b->memory[j] = left_out ? 0 : cost;
    if (b->dA == NULL)
        return;
    dnn_matrix_clear_column(b->dA, j);
    if (!left_out)
        run_backward(b->c, j, l, states, b->z.width, cost, b->factor(b->context, j), b->dA);
}

static void run_lane(void *context, size_t number) {
    const job *b = context;
    lane l = lane_of(b->memory + b->c->A->cols + number * lane_size(&b->z), &b->z);
    for (size_t j = number; j < b->c->A->cols && !dnn_interrupt_requested(); j += b->z.lanes)
        run_example(b, &l, j);
}

const double *dnn_ctc_costs(const dnn_ctc *c) {
    job b = {.c = c, .z = sizes_of(c), .memory = memory_of(c)};
    memset(b.memory, 0, c->A->cols * sizeof *b.memory);
    dnn_parallel(b.z.lanes, run_lane, &b);
    return b.memory;
}

void dnn_ctc_gradients(const dnn_ctc *c, double (*factor)(const void *context, size_t j),
                       const void *context, dnn_matrix *dA) {
    job b = {c, sizes_of(c), memory_of(c), factor, context, dA};
    dnn_parallel(b.z.lanes, run_lane, &b);
}

#endif
