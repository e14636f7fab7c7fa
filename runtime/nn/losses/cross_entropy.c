/* cross_entropy.c: cross entropy of logits, the softmax included.
 *
 *     p = softmax(z),  q = (1 - s) y + s / C,  cost = sum of -w q log p,  dz = p sum(w q) - w q
 *
 * of the C logits z of one position, with label smoothing s, class weights w and the target y: 1 at
 * the class that a label names, else 0, or a probability for each class. A column of A holds the
 * logits of one position or of several, one after the other: then Y has a label for each. The mean
 * divides by the w of all labels that count, as PyTorch's; with probabilities by the positions.
 *
 * The largest logit is subtracted first, so no exponential overflows. The loops are in
 * cross_entropy_few.c and cross_entropy_many.c; here is what a call asks for, and its blocks. */
#ifdef T /* both_types.inc */

/* The costs, the gradient, or both: what is NULL is not wanted. */
static void K(pass)(const targets *t, block *b, const T *z, double *costs, T *out,
                    const double *scales) {
    if (!dnn_cross_few(t)) {
        if (costs != NULL)
            K(dnn_cross_many_forward)(t, b, z, costs);
        if (out != NULL)
            K(dnn_cross_many_backward)(t, b, z, out, scales);
    } else if (out == NULL) {
        K(dnn_cross_few_forward)(t, b, z, costs);
    } else if (costs == NULL) {
        K(dnn_cross_few_backward)(t, b, z, out, scales);
    } else {
        K(dnn_cross_few_both)(t, b, z, costs, out, scales);
    }
}

#else
#include "nn/losses/cross_entropy.h"

#include "core/interrupt.h"
#include "core/least.h"
#include "core/threads.h"

enum { REDUCTION, LABEL_SMOOTHING, IGNORE_INDEX };

enum { PART = DNN_CROSS_PART, BLOCK = DNN_CROSS_BLOCK };
enum {
    GROUP = 2048, /* positions whose costs are on the stack */
    TASK = 16384  /* elements that are worth waking a thread for */
};

#define NAME "CrossEntropyLoss"

typedef dnn_cross_targets targets;
typedef dnn_cross_block block;

#define KERNELS "nn/losses/cross_entropy.c"
#include "nn/both_types.inc"

static targets targets_of(const dnn_loss_call *call) {
    const dnn_matrix *A = call->A, *Y = call->Y;
    double smoothing = call->settings[LABEL_SMOOTHING].number;
    targets t;
    t.soft = Y->rows == A->rows && A->rows > 1;
    t.labels = dnn_labels_of(NAME, call, t.soft ? 1 : Y->rows, call->settings[IGNORE_INDEX].number);
    t.keep = 1 - smoothing;
    t.spread = smoothing / (double)t.labels.classes;
    return t;
}

/* What the mean divides by. */
static double total_of(const dnn_loss_call *call, const targets *t) {
    return t->soft ? (double)t->labels.Y->cols : *call->total;
}

static dnn_status check(const dnn_loss_call *call, dnn_error *err) {
    dnn_status status = dnn_labels_check_shape(NAME, call, err);
    if (status != DNN_OK)
        return status;
    targets t = targets_of(call);
    if (t.soft) {
        status = dnn_check_unit_targets(NAME, call, false, err);
        return status != DNN_OK
                   ? status
                   : dnn_check_vector(NAME, call, "weight", t.labels.classes, "class", err);
    }
    status = dnn_labels_check(&t.labels, call, err);
    if (status == DNN_OK && call->settings[REDUCTION].number == 0)
        status = dnn_labels_check_total(&t.labels, call, err);
    return status;
}

/* --- blocks --- */

/* Runs through positions in blocks, which lie one after the other in A (and dA). */
typedef struct walk {
    const dnn_loss_call *call;
    bool costs;     /* the cost is wanted */
    dnn_matrix *dA; /* and the gradient; NULL: it is not */
    targets t;
    double scale, cost;
    size_t example; /* whose cost is being added up, ... */
    double of_example;
} walk;

static void note_costs(walk *w, size_t first, size_t count, const double *costs) {
    bool plain = w->call->weights == NULL && w->call->costs == NULL;
    for (size_t p = 0; plain && p < count; p++)
        w->cost += costs[p];
    for (size_t p = 0; !plain && p < count; p++) {
        size_t example = (first + p) / w->t.labels.steps;
        double cost = costs[p] * dnn_loss_weight(w->call, example);
        w->of_example = example == w->example ? w->of_example + cost : cost;
        w->example = example;
        w->cost += cost;
        dnn_loss_note_cost(w->call, example, w->of_example);
    }
}

/* The costs of a block, or its gradient. */
static void run_block(const walk *w, block *b, double *costs) {
    const dnn_matrix *A = w->call->A;
    size_t steps = w->t.labels.steps, row = 0, column = b->first;
    double scales[BLOCK];
    if (steps > 1)
        row = b->first % steps * w->t.labels.classes, column = b->first / steps;
    const char *z = dnn_matrix_at(A, row, column);
    if (!w->t.soft)
        dnn_labels_read(&w->t.labels, b->first, b->count, b->labels);
    char *out = w->dA == NULL ? NULL : dnn_matrix_at(w->dA, row, column);
    for (size_t p = 0; p < b->count && out != NULL; p++)
        scales[p] = w->call->weights == NULL
                        ? w->scale
                        : w->scale * dnn_loss_weight(w->call, (b->first + p) / w->t.labels.steps);
    if (!w->costs)
        costs = NULL;
    if (A->dtype == DNN_FLOAT32)
        pass_f32(&w->t, b, (const float *)z, costs, (float *)out, scales);
    else
        pass_f64(&w->t, b, (const double *)z, costs, (double *)out, scales);
}

/* Positions [first, last), which lie one after the other, in tasks of `each`. */
typedef struct group {
    const walk *w;
    size_t first, last, each;
    double *costs;
} group;

static size_t most_in_block(const walk *w) {
    return w->t.labels.classes > PART ? 1 : dnn_least(PART / w->t.labels.classes, BLOCK);
}

static void run_task(void *context, size_t task) {
    const group *g = context;
    size_t begin = g->first + task * g->each, end = dnn_least(begin + g->each, g->last);
    block b;
    for (b.first = begin; b.first < end && !dnn_interrupt_requested(); b.first += b.count) {
        b.count = dnn_least(end - b.first, most_in_block(g->w));
        run_block(g->w, &b, g->costs + (b.first - g->first));
    }
}

/* The costs are added up in their order, however they were shared out. */
static void run(walk *w) {
    const dnn_matrix *A = w->call->A;
    size_t steps = w->t.labels.steps, positions = steps * A->cols;
    bool whole = dnn_matrix_is_contiguous(A) && (w->dA == NULL || dnn_matrix_is_contiguous(w->dA));
    double costs[GROUP];
    group g = {.w = w, .last = positions, .each = positions, .costs = costs};
    if (whole && positions <= GROUP && positions * w->t.labels.classes <= TASK) {
        run_task(&g, 0);
        if (w->costs && !dnn_interrupt_requested())
            note_costs(w, 0, positions, costs);
        return;
    }
    size_t most = most_in_block(w);
    g.each = most * (TASK / (most * w->t.labels.classes) + 1);
    for (; g.first < positions; g.first = g.last) {
        g.last = dnn_least(g.first + GROUP, whole ? positions : g.first - g.first % steps + steps);
        dnn_parallel((g.last - g.first + g.each - 1) / g.each, run_task, &g);
        if (dnn_interrupt_requested())
            return;
        if (w->costs)
            note_costs(w, g.first, g.last - g.first, costs);
    }
}

/* The cost, where it is wanted, and the gradient, where dA is not NULL. */
static double pass(const dnn_loss_call *call, bool costs, dnn_matrix *dA) {
    walk w = {call, costs, dA, targets_of(call), 1, 0, SIZE_MAX, 0};
    double total = call->settings[REDUCTION].number == 0 ? total_of(call, &w.t) : 1;
    w.scale = 1 / total;
    run(&w);
    return w.cost / total;
}

static double forward(const dnn_loss_call *call) {
    return pass(call, true, NULL);
}

static void backward(const dnn_loss_call *call, dnn_matrix *dA) {
    pass(call, false, dA);
}

static double both(const dnn_loss_call *call, dnn_matrix *dA) {
    return pass(call, true, dA);
}

static const dnn_field fields[] = {
    [REDUCTION] = DNN_LABELS_REDUCTION_ROW,
    [LABEL_SMOOTHING] = {.name = "label_smoothing",
                         .kind = DNN_FIELD_REAL,
                         .high = 1,
                         .doc = "how much of the target is spread over all classes; 0.1 is usual"},
    [IGNORE_INDEX] = DNN_IGNORE_INDEX_ROW,
    {.name = NULL                }
};

static const dnn_loss_case cases[] = {
    {"",                                   3, 4, 1, 0},
    {"reduction=sum",                      2, 5, 1, 0},
    {"reduction=none",                     4, 3, 1, 0},
    {"label_smoothing=0.2",                3, 4, 1, 0},
    {"ignore_index=2",                     3, 4, 1, 3},
    {"label_smoothing=0.2 ignore_index=2", 6, 4, 2, 3},
    {"reduction=sum",                      9, 2, 3, 0},
    {"",                                   3, 4, 0, 0},
    {"label_smoothing=0.1 reduction=sum",  3, 4, 0, 3},
    {NULL,                                 0, 0, 0, 0},
};

const dnn_loss_class dnn_loss_cross_entropy = {
    .name = "CrossEntropyLoss",
    .doc = "mean of -log softmax(A)[label]; Y holds class numbers from 1, or probabilities",
    .fields = fields,
    .vector = "weight",
    .cases = cases,
    .targets = DNN_TARGETS_LABELS,
    .check = check,
    .forward = forward,
    .backward = backward,
    .both = both,
};

#endif
