/* pairwise.c: layers of two inputs that give one number for each position.
 *
 *     CosineSimilarity   a = x.y / (max(|x|, eps) max(|y|, eps))
 *         da/dx = y / (|x| |y|) - a x / |x|^2, without the second part where |x| < eps
 *     PairwiseDistance   a = |x - y + eps|_p
 *         da/dx = sign(d) (|d| / a)^(p - 1),  d = x - y + eps */
#include <math.h>
#include <string.h>

#include "nn/call.h"
#include "nn/chunk.h"
#include "nn/pairs.h"

enum { COSINE_EPS };
enum { DISTANCE_P, DISTANCE_EPS };

static const dnn_field cosine_fields[] = {
    [COSINE_EPS] = {.name = "eps",
                    .kind = DNN_FIELD_REAL,
                    .initial = 1e-8,
                    .low = 1e-30,
                    .high = 1e6,
                    .doc = "the least length that a vector counts as"},
    {.name = NULL},
};

static const dnn_field distance_fields[] = {
    [DISTANCE_P] = {.name = "p",
                    .kind = DNN_FIELD_REAL,
                    .positional = true,
                    .initial = 2,
                    .low = 1,
                    .high = 100,
                    .doc = "of the norm; 2: Euclidean"},
    [DISTANCE_EPS] = {.name = "eps",
                    .kind = DNN_FIELD_REAL,
                    .initial = 1e-6,
                    .low = 0,
                    .high = 1,
                    .doc = "added to differences"},
    {.name = NULL          },
};

static dnn_status shape(const dnn_layer *layer, const dnn_shape *in, size_t inputs, dnn_shape *out,
                        dnn_error *err) {
    char first[DNN_SHAPE_TEXT], second[DNN_SHAPE_TEXT];
    (void)layer, (void)inputs;
    *out = in[0];
    out->flat_positions = out->flat_channels = 0;
    out->size[out->rank - 1] = 1;
    if (dnn_shape_fits(&in[1], &in[0]))
        return DNN_OK;
    dnn_shape_text(&in[0], first);
    dnn_shape_text(&in[1], second);
    return dnn_fail(err, DNN_ERROR_SHAPE, "needs two inputs of the same shape, but gets %s and %s",
                    first, second);
}

/* --- one position: channels [at, at + n) of the inputs, element `place` of A --- */

typedef struct pair {
    dnn_call *call;
    const void *x, *y;
    void *dx, *dy; /* NULL where not wanted */
    double da;
    size_t n;
} pair;

typedef double value(const pair *p);
typedef void slopes(const pair *p);

static void *gradient_at(const dnn_matrix *m, size_t at, size_t example) {
    return m->data == NULL ? NULL : dnn_matrix_at(m, at, example);
}

static pair pair_at(dnn_call *call, size_t position, size_t example, bool backward) {
    size_t n = dnn_shape_channels(&call->in[0]), at = position * n;
    pair p = {.call = call,
              .x = dnn_matrix_at(&call->X[0], at, example),
              .y = dnn_matrix_at(&call->X[1], at, example),
              .n = n};
    if (!backward)
        return p;
    p.dx = gradient_at(&call->dX[0], at, example);
    p.dy = gradient_at(&call->dX[1], at, example);
    p.da = dnn_matrix_get(&call->dA, position, example);
    return p;
}

static void forward_example(dnn_call *call, size_t example, value *of) {
    for (size_t position = 0; position < dnn_shape_positions(&call->out); position++) {
        pair p = pair_at(call, position, example, false);
        dnn_matrix_set(&call->A, position, example, of(&p));
    }
}

static void backward_example(dnn_call *call, size_t example, slopes *of) {
    for (size_t position = 0; position < dnn_shape_positions(&call->out); position++) {
        pair p = pair_at(call, position, example, true);
        of(&p);
    }
}

/* --- cosines --- */

static double cosine_of(const pair *p, double lengths[2], bool held[2]) {
    double products[3], eps = dnn_layer_real(p->call->layer, COSINE_EPS);
    dnn_pair_products(p->call->dtype, p->x, p->y, p->n, products);
    for (int i = 0; i < 2; i++) {
        lengths[i] = sqrt(products[i]);
        held[i] = lengths[i] < eps;
        lengths[i] = held[i] ? eps : lengths[i];
    }
    return products[2] / (lengths[0] * lengths[1]);
}

static double cosine(const pair *p) {
    double lengths[2];
    bool held[2];
    return cosine_of(p, lengths, held);
}

static void cosine_slopes(const pair *p) {
    double lengths[2];
    bool held[2];
    double a = cosine_of(p, lengths, held), far = p->da / (lengths[0] * lengths[1]);
    for (int i = 0; i < 2; i++) {
        void *d = i == 0 ? p->dx : p->dy;
        double near = held[i] ? 0 : -p->da * a / (lengths[i] * lengths[i]);
        if (d != NULL)
            dnn_pair_combine(p->call->dtype, d, i == 0 ? p->x : p->y, near, i == 0 ? p->y : p->x,
                             far, p->n, p->call->add[i]);
    }
}

static void cosine_forward_example(void *context, size_t example) {
    forward_example(context, example, cosine);
}

static void cosine_backward_example(void *context, size_t example) {
    backward_example(context, example, cosine_slopes);
}

static dnn_status cosine_forward(dnn_call *call, dnn_error *err) {
    (void)err;
    dnn_for_tasks(call->examples, dnn_matrix_count(&call->X[0]), cosine_forward_example, call);
    return DNN_OK;
}

static dnn_status cosine_backward(dnn_call *call, dnn_error *err) {
    (void)err;
    dnn_for_tasks(call->examples, dnn_matrix_count(&call->X[0]), cosine_backward_example, call);
    return DNN_OK;
}

/* --- distances --- */

static double distance(const pair *p) {
    const dnn_layer *layer = p->call->layer;
    return dnn_distance(p->call->dtype, p->x, p->y, p->n, dnn_layer_real(layer, DISTANCE_P),
                        dnn_layer_real(layer, DISTANCE_EPS));
}

static void distance_slopes(const pair *p) {
    const dnn_layer *layer = p->call->layer;
    size_t bytes = p->n * dnn_dtype_info(p->call->dtype)->size;
    if (p->dx != NULL && !p->call->add[0])
        memset(p->dx, 0, bytes);
    if (p->dy != NULL && !p->call->add[1])
        memset(p->dy, 0, bytes);
    dnn_distance_slopes(p->call->dtype, p->dx, p->dy, p->x, p->y, p->n,
                        dnn_layer_real(layer, DISTANCE_P), dnn_layer_real(layer, DISTANCE_EPS),
                        distance(p), p->da);
}

static void distance_forward_example(void *context, size_t example) {
    forward_example(context, example, distance);
}

static void distance_backward_example(void *context, size_t example) {
    backward_example(context, example, distance_slopes);
}

static dnn_status distance_forward(dnn_call *call, dnn_error *err) {
    (void)err;
    dnn_for_tasks(call->examples, dnn_matrix_count(&call->X[0]), distance_forward_example, call);
    return DNN_OK;
}

static dnn_status distance_backward(dnn_call *call, dnn_error *err) {
    (void)err;
    dnn_for_tasks(call->examples, dnn_matrix_count(&call->X[0]), distance_backward_example, call);
    return DNN_OK;
}

/* --- the classes --- */

static const dnn_case cosine_cases[] = {
    {.inputs = 2, .in = {{1, {4}}, {1, {4}}}},
    {.settings = "eps=4", .inputs = 2, .in = {{2, {3, 2}}, {2, {3, 2}}}},
    {.inputs = 2, .in = {{3, {2, 2, 3}}, {3, {2, 2, 3}}}},
    {.settings = NULL},
};

static const dnn_case distance_cases[] = {
    {.inputs = 2, .in = {{1, {4}}, {1, {4}}}},
    {.settings = "p=1", .inputs = 2, .in = {{2, {3, 2}}, {2, {3, 2}}}},
    {.settings = "p=3.5 eps=0.01", .inputs = 2, .in = {{3, {2, 2, 3}}, {3, {2, 2, 3}}}},
    {.settings = NULL},
};

const dnn_layer_class dnn_layer_cosine_similarity = {
    .name = "CosineSimilarity",
    .doc = "A = X1 . X2 / (|X1| |X2|)",
    .fields = cosine_fields,
    .cases = cosine_cases,
    .flags = DNN_READS_X | DNN_STEP_BY_STEP,
    .inputs = 2,
    .shape = shape,
    .forward = cosine_forward,
    .backward = cosine_backward,
};

const dnn_layer_class dnn_layer_pairwise_distance = {
    .name = "PairwiseDistance",
    .doc = "A = |X1 - X2|",
    .fields = distance_fields,
    .cases = distance_cases,
    .flags = DNN_READS_X | DNN_STEP_BY_STEP,
    .inputs = 2,
    .shape = shape,
    .forward = distance_forward,
    .backward = distance_backward,
};
