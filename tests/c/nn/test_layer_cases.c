/* Every class of layers over all of its cases: gradients, both types, both modes, any batch.
 * Nothing here names a class: it is in the registry, so it is checked. */
#include <stdio.h>

#include "check.h"
#include "core/memory.h"
#include "math/fill.h"
#include "nn/network/gradcheck.h"
#include "nn/registry.h"

#define TOLERANCE 1e-6

static bool is_last(const dnn_case *given) {
    return given->in[0].rank == 0;
}

static void name_case(const dnn_layer_class *kind, const dnn_case *given, char text[160]) {
    char shape[DNN_SHAPE_TEXT];
    dnn_shape_text(&given->in[0], shape);
    snprintf(text, 160, "%s{%s} on %s", kind->name, given->settings == NULL ? "" : given->settings,
             shape);
}

static void check_case(const dnn_layer_class *kind, const dnn_case *given, bool training) {
    dnn_gradcheck_result result;
    dnn_error err;
    char name[160];
    name_case(kind, given, name);
    dnn_status status = dnn_gradcheck_case(kind, given, training, 1, &result, &err);
    if (status != DNN_OK)
        fail_msg("%s: %s", name, err.text);
    if (!(result.difference <= TOLERANCE))
        fail_msg("%s: gradient differs by %g, most at %s", name, result.difference,
                 result.worst_name);
    if (result.fault[0] != '\0')
        fail_msg("%s: %s", name, result.fault);
}

static void gradients_agree_with_differences(void **state) {
    (void)state;
    for (size_t k = 0; dnn_layer_classes[k] != NULL; k++) {
        const dnn_layer_class *kind = dnn_layer_classes[k];
        for (const dnn_case *c = kind->cases; c != NULL && !is_last(c); c++) {
            check_case(kind, c, true);
            if ((kind->flags & (DNN_TWO_MODES | DNN_VIEW_IN_EVALUATION)) != 0)
                check_case(kind, c, false);
        }
    }
}

static void classes_that_compute_have_cases(void **state) {
    (void)state;
    for (size_t k = 0; dnn_layer_classes[k] != NULL; k++) {
        const dnn_layer_class *kind = dnn_layer_classes[k];
        if (kind->compile == NULL && (kind->cases == NULL || is_last(kind->cases)))
            fail_msg("%s has no cases for the gradient check", kind->name);
    }
}

static dnn_lone_call *lone_of(const dnn_layer_class *kind, const dnn_case *given, dnn_dtype dtype,
                              size_t examples, bool training) {
    dnn_error err;
    dnn_layer *layer;
    dnn_lone_call *lone;
    dnn_random random = dnn_random_seeded(3);
    check_ok(dnn_layer_create(&layer, kind, &err));
    if (given->settings != NULL)
        check_ok(dnn_field_parse(kind->name, kind->fields, layer->settings, given->settings, &err));
    check_ok(dnn_layer_finish(layer, &err));
    check_ok(dnn_lone_call_create(&lone, layer, dtype, given->in,
                                  given->inputs == 0 ? 1 : given->inputs, examples, training,
                                  &random, &err));
    dnn_layer_release(layer);
    dnn_call *call = dnn_lone_call_of(lone);
    call->key = 7;
    for (size_t i = 0; i < call->inputs; i++)
        for (size_t j = 0; j < examples; j++)
            for (size_t r = 0; r < call->X[i].rows; r++)
                dnn_matrix_set(&call->X[i], r, j,
                               (kind->flags & DNN_TAKES_IDS) != 0
                                   ? (double)(1 + dnn_random_below(&random, given->ids))
                                   : (float)dnn_random_normal(&random));
    return lone;
}

static void run(dnn_call *call) {
    dnn_error err;
    check_ok(dnn_call_forward(call, &err));
    check_ok(dnn_matrix_copy(&call->dA, &call->A, &err));
    check_ok(dnn_call_backward(call, &err));
}

static void check_near(const char *name, const dnn_matrix *a, const dnn_matrix *b) {
    for (size_t j = 0; j < a->cols; j++)
        for (size_t i = 0; i < a->rows; i++) {
            double x = dnn_matrix_get(a, i, j), y = dnn_matrix_get(b, i, j);
            if (!(fabs(x - y) <= 2e-4 * (1 + fabs(y))))
                fail_msg("%s: float32 gives %g, float64 %g at (%zu, %zu)", name, x, y, i, j);
        }
}

static void both_types_compute_the_same(void **state) {
    (void)state;
    for (size_t k = 0; dnn_layer_classes[k] != NULL; k++) {
        const dnn_layer_class *kind = dnn_layer_classes[k];
        for (const dnn_case *c = kind->cases; c != NULL && !is_last(c); c++) {
            char name[160];
            name_case(kind, c, name);
            dnn_lone_call *f = lone_of(kind, c, DNN_FLOAT32, 5, true),
                          *d = lone_of(kind, c, DNN_FLOAT64, 5, true);
            dnn_call *single = dnn_lone_call_of(f), *precise = dnn_lone_call_of(d);
            dnn_error err;
            for (size_t v = 0; v < DNN_LAYER_VALUES; v++) /* the very same starting values */
                if (single->values[v].data != NULL)
                    check_ok(dnn_matrix_copy(&precise->values[v], &single->values[v], &err));
            run(single);
            run(precise);
            check_near(name, &single->A, &precise->A);
            for (size_t i = 0; i < single->inputs; i++)
                check_near(name, &single->dX[i], &precise->dX[i]);
            for (size_t v = 0; v < DNN_LAYER_VALUES; v++)
                if (single->gradients[v].data != NULL)
                    check_near(name, &single->gradients[v], &precise->gradients[v]);
            dnn_lone_call_destroy(f);
            dnn_lone_call_destroy(d);
        }
    }
}

/* The output of a call on numbers of which one example's, in the first input, are all NaN or
 * infinite. */
static void check_stays(const dnn_layer_class *kind, const dnn_case *c, double odd) {
    enum { EXAMPLES = 7, SPOILT = 3 };
    dnn_error err;
    char name[160];
    name_case(kind, c, name);
    dnn_lone_call *clean = lone_of(kind, c, DNN_FLOAT32, EXAMPLES, false),
                  *spoilt = lone_of(kind, c, DNN_FLOAT32, EXAMPLES, false);
    const dnn_matrix *A = &dnn_lone_call_of(clean)->A, *B = &dnn_lone_call_of(spoilt)->A;
    dnn_matrix *X = &dnn_lone_call_of(spoilt)->X[0];
    for (size_t r = 0; r < X->rows; r++)
        dnn_matrix_set(X, r, SPOILT, odd);
    check_ok(dnn_call_forward(dnn_lone_call_of(clean), &err));
    check_ok(dnn_call_forward(dnn_lone_call_of(spoilt), &err));
    size_t nans = 0;
    for (size_t i = 0; i < A->rows; i++)
        nans += isnan(dnn_matrix_get(B, i, SPOILT));
    if (isnan(odd) && nans == 0)
        fail_msg("%s: no NaN comes of NaN", name);
    for (size_t j = 0; j < EXAMPLES; j++)
        for (size_t i = 0; i < A->rows && j != SPOILT; i++)
            if (dnn_matrix_get(A, i, j) != dnn_matrix_get(B, i, j))
                fail_msg("%s: %g in example %d reaches example %zu", name, odd, SPOILT, j);
    dnn_lone_call_destroy(clean);
    dnn_lone_call_destroy(spoilt);
}

static void what_is_not_finite_stays_in_its_example(void **state) {
    (void)state;
    for (size_t k = 0; dnn_layer_classes[k] != NULL; k++) {
        const dnn_layer_class *kind = dnn_layer_classes[k];
        bool numbers = kind->compile == NULL && (kind->flags & (DNN_TAKES_IDS | DNN_VIEW)) == 0;
        for (const dnn_case *c = kind->cases; numbers && c != NULL && !is_last(c); c++) {
            check_stays(kind, c, NAN);
            check_stays(kind, c, -INFINITY);
        }
    }
}

static void run_steps(void) {
    for (size_t k = 0; dnn_layer_classes[k] != NULL; k++) {
        const dnn_layer_class *kind = dnn_layer_classes[k];
        if (kind->cases == NULL || is_last(kind->cases))
            continue;
        dnn_lone_call *lone = lone_of(kind, kind->cases, DNN_FLOAT32, 6, true);
        run(dnn_lone_call_of(lone));
        uint64_t before = dnn_allocation_count();
        run(dnn_lone_call_of(lone));
        if (dnn_allocation_count() != before)
            fail_msg("%s allocates in a step", kind->name);
        dnn_lone_call_destroy(lone);
    }
}

/* A thread keeps its scratch memory between calls. */
static void nothing_is_allocated_by_forward_and_backward(void **state) {
    (void)state;
    run_steps();
    size_t live = dnn_allocations_live();
    run_steps();
    assert_int_equal(dnn_allocations_live(), live);
}

static void values_have_layouts_that_files_can_hold(void **state) {
    (void)state;
    for (size_t k = 0; dnn_layer_classes[k] != NULL; k++) {
        const dnn_layer_class *kind = dnn_layer_classes[k];
        for (const dnn_case *c = kind->cases; c != NULL && !is_last(c); c++) {
            dnn_value values[DNN_LAYER_VALUES];
            dnn_lone_call *lone = lone_of(kind, c, DNN_FLOAT32, 1, true);
            const dnn_call *call = dnn_lone_call_of(lone);
            size_t count = dnn_layer_values(call->layer, &call->in[0], values);
            for (size_t v = 0; v < count; v++)
                if (!dnn_layout_is_valid(&values[v].layout, values[v].rows, values[v].cols))
                    fail_msg("%s: the layout of %s counts other elements", kind->name,
                             values[v].name);
            dnn_lone_call_destroy(lone);
        }
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(classes_that_compute_have_cases),
        cmocka_unit_test(gradients_agree_with_differences),
        cmocka_unit_test(both_types_compute_the_same),
        cmocka_unit_test(what_is_not_finite_stays_in_its_example),
        cmocka_unit_test(nothing_is_allocated_by_forward_and_backward),
        cmocka_unit_test(values_have_layouts_that_files_can_hold),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
