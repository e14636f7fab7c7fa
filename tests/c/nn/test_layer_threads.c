/* Every class of layers gives the same bits on any number of threads. Nothing here names a class. */
#include "nets.h"

#include "core/threads.h"
#include "nn/call.h"

enum { ELEMENTS = 100000 }; /* of the first input at least: several chunks */

static void fill_inputs(dnn_call *call, const dnn_case *c, dnn_random *random) {
    dnn_error err;
    bool ids = dnn_layer_has(call->layer, DNN_TAKES_IDS);
    for (size_t i = 0; i < call->inputs; i++) {
        dnn_matrix *X = &call->X[i];
        check_ok(dnn_fill_normal(X, random, 0, 1, &err));
        for (size_t k = 0; ids && k < X->rows * X->cols; k++)
            dnn_matrix_set(X, k % X->rows, k / X->rows, (double)(1 + k * 7919 % c->ids));
    }
}

static dnn_lone_call *run(const dnn_layer_class *kind, const dnn_case *c, dnn_dtype dtype) {
    dnn_error err;
    dnn_lone_call *lone;
    dnn_random random = dnn_random_seeded(5);
    size_t examples = ELEMENTS / dnn_shape_count(&c->in[0]) + 1;
    dnn_layer *layer = layer_of(kind->name, c->settings == NULL ? "" : c->settings);
    check_ok(dnn_lone_call_create(&lone, layer, dtype, c->in, c->inputs == 0 ? 1 : c->inputs,
                                  examples, true, &random, &err));
    dnn_layer_release(layer);
    dnn_call *call = dnn_lone_call_of(lone);
    call->key = 7;
    fill_inputs(call, c, &random);
    check_ok(dnn_fill_normal(&call->dA, &random, 0, 1, &err));
    check_ok(dnn_call_forward(call, &err));
    check_ok(dnn_call_backward(call, &err));
    return lone;
}

static void check_same_bits(const dnn_layer_class *kind, const char *what, const dnn_matrix *a,
                            const dnn_matrix *b) {
    size_t bytes = dnn_matrix_count(a) * dnn_dtype_info(a->dtype)->size;
    if (a->data != NULL && memcmp(a->data, b->data, bytes) != 0)
        fail_msg("%s: %s depends on the number of threads", kind->name, what);
}

static void check_case(const dnn_layer_class *kind, const dnn_case *c, dnn_dtype dtype) {
    dnn_set_threads(1);
    dnn_lone_call *one = run(kind, c, dtype);
    dnn_set_threads(3);
    dnn_lone_call *several = run(kind, c, dtype);
    const dnn_call *a = dnn_lone_call_of(one), *b = dnn_lone_call_of(several);
    check_same_bits(kind, "the output", &a->A, &b->A);
    for (size_t i = 0; i < a->inputs; i++)
        check_same_bits(kind, "the gradient of X", &a->dX[i], &b->dX[i]);
    for (size_t v = 0; v < DNN_LAYER_VALUES; v++)
        check_same_bits(kind, "the gradient of a value", &a->gradients[v], &b->gradients[v]);
    dnn_lone_call_destroy(one);
    dnn_lone_call_destroy(several);
}

static void every_class_gives_the_same_bits_on_any_number_of_threads(void **state) {
    (void)state;
    size_t threads = dnn_threads();
    for (size_t k = 0; dnn_layer_classes[k] != NULL; k++) {
        const dnn_layer_class *kind = dnn_layer_classes[k];
        if (kind->compile == NULL && (kind->flags & DNN_VIEW) == 0)
            check_case(kind, &kind->cases[0], k % 2 == 0 ? DNN_FLOAT32 : DNN_FLOAT64);
    }
    dnn_set_threads(threads);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_class_gives_the_same_bits_on_any_number_of_threads),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
