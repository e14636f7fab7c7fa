/* Optimisers follow their papers' rules, step by step in long double, for all that is in a group.
 */
#include "hand_made.h"

#include "core/threads.h"
#include "nn/registry.h"

enum { N = 6, STEPS = 5 };

static const double start[N] = {1, -2, 0.5, 3, -0.25, 0};

/* Parameters of one segment with N elements. */
static void open_vector(hand_made *h) {
    open_hand_made(h, DNN_FLOAT64, (size_t[]){N, 0});
    memcpy(h->values.data, start, sizeof start);
}

/* A gradient that differs at each step and element. */
static double derivative(size_t step, size_t i) {
    return sin((double)(3 * step + i)) * (double)(1 + i);
}

typedef struct setting {
    const char *name;
    double value;
} setting;

static void set(dnn_optimiser *o, const char *name, double value) {
    dnn_error err;
    int field = dnn_field_find(dnn_optimiser_kind(o)->fields, name);
    check_ok(dnn_optimiser_set(o, (size_t)field, (dnn_setting){.number = value}, &err));
}

static void set_group(dnn_optimiser *o, size_t group, const char *name, double value) {
    dnn_error err;
    int field = dnn_field_find(dnn_optimiser_kind(o)->fields, name);
    check_ok(
        dnn_optimiser_set_group(o, group, (size_t)field, (dnn_setting){.number = value}, &err));
}

static double setting_of(const dnn_optimiser *o, size_t group, const char *name) {
    int field = dnn_field_find(dnn_optimiser_kind(o)->fields, name);
    return dnn_optimiser_group_settings(o, group)[field].number;
}

static dnn_optimiser *make(const char *name) {
    dnn_error err;
    dnn_optimiser *o;
    check_ok(dnn_optimiser_create(&o, dnn_optimiser_class_find(name), &err));
    return o;
}

static void attach(dnn_optimiser *o) {
    dnn_error err;
    size_t bytes = dnn_optimiser_state_bytes(o, dnn_optimiser_vectors_needed(o));
    check_ok(dnn_optimiser_attach(o, bytes != 0 ? dnn_alloc(bytes) : NULL, &err));
}

static dnn_optimiser *open_optimiser(const char *name, dnn_parameters *p, const setting *settings,
                                     size_t count) {
    dnn_error err;
    dnn_optimiser *o = make(name);
    check_ok(dnn_optimiser_add(o, p, 0, p->segment_count, &err));
    for (size_t k = 0; k < count; k++)
        set(o, settings[k].name, settings[k].value);
    attach(o);
    return o;
}

/* The state, as memory to give back. */
static void *state_of(const dnn_optimiser *o) {
    return dnn_optimiser_vectors(o) == 0 ? NULL : dnn_optimiser_vector(o, 0).data;
}

static void close_optimiser(dnn_optimiser *o) {
    dnn_free(state_of(o));
    dnn_optimiser_destroy(o);
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
                "group 2: beta1 must be below 1");
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

/* --- groups and members --- */

/* Gradients of 1 in all segments. */
static void ones(hand_made *h) {
    for (size_t i = 0; i < h->gradients.rows; i++)
        dnn_matrix_set(&h->gradients, i, 0, 1);
    renew(h);
}

static void a_schedule_reaches_the_groups_that_do_not_override(void **state) {
    (void)state;
    dnn_error err;
    hand_made h;
    open_hand_made(&h, DNN_FLOAT64, (size_t[]){2, 3, 4, 0});
    dnn_optimiser *o = make("SGD");
    check_ok(dnn_optimiser_add(o, &h.parameters, 0, 1, &err));
    check_ok(dnn_optimiser_add_group(o, &err));
    check_ok(dnn_optimiser_add(o, &h.parameters, 1, 2, &err));
    set(o, "lr", 0.5);
    set_group(o, 1, "lr", 0.125);
    attach(o);
    assert_int_equal(dnn_optimiser_groups(o), 2);
    assert_int_equal(dnn_optimiser_count(o), 9);
    ones(&h);
    check_ok(dnn_optimiser_step(o, &err));
    for (size_t i = 0; i < 9; i++)
        assert_true(value_at(&h, i) == (i < 2 ? -0.5 : -0.125));
    set(o, "lr", 0.25);
    assert_true(setting_of(o, 0, "lr") == 0.25 && setting_of(o, 1, "lr") == 0.125);
    assert_true(dnn_optimiser_overrides(o, 1, 0) && !dnn_optimiser_overrides(o, 0, 0));
    dnn_optimiser_inherit(o, 1, 0);
    assert_true(setting_of(o, 1, "lr") == 0.25 && !dnn_optimiser_overrides(o, 1, 0));
    dnn_optimiser_destroy(o);
    close_hand_made(&h);
}

/* One group for weights with decay, one for biases without, is what two optimisers do. */
static void groups_do_what_optimisers_of_their_own_do(void **state) {
    (void)state;
    for (size_t k = 0; dnn_optimiser_classes[k] != NULL; k++) {
        const char *name = dnn_optimiser_classes[k]->name;
        bool decays = dnn_field_find(dnn_optimiser_classes[k]->fields, "weight_decay") >= 0;
        const char *differs = decays ? "weight_decay" : "lr";
        dnn_error err;
        hand_made h, apart[2];
        open_hand_made(&h, DNN_FLOAT64, (size_t[]){3, 2, 0});
        open_hand_made(&apart[0], DNN_FLOAT64, (size_t[]){3, 0});
        open_hand_made(&apart[1], DNN_FLOAT64, (size_t[]){2, 0});
        dnn_optimiser *o = make(name);
        check_ok(dnn_optimiser_add(o, &h.parameters, 0, 1, &err));
        check_ok(dnn_optimiser_add_group(o, &err));
        check_ok(dnn_optimiser_add(o, &h.parameters, 1, 1, &err));
        set(o, differs, 0.5);
        set_group(o, 1, differs, 0);
        attach(o);
        dnn_optimiser *of[2];
        for (size_t g = 0; g < 2; g++) {
            const setting decay = {differs, g == 0 ? 0.5 : 0};
            of[g] = open_optimiser(name, &apart[g].parameters, &decay, 1);
        }
        for (size_t t = 1; t <= STEPS; t++) {
            for (size_t i = 0; i < 5; i++) {
                dnn_matrix_set(&h.gradients, i, 0, derivative(t, i));
                dnn_matrix_set(&apart[i / 3].gradients, i % 3, 0, derivative(t, i));
            }
            renew(&h), renew(&apart[0]), renew(&apart[1]);
            check_ok(dnn_optimiser_step(o, &err));
            check_ok(dnn_optimiser_step(of[0], &err));
            check_ok(dnn_optimiser_step(of[1], &err));
        }
        for (size_t i = 0; i < 5; i++)
            assert_true(value_at(&h, i) == value_at(&apart[i / 3], i % 3));
        close_optimiser(o);
        close_hand_made(&h);
        for (size_t g = 0; g < 2; g++) {
            close_optimiser(of[g]);
            close_hand_made(&apart[g]);
        }
    }
}

static void frozen_segments_and_spent_gradients_are_passed_over(void **state) {
    (void)state;
    dnn_error err;
    hand_made h;
    open_hand_made(&h, DNN_FLOAT64, (size_t[]){2, 3, 4, 0});
    const setting lr = {"lr", 1};
    dnn_optimiser *o = open_optimiser("SGD", &h.parameters, &lr, 1);
    ones(&h);
    h.segments[1].frozen = true;
    check_ok(dnn_optimiser_step(o, &err));
    for (size_t i = 0; i < 9; i++)
        assert_true(value_at(&h, i) == (i < 2 || i >= 5 ? -1 : 0));
    assert_true(h.segments[0].spent && !h.segments[1].spent && h.segments[2].spent);
    check_fails(dnn_optimiser_step(o, &err), DNN_ERROR_STATE,
                "SGD: there are no new gradients; call net:backward(dA) first, and then step once");
    h.segments[1].frozen = h.segments[2].spent = false;
    check_ok(dnn_optimiser_step(o, &err));
    for (size_t i = 0; i < 9; i++)
        assert_true(value_at(&h, i) == (i < 5 ? -1 : -2));
    for (size_t k = 0; k < 3; k++)
        h.segments[k].frozen = true;
    check_fails(dnn_optimiser_step(o, &err), DNN_ERROR_STATE,
                "SGD: all of its parameters are frozen (requires_grad = false)");
    close_optimiser(o);
    close_hand_made(&h);
}

/* Momentum stays with its element, whatever is frozen in between. */
static void state_belongs_to_elements(void **state) {
    (void)state;
    dnn_error err;
    hand_made h;
    open_hand_made(&h, DNN_FLOAT64, (size_t[]){1, 1, 1, 0});
    const setting settings[] = {
        {"lr",       1  },
        {"momentum", 0.5}
    };
    dnn_optimiser *o = open_optimiser("SGD", &h.parameters, settings, 2);
    for (size_t i = 0; i < 3; i++)
        dnn_matrix_set(&h.gradients, i, 0, (double)(1 + i));
    renew(&h);
    check_ok(dnn_optimiser_step(o, &err)); /* v = g */
    h.segments[1].frozen = true;
    renew(&h);
    check_ok(dnn_optimiser_step(o, &err)); /* v = 1.5 g, but not of the second */
    h.segments[1].frozen = false;
    h.segments[1].spent = false;
    check_ok(dnn_optimiser_step(o, &err)); /* of the second alone */
    for (size_t i = 0; i < 3; i++)
        check_close(value_at(&h, i), -(1 + 1.5) * (double)(1 + i), 1e-15);
    close_optimiser(o);
    close_hand_made(&h);
}

static void kept_segments_are_no_members(void **state) {
    (void)state;
    dnn_error err;
    hand_made h;
    open_hand_made(&h, DNN_FLOAT64, (size_t[]){2, 3, 0});
    h.parameters.learnt_count = 1;
    h.segments[1].kept = true;
    dnn_optimiser *o = open_optimiser("SGD", &h.parameters, NULL, 0);
    assert_int_equal(dnn_optimiser_count(o), 2);
    ones(&h);
    check_ok(dnn_optimiser_step(o, &err));
    assert_true(value_at(&h, 2) == 0);
    close_optimiser(o);
    close_hand_made(&h);
}

static void several_networks_and_free_matrices_step_together(void **state) {
    (void)state;
    dnn_error err;
    hand_made first, second;
    open_hand_made(&first, DNN_FLOAT64, (size_t[]){2, 0});
    open_hand_made(&second, DNN_FLOAT64, (size_t[]){3, 0});
    dnn_matrix W = matrix(DNN_FLOAT64, 2, 2, NULL), dW = matrix(DNN_FLOAT64, 2, 2, (double[4]){0});
    dnn_optimiser *o = make("Adam");
    check_ok(dnn_optimiser_add(o, &first.parameters, 0, 1, &err));
    check_ok(dnn_optimiser_add(o, &second.parameters, 0, 1, &err));
    check_ok(dnn_optimiser_add_matrix(o, &W, &dW, &err));
    attach(o);
    assert_true(dnn_optimiser_has(o, &second.parameters) && dnn_optimiser_count(o) == 9);
    ones(&first);
    dnn_matrix_set(&dW, 1, 0, -3);
    second.segments[0].spent = true; /* had no backward */
    check_ok(dnn_optimiser_step(o, &err));
    check_close(value_at(&first, 1), -1e-3, 1e-9);
    assert_true(value_at(&second, 2) == 0);
    check_close(dnn_matrix_get(&W, 1, 0), 1e-3, 1e-9);
    dnn_optimiser_zero_grad(o);
    assert_true(dnn_matrix_get(&dW, 1, 0) == 0 && dnn_matrix_get(&first.gradients, 0, 0) == 0);
    dnn_matrix_set(&dW, 0, 1, -INFINITY);
    check_fails(dnn_optimiser_step(o, &err), DNN_ERROR_NUMERIC,
                "matrix 1 of the list: its gradient(1, 2) is -inf; nothing was updated");
    close_optimiser(o);
    dnn_matrix_free(&W);
    dnn_matrix_free(&dW);
    close_hand_made(&first);
    close_hand_made(&second);
}

static void members_that_do_not_fit_are_explained(void **state) {
    (void)state;
    dnn_error err;
    hand_made h, f32;
    open_hand_made(&h, DNN_FLOAT64, (size_t[]){2, 3, 0});
    open_hand_made(&f32, DNN_FLOAT32, (size_t[]){2, 0});
    dnn_matrix W = matrix(DNN_FLOAT64, 4, 2, NULL), dW = matrix(DNN_FLOAT64, 2, 4, NULL), gaps;
    dnn_matrix same = matrix(DNN_FLOAT64, 4, 2, NULL), bytes = matrix(DNN_UINT8, 4, 2, NULL);
    check_ok(dnn_matrix_block(&gaps, &W, 0, 0, 2, 2, &err));
    dnn_optimiser *o = make("SGD");
    check_ok(dnn_optimiser_add(o, &h.parameters, 1, 1, &err));
    check_ok(dnn_optimiser_add_group(o, &err));
    check_fails(dnn_optimiser_add(o, &h.parameters, 0, 2, &err), DNN_ERROR_ARGUMENT,
                "SGD: layer 2, Linear: weight comes twice; a parameter belongs to one group");
    check_fails(dnn_optimiser_add(o, &f32.parameters, 0, 1, &err), DNN_ERROR_TYPE,
                "SGD: an optimiser steps numbers of one type, but these are float64 and float32");
    check_fails(dnn_optimiser_add_matrix(o, &W, &dW, &err), DNN_ERROR_SHAPE,
                "SGD: matrix 1 of the list is 4 x 2, and its gradient 2 x 4");
    check_fails(dnn_optimiser_add_matrix(o, &gaps, &gaps, &err), DNN_ERROR_ARGUMENT, "gaps");
    check_fails(dnn_optimiser_add_matrix(o, &bytes, &bytes, &err), DNN_ERROR_TYPE, "uint8");
    check_fails(dnn_optimiser_add_matrix(o, &h.values, &h.gradients, &err), DNN_ERROR_ARGUMENT,
                "SGD: matrix 1 of the list comes twice; a matrix belongs to one group");
    check_ok(dnn_optimiser_add_matrix(o, &W, &same, &err));
    check_fails(dnn_optimiser_add_matrix(o, &W, &same, &err), DNN_ERROR_ARGUMENT,
                "SGD: matrix 2 of the list comes twice");
    assert_int_equal(dnn_optimiser_count(o), 3 + 8);
    dnn_matrix *all[] = {&W, &dW, &same, &bytes};
    for (size_t m = 0; m < 4; m++)
        dnn_matrix_free(all[m]);
    dnn_optimiser_destroy(o);
    close_hand_made(&h);
    close_hand_made(&f32);
}

static void a_step_tells_what_it_changed_when_asked(void **state) {
    (void)state;
    dnn_error err;
    hand_made h;
    open_hand_made(&h, DNN_FLOAT64, (size_t[]){2, 3, 0});
    double change[5] = {7, 7, 7, 7, 7};
    h.parameters.change = change;
    const setting lr = {"lr", 0.5};
    dnn_optimiser *o = open_optimiser("SGD", &h.parameters, &lr, 1);
    ones(&h);
    check_ok(dnn_optimiser_step(o, &err));
    assert_true(change[0] == 7);
    h.parameters.change_wanted = true;
    h.segments[0].frozen = true;
    renew(&h);
    check_ok(dnn_optimiser_step(o, &err));
    for (size_t i = 0; i < 5; i++)
        assert_true(change[i] == (i < 2 ? 0 : -0.5));
    assert_false(h.parameters.change_wanted);
    close_optimiser(o);
    close_hand_made(&h);
}

static void a_step_allocates_nothing(void **state) {
    (void)state;
    dnn_error err;
    hand_made h;
    open_hand_made(&h, DNN_FLOAT32, (size_t[]){2, 3, 40000, 5, 0});
    dnn_optimiser *o = open_optimiser("Adam", &h.parameters, NULL, 0);
    h.segments[1].frozen = true;
    ones(&h);
    check_ok(dnn_optimiser_step(o, &err)); /* starts the threads */
    uint64_t before = dnn_allocation_count();
    renew(&h);
    check_ok(dnn_optimiser_step(o, &err));
    assert_true(dnn_allocation_count() == before);
    close_optimiser(o);
    close_hand_made(&h);
}

/* Whatever allocation fails, what was built stays whole. */
static void running_out_of_memory_is_an_error(void **state) {
    (void)state;
    hand_made h;
    open_hand_made(&h, DNN_FLOAT64, (size_t[]){2, 0});
    uint64_t live = dnn_allocations_live();
    bool failed = true;
    for (uint64_t n = 1; failed; n++) {
        dnn_error err;
        dnn_optimiser *o = NULL;
        dnn_fail_allocation(n);
        dnn_status status = dnn_optimiser_create(&o, dnn_optimiser_class_find("SGD"), &err);
        if (status == DNN_OK)
            status = dnn_optimiser_add_group(o, &err);
        if (status == DNN_OK)
            status = dnn_optimiser_add(o, &h.parameters, 0, 1, &err);
        dnn_fail_allocation(0);
        failed = status != DNN_OK;
        assert_true(!failed || status == DNN_ERROR_MEMORY);
        if (failed && o != NULL)
            assert_int_equal(dnn_optimiser_count(o), 0);
        dnn_optimiser_destroy(o);
        assert_true(dnn_allocations_live() == live);
    }
    close_hand_made(&h);
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
        cmocka_unit_test(a_schedule_reaches_the_groups_that_do_not_override),
        cmocka_unit_test(groups_do_what_optimisers_of_their_own_do),
        cmocka_unit_test(frozen_segments_and_spent_gradients_are_passed_over),
        cmocka_unit_test(state_belongs_to_elements),
        cmocka_unit_test(kept_segments_are_no_members),
        cmocka_unit_test(several_networks_and_free_matrices_step_together),
        cmocka_unit_test(members_that_do_not_fit_are_explained),
        cmocka_unit_test(a_step_tells_what_it_changed_when_asked),
        cmocka_unit_test(a_step_allocates_nothing),
        cmocka_unit_test(running_out_of_memory_is_an_error),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
