/* Optimisers follow their papers' rules, step by step in long double, for all that is in a group.
 */
#include "optimisers.h"

#include "core/threads.h"

enum { N = 6 };

static const double start[N] = {1, -2, 0.5, 3, -0.25, 0};

/* Parameters of one segment with N elements. */
static void open_vector(hand_made *h) {
    open_hand_made(h, DNN_FLOAT64, (size_t[]){N, 0});
    memcpy(h->values.data, start, sizeof start);
}

/* STEPS steps with the program's optimiser. */
static void run(const char *name, const setting *settings, size_t count, double out[N]) {
    dnn_error err;
    hand_made h;
    open_vector(&h);
    dnn_optimiser *o = open_optimiser(name, &h.parameters, settings, count);
    for (size_t t = 1; t <= STEPS; t++) {
        for (size_t i = 0; i < N; i++)
            dnn_matrix_set(&h.gradients, i, 0, derivative(t, i));
        renew(&h);
        check_ok(dnn_optimiser_step(o, &err));
        assert_true(h.segments[0].spent);
    }
    assert_true(dnn_optimiser_steps(o) == STEPS);
    memcpy(out, h.values.data, N * sizeof *out);
    close_optimiser(o);
    close_hand_made(&h);
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
            long double g = derivative(t, i) + decay * p;
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
            long double g = derivative(t, i) + (decoupled ? 0 : decay * p);
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
    hand_made h;
    open_vector(&h);
    const setting no_eps = {"eps", 0};
    dnn_optimiser *o = open_optimiser("Adam", &h.parameters, &no_eps, 1);
    const double gradients[N] = {1e-20, -1e-3, 1, 7, -1e4, 1e20};
    memcpy(h.gradients.data, gradients, sizeof gradients);
    check_ok(dnn_optimiser_step(o, &err));
    for (size_t i = 0; i < N; i++)
        check_close(value_at(&h, i), start[i] - copysign(1e-3, gradients[i]), 1e-15);
    close_optimiser(o);
    close_hand_made(&h);
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
        dnn_optimiser *o = make(known[k].optimiser);
        assert_true(setting_of(o, 0, known[k].setting) == known[k].value);
        dnn_optimiser_destroy(o);
    }
}

static void settings_that_contradict_each_other_are_refused(void **state) {
    (void)state;
    dnn_error err;
    dnn_optimiser *o = make("SGD");
    set(o, "nesterov", 1);
    check_fails(dnn_optimiser_attach(o, NULL, &err), DNN_ERROR_ARGUMENT,
                "SGD: nesterov needs momentum > 0, and momentum is 0; 0.9 is usual");
    dnn_optimiser_destroy(o);
    o = make("Adam");
    set(o, "beta2", 1);
    check_fails(dnn_optimiser_attach(o, NULL, &err), DNN_ERROR_ARGUMENT, "beta2 must be below 1");
    check_fails(dnn_optimiser_set(o, 0, (dnn_setting){.number = -1}, &err), DNN_ERROR_ARGUMENT,
                "Adam: lr must be in 0..1e+06, got -1");
    set(o, "beta2", 0.9);
    check_ok(dnn_optimiser_add_group(o, &err));
    set_group(o, 1, "beta1", 1);
    check_fails(dnn_optimiser_attach(o, NULL, &err), DNN_ERROR_ARGUMENT,
                "group 2: Adam: beta1 must be below 1");
    dnn_optimiser_destroy(o);
}

static void momentum_cannot_be_switched_on_without_state(void **state) {
    (void)state;
    dnn_error err;
    hand_made h;
    open_vector(&h);
    dnn_optimiser *o = open_optimiser("SGD", &h.parameters, NULL, 0);
    set(o, "momentum", 0.9);
    assert_int_equal(dnn_optimiser_vectors_needed(o), 1);
    check_fails(dnn_optimiser_step(o, &err), DNN_ERROR_STATE,
                "SGD: the new settings need state that this optimiser was made without");
    assert_memory_equal(h.values.data, start, sizeof start);
    dnn_optimiser_destroy(o);
    close_hand_made(&h);
}

static void a_gradient_that_is_not_finite_stops_before_anything_changes(void **state) {
    (void)state;
    for (size_t k = 0; dnn_optimiser_classes[k] != NULL; k++) {
        dnn_error err;
        hand_made h;
        open_vector(&h);
        dnn_optimiser *o = open_optimiser(dnn_optimiser_classes[k]->name, &h.parameters, NULL, 0);
        dnn_matrix_set(&h.gradients, 3, 0, (double)NAN);
        check_fails(dnn_optimiser_step(o, &err), DNN_ERROR_NUMERIC,
                    "layer 1, Linear: gradient of weight(4, 1) is nan; nothing was updated");
        assert_memory_equal(h.values.data, start, sizeof start);
        assert_true(dnn_optimiser_steps(o) == 0 && !h.segments[0].spent);
        dnn_optimiser_set_check_finite(o, false);
        check_ok(dnn_optimiser_step(o, &err));
        assert_true(isnan(value_at(&h, 3)));
        close_optimiser(o);
        close_hand_made(&h);
    }
}

static void what_another_has_done_is_taken_over_whole_or_not_at_all(void **state) {
    (void)state;
    dnn_error err;
    hand_made h;
    open_hand_made(&h, DNN_FLOAT64, (size_t[]){2, 0});
    double memory[4] = {0.1, 0.2, 0.3, 0.4};
    dnn_optimiser *o = open_optimiser("Adam", &h.parameters, NULL, 0);
    void *own = state_of(o);
    dnn_setting settings[DNN_MAX_FIELDS];
    dnn_field_defaults(dnn_optimiser_kind(o)->fields, settings);
    settings[0].number = 0.25;
    check_fails(dnn_optimiser_restore(o, settings, NULL, 7, memory, 1, &err), DNN_ERROR_STATE,
                "Adam: with these settings its state has 2 vectors, got 1");
    settings[1].number = 1;
    check_fails(dnn_optimiser_restore(o, settings, NULL, 7, memory, 2, &err), DNN_ERROR_ARGUMENT,
                "beta1 must be below 1");
    assert_true(state_of(o) == own && dnn_optimiser_steps(o) == 0 &&
                setting_of(o, 0, "lr") == 1e-3);
    settings[1].number = 0.9;
    check_ok(dnn_optimiser_restore(o, settings, NULL, 7, memory, 2, &err));
    assert_true(state_of(o) == memory && dnn_optimiser_vectors(o) == 2 &&
                dnn_optimiser_steps(o) == 7 && setting_of(o, 0, "lr") == 0.25);
    dnn_group group = {.overrides = {true}};
    group.settings[0].number = 0.125;
    check_ok(dnn_optimiser_restore(o, settings, &group, 8, memory, 2, &err));
    assert_true(setting_of(o, 0, "lr") == 0.125 && setting_of(o, 0, "beta1") == 0.9);
    assert_true(dnn_optimiser_overrides(o, 0, 0) && dnn_optimiser_settings(o)[0].number == 0.25);
    dnn_free(own);
    dnn_optimiser_destroy(o);
    close_hand_made(&h);
}

/* Three steps with the default settings on a vector of `length` normal numbers. */
static dnn_matrix run_long(const dnn_optimiser_class *kind, dnn_dtype dtype, size_t length) {
    dnn_error err;
    hand_made h;
    open_hand_made(&h, dtype, (size_t[]){length, 0});
    dnn_matrix values = normal_matrix(dtype, length, 1, 1), g = normal_matrix(dtype, length, 1, 2);
    check_ok(dnn_matrix_copy(&h.values, &values, &err));
    check_ok(dnn_matrix_copy(&h.gradients, &g, &err));
    dnn_optimiser *o = open_optimiser(kind->name, &h.parameters, NULL, 0);
    for (int t = 0; t < 3; t++) {
        renew(&h);
        check_ok(dnn_optimiser_step(o, &err));
    }
    check_ok(dnn_matrix_copy(&values, &h.values, &err));
    close_optimiser(o);
    dnn_matrix_free(&g);
    close_hand_made(&h);
    return values;
}

/* Vectors longer than a chunk: the same bits on one thread and on three, and float32 as float64. */
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
