/* Optimisers follow their papers' rules, step by step in long double. */
#include "nets.h"

#include "core/threads.h"

enum { N = 6, STEPS = 5 };

/* One parameter vector of N elements, without a network. */
typedef struct vector {
    dnn_parameters parameters;
    dnn_segment segment;
    double values[N], gradients[N];
} vector;

static const double start[N] = {1, -2, 0.5, 3, -0.25, 0};

static void open_vector(vector *v) {
    *v = (vector){
        .segment = {0, "Linear", "weight", 0, N, 1}
    };
    v->parameters = (dnn_parameters){.dtype = DNN_FLOAT64,
                                     .count = N,
                                     .values = v->values,
                                     .gradients = v->gradients,
                                     .spent = true,
                                     .segment_count = 1,
                                     .segments = &v->segment};
    memcpy(v->values, start, sizeof start);
}

/* A gradient that differs at each step and element. */
static double slope(size_t step, size_t i) {
    return sin((double)(3 * step + i)) * (double)(1 + i);
}

typedef struct setting {
    const char *name;
    double value;
} setting;

static dnn_optimiser open_optimiser(const char *name, dnn_parameters *parameters,
                                    const setting *settings, size_t count) {
    dnn_error err;
    dnn_optimiser o;
    dnn_optimiser_init(&o, dnn_optimiser_class_find(name), parameters);
    for (size_t k = 0; k < count; k++)
        check_ok(dnn_field_set(name, o.kind->fields, o.settings, settings[k].name,
                               settings[k].value, &err));
    check_ok(dnn_optimiser_attach(&o, dnn_alloc(dnn_optimiser_state_bytes(&o)), &err));
    return o;
}

/* STEPS steps with the program's optimiser. */
static void run(const char *name, const setting *settings, size_t count, double out[N]) {
    dnn_error err;
    vector v;
    open_vector(&v);
    dnn_optimiser o = open_optimiser(name, &v.parameters, settings, count);
    for (size_t t = 1; t <= STEPS; t++) {
        for (size_t i = 0; i < N; i++)
            v.gradients[i] = slope(t, i);
        check_ok(dnn_optimiser_step(&o, &err));
        assert_true(v.parameters.spent);
    }
    assert_true(o.steps == STEPS);
    dnn_free(o.state);
    memcpy(out, v.values, sizeof v.values);
}

static void check_sgd(double lr, double momentum, bool nesterov, double decay) {
    double got[N];
    const setting settings[] = {
        {"lr",           lr      },
        {"momentum",     momentum},
        {"nesterov",     nesterov},
        {"weight_decay", decay   }
    };
    run("SGD", settings, 4, got);
    for (size_t i = 0; i < N; i++) {
        long double p = start[i], v = 0;
        for (size_t t = 1; t <= STEPS; t++) {
            long double g = slope(t, i) + decay * p;
            v = t == 1 ? g : momentum * v + g; /* as PyTorch's documentation has it */
            p -= lr * (nesterov ? g + momentum * v : v);
        }
        check_close(got[i], (double)p, 1e-14);
    }
}

static void sgd_follows_pytorchs_definition(void **state) {
    (void)state;
    check_sgd(0.1, 0, false, 0);
    check_sgd(0.1, 0, false, 0.3);
    check_sgd(0.05, 0.9, false, 0);
    check_sgd(0.05, 0.9, true, 0);
    check_sgd(0.05, 0.8, true, 0.2);
}

static void check_adam(const char *name, bool decoupled, double decay) {
    const double lr = 0.01, beta1 = 0.8, beta2 = 0.95, eps = 1e-6;
    double got[N];
    const setting settings[] = {
        {"lr",           lr   },
        {"beta1",        beta1},
        {"beta2",        beta2},
        {"eps",          eps  },
        {"weight_decay", decay}
    };
    run(name, settings, 5, got);
    for (size_t i = 0; i < N; i++) {
        long double p = start[i], m = 0, v = 0;
        for (size_t t = 1; t <= STEPS; t++) {
            long double g = slope(t, i) + (decoupled ? 0 : decay * p);
            m = beta1 * m + (1 - (long double)beta1) * g;
            v = beta2 * v + (1 - (long double)beta2) * g * g;
            long double m_hat = m / (1 - powl(beta1, (long double)t));
            long double v_hat = v / (1 - powl(beta2, (long double)t));
            long double shrink = decoupled ? lr * decay * p : 0;
            p -= shrink + lr * m_hat / (sqrtl(v_hat) + eps);
        }
        check_close(got[i], (double)p, 1e-14);
    }
}

static void adam_follows_kingma_and_ba_and_adamw_loshchilov_and_hutter(void **state) {
    (void)state;
    check_adam("Adam", false, 0);
    check_adam("Adam", false, 0.1);
    check_adam("AdamW", true, 0);
    check_adam("AdamW", true, 0.1);
}

static void adams_first_step_is_the_learning_rate_whatever_the_gradients_size(void **state) {
    (void)state;
    dnn_error err;
    vector v;
    open_vector(&v);
    dnn_optimiser o = open_optimiser("Adam", &v.parameters,
                                     (setting[]){
                                         {"eps", 0}
    },
                                     1);
    const double gradients[N] = {1e-20, -1e-3, 1, 7, -1e4, 1e20};
    memcpy(v.gradients, gradients, sizeof gradients);
    check_ok(dnn_optimiser_step(&o, &err));
    for (size_t i = 0; i < N; i++)
        check_close(v.values[i], start[i] - copysign(1e-3, gradients[i]), 1e-15);
    dnn_free(o.state);
}

static void defaults_are_those_of_the_papers(void **state) {
    (void)state;
    static const struct {
        const char *optimiser, *setting;
        double value;
    } known[] = {
        {"Adam",  "lr",           1e-3 },
        {"Adam",  "beta1",        0.9  },
        {"Adam",  "beta2",        0.999},
        {"Adam",  "eps",          1e-8 },
        {"Adam",  "weight_decay", 0    },
        {"AdamW", "weight_decay", 0.01 },
        {"SGD",   "momentum",     0    }
    };
    for (size_t k = 0; k < sizeof known / sizeof *known; k++) {
        const dnn_optimiser_class *kind = dnn_optimiser_class_find(known[k].optimiser);
        double values[DNN_MAX_FIELDS];
        dnn_field_defaults(kind->fields, values);
        assert_true(values[dnn_field_find(kind->fields, known[k].setting)] == known[k].value);
    }
}

static void settings_that_contradict_each_other_are_refused(void **state) {
    (void)state;
    dnn_error err;
    vector v;
    open_vector(&v);
    dnn_optimiser o;
    dnn_optimiser_init(&o, dnn_optimiser_class_find("SGD"), &v.parameters);
    check_ok(dnn_field_set("SGD", o.kind->fields, o.settings, "nesterov", 1, &err));
    check_fails(dnn_optimiser_attach(&o, NULL, &err), DNN_ERROR_ARGUMENT,
                "SGD: nesterov needs momentum > 0, and momentum is 0; 0.9 is usual");
    dnn_optimiser_init(&o, dnn_optimiser_class_find("Adam"), &v.parameters);
    check_ok(dnn_field_set("Adam", o.kind->fields, o.settings, "beta2", 1, &err));
    check_fails(dnn_optimiser_attach(&o, NULL, &err), DNN_ERROR_ARGUMENT, "beta2 must be below 1");
    check_fails(dnn_field_set("Adam", o.kind->fields, o.settings, "lr", -1, &err),
                DNN_ERROR_ARGUMENT, "lr must be in 0..");
}

static void momentum_cannot_be_switched_on_without_state(void **state) {
    (void)state;
    dnn_error err;
    vector v;
    open_vector(&v);
    dnn_optimiser o = open_optimiser("SGD", &v.parameters, NULL, 0);
    check_ok(dnn_field_set("SGD", o.kind->fields, o.settings, "momentum", 0.9, &err));
    check_fails(dnn_optimiser_step(&o, &err), DNN_ERROR_STATE,
                "SGD: the new settings need state that this optimiser was made without");
    assert_memory_equal(v.values, start, sizeof start);
    dnn_free(o.state);
}

static void a_gradient_that_is_not_finite_stops_before_anything_changes(void **state) {
    (void)state;
    for (size_t k = 0; dnn_optimiser_classes[k] != NULL; k++) {
        dnn_error err;
        vector v;
        open_vector(&v);
        dnn_optimiser o = open_optimiser(dnn_optimiser_classes[k]->name, &v.parameters, NULL, 0);
        v.gradients[3] = (double)NAN;
        check_fails(dnn_optimiser_step(&o, &err), DNN_ERROR_NUMERIC,
                    "layer 1, Linear: gradient of weight(4, 1) is nan");
        assert_memory_equal(v.values, start, sizeof start);
        assert_true(o.steps == 0);
        o.check_finite = false;
        check_ok(dnn_optimiser_step(&o, &err));
        assert_true(isnan(v.values[3]));
        dnn_free(o.state);
    }
}

static void what_another_has_done_is_taken_over_whole_or_not_at_all(void **state) {
    (void)state;
    dnn_error err;
    double numbers[2] = {1, 2}, gradients[2] = {0.5, -1}, memory[4] = {0.1, 0.2, 0.3, 0.4};
    dnn_parameters p = {
        .dtype = DNN_FLOAT64, .count = 2, .values = numbers, .gradients = gradients};
    dnn_optimiser o = open_optimiser("Adam", &p, NULL, 0);
    void *own = o.state;
    double settings[DNN_MAX_FIELDS];
    memcpy(settings, o.settings, sizeof settings);
    settings[0] = 0.25;
    check_fails(dnn_optimiser_restore(&o, settings, 7, memory, 1, &err), DNN_ERROR_STATE,
                "Adam: with these settings its state has 2 vectors, and 1 came");
    settings[1] = 1;
    check_fails(dnn_optimiser_restore(&o, settings, 7, memory, 2, &err), DNN_ERROR_ARGUMENT,
                "beta1 must be below 1");
    assert_true(o.state == own && o.steps == 0 && o.settings[0] != 0.25);
    settings[1] = 0.9;
    check_ok(dnn_optimiser_restore(&o, settings, 7, memory, 2, &err));
    assert_true(o.state == memory && o.vectors == 2 && o.steps == 7 && o.settings[0] == 0.25);
    dnn_free(own);
}

/* Three steps with the default settings on a vector of `length` normal numbers. */
static dnn_matrix run_long(const dnn_optimiser_class *kind, dnn_dtype dtype, size_t length) {
    dnn_error err;
    dnn_matrix values = normal_matrix(dtype, length, 1, 1), g = normal_matrix(dtype, length, 1, 2);
    dnn_segment segment = {0, "Linear", "weight", 0, length, 1, false};
    dnn_parameters p = {.dtype = dtype,
                        .count = length,
                        .values = values.data,
                        .gradients = g.data,
                        .spent = true,
                        .segment_count = 1,
                        .segments = &segment};
    dnn_optimiser o = open_optimiser(kind->name, &p, NULL, 0);
    for (int t = 0; t < 3; t++)
        check_ok(dnn_optimiser_step(&o, &err));
    dnn_free(o.state);
    dnn_matrix_free(&g);
    return values;
}

/* Vectors longer than a stretch: the same bits on one thread and on three, and float32 as float64.
 */
static void long_vectors_have_the_same_bits_on_any_number_of_threads(void **state) {
    (void)state;
    enum { LONG = 100001 };
    size_t threads = dnn_threads();
    for (size_t k = 0; dnn_optimiser_classes[k] != NULL; k++) {
        const dnn_optimiser_class *kind = dnn_optimiser_classes[k];
        dnn_set_threads(1);
        dnn_matrix one = run_long(kind, DNN_FLOAT32, LONG);
        dnn_set_threads(3);
        dnn_matrix three = run_long(kind, DNN_FLOAT32, LONG);
        dnn_matrix f64 = run_long(kind, DNN_FLOAT64, LONG);
        assert_true(dnn_matrix_equal(&one, &three));
        for (size_t i = 0; i < LONG; i++)
            check_close(dnn_matrix_get(&one, i, 0), dnn_matrix_get(&f64, i, 0), 1e-6);
        dnn_matrix *all[] = {&one, &three, &f64};
        for (size_t m = 0; m < 3; m++)
            dnn_matrix_free(all[m]);
    }
    dnn_set_threads(threads);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sgd_follows_pytorchs_definition),
        cmocka_unit_test(adam_follows_kingma_and_ba_and_adamw_loshchilov_and_hutter),
        cmocka_unit_test(adams_first_step_is_the_learning_rate_whatever_the_gradients_size),
        cmocka_unit_test(defaults_are_those_of_the_papers),
        cmocka_unit_test(settings_that_contradict_each_other_are_refused),
        cmocka_unit_test(momentum_cannot_be_switched_on_without_state),
        cmocka_unit_test(what_another_has_done_is_taken_over_whole_or_not_at_all),
        cmocka_unit_test(a_gradient_that_is_not_finite_stops_before_anything_changes),
        cmocka_unit_test(long_vectors_have_the_same_bits_on_any_number_of_threads),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
