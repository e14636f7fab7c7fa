/* Every case of every loss in the registry has the gradients of its cost, and obeys weights and
 * reductions. */
#include "losses.h"

/* A case with arguments that suit it. */
typedef struct case_call {
    const dnn_loss_class *kind;
    dnn_setting settings[DNN_MAX_FIELDS];
    dnn_matrix A[DNN_LOSS_INPUTS], Y, vector, input_lengths, target_lengths;
    dnn_loss_call call;
} case_call;

static size_t inputs_of(const dnn_loss_class *kind) {
    return kind->inputs == 0 ? 1 : kind->inputs;
}

/* Numbers in the class's range, away from its ends by a share of it; within -2..2 where there is
 * none. */
static dnn_matrix numbers(const dnn_loss_class *kind, size_t rows, size_t cols, double share,
                          uint64_t seed) {
    bool anywhere = kind->low == kind->high;
    double low = anywhere ? -2 : kind->low, high = anywhere ? 2 : kind->high;
    double margin = (high - low) * share;
    return uniform_matrix(DNN_FLOAT64, rows, cols, low + margin, high - margin, seed);
}

static dnn_matrix signs(size_t rows, size_t cols) {
    dnn_matrix Y = matrix(DNN_FLOAT64, rows, cols, NULL);
    for (size_t i = 0; i < rows * cols; i++)
        ((double *)Y.data)[i] = i % 3 == 0 ? -1 : 1;
    return Y;
}

/* Labels 1..classes. */
static dnn_matrix labels(size_t classes, size_t rows, size_t cols) {
    dnn_matrix Y = matrix(DNN_FLOAT64, rows, cols, NULL);
    for (size_t i = 0; i < rows * cols; i++)
        ((double *)Y.data)[i] = (double)(1 + i * 2 % classes);
    return Y;
}

/* Labels of classes other than the blank, some of them repeated, and lengths that differ. */
static void make_sequences(case_call *k, const dnn_loss_case *c) {
    size_t classes = (size_t)k->settings[dnn_field_find(k->kind->fields, "classes")].number;
    size_t blank = (size_t)k->settings[dnn_field_find(k->kind->fields, "blank")].number;
    k->Y = matrix(DNN_FLOAT64, c->positions, c->examples, NULL);
    k->input_lengths = matrix(DNN_FLOAT64, 1, c->examples, NULL);
    k->target_lengths = matrix(DNN_FLOAT64, 1, c->examples, NULL);
    for (size_t i = 0; i < c->positions * c->examples; i++)
        ((double *)k->Y.data)[i] = (double)((blank + i / 2 % (classes - 1)) % classes + 1);
    for (size_t j = 0; j < c->examples; j++) {
        dnn_matrix_set(&k->input_lengths, 0, j, (double)(c->rows / classes - j % 2));
        dnn_matrix_set(&k->target_lengths, 0, j, (double)(c->positions - j % 3 / 2));
    }
    k->call.input_lengths = &k->input_lengths;
    k->call.target_lengths = &k->target_lengths;
}

static dnn_matrix targets(const dnn_loss_class *kind, const dnn_loss_case *c) {
    switch (kind->targets) {
    case DNN_TARGETS_NUMBERS:
        break;
    case DNN_TARGETS_SIGNS:
        return signs(c->rows, c->examples);
    case DNN_TARGETS_EXAMPLE_SIGNS:
        return signs(1, c->examples);
    case DNN_TARGETS_LABELS:
        if (c->positions != 0)
            return labels(c->rows / c->positions, c->positions, c->examples);
        break;
    case DNN_TARGETS_SEQUENCES:
        return (dnn_matrix){0}; /* see make_sequences */
    case DNN_TARGETS_NONE:
        return matrix(DNN_FLOAT64, 0, 0, NULL);
    }
    /* Probabilities suit every loss that takes numbers. */
    return uniform_matrix(DNN_FLOAT64, c->rows, c->examples, 0, 1, 12);
}

static void make(case_call *k, const dnn_loss_class *kind, const dnn_loss_case *c) {
    dnn_error err;
    *k = (case_call){.kind = kind};
    dnn_field_defaults(kind->fields, k->settings);
    check_ok(dnn_field_parse(kind->name, kind->fields, k->settings, c->settings, &err));
    for (size_t i = 0; i < inputs_of(kind); i++)
        k->A[i] = numbers(kind, c->rows, c->examples, 0.05, 11 + i);
    k->Y = targets(kind, c);
    k->vector = uniform_matrix(DNN_FLOAT64, c->vector, 1, 0.5, 2, 14);
    k->call = (dnn_loss_call){.settings = k->settings, .A = &k->A[0]};
    k->call.Y = kind->targets == DNN_TARGETS_NONE ? NULL : &k->Y;
    k->call.vector = c->vector != 0 ? &k->vector : NULL;
    for (size_t i = 1; i < inputs_of(kind); i++)
        k->call.others[i - 1] = &k->A[i];
    if (kind->targets == DNN_TARGETS_SEQUENCES)
        make_sequences(k, c);
}

static void destroy(case_call *k) {
    for (size_t i = 0; i < DNN_LOSS_INPUTS; i++)
        dnn_matrix_free(&k->A[i]);
    dnn_matrix_free(&k->Y);
    dnn_matrix_free(&k->vector);
    dnn_matrix_free(&k->input_lengths);
    dnn_matrix_free(&k->target_lengths);
}

/* The gradients of all inputs. */
static void gradients(const case_call *k, const dnn_loss_call *call, dnn_matrix *dA) {
    dnn_error err;
    for (size_t i = 0; i < inputs_of(k->kind); i++)
        dA[i] = matrix(DNN_FLOAT64, k->A[0].rows, k->A[0].cols, NULL);
    check_ok(dnn_loss_backward(k->kind, call, dA, &err));
}

static void free_gradients(const case_call *k, dnn_matrix *dA) {
    for (size_t i = 0; i < inputs_of(k->kind); i++)
        dnn_matrix_free(&dA[i]);
}

static void check_gradient(case_call *k, const dnn_loss_call *call, const char *settings) {
    const double eps = 1e-6;
    dnn_matrix dA[DNN_LOSS_INPUTS];
    gradients(k, call, dA);
    for (size_t i = 0; i < inputs_of(k->kind); i++)
        for (size_t e = 0; e < dnn_matrix_count(&k->A[i]); e++) {
            double *a = (double *)k->A[i].data + e, start = *a;
            *a = start + eps;
            double above = cost_with(k->kind->name, *call);
            *a = start - eps;
            double below = cost_with(k->kind->name, *call);
            *a = start;
            double slope = (above - below) / (2 * eps), g = ((double *)dA[i].data)[e];
            if (!(fabs(slope - g) < 1e-7))
                fail_msg("%s(%s): d%c(%zu, %zu) is %g, and the difference %g", k->kind->name,
                         settings, (char)('A' + i), e % k->A[i].rows + 1, e / k->A[i].rows + 1, g,
                         slope);
        }
    free_gradients(k, dA);
}

static void every_case_has_the_gradient_of_its_cost(void **state) {
    (void)state;
    for (size_t n = 0; dnn_loss_classes[n] != NULL; n++) {
        const dnn_loss_class *kind = dnn_loss_classes[n];
        assert_true(kind->cases[0].rows != 0);
        for (const dnn_loss_case *c = kind->cases; c->rows != 0; c++) {
            case_call k;
            make(&k, kind, c);
            dnn_matrix weights = uniform_matrix(DNN_FLOAT64, 1, c->examples, 0, 2, 13);
            check_gradient(&k, &k.call, c->settings);
            k.call.weights = &weights;
            check_gradient(&k, &k.call, c->settings);
            dnn_matrix_free(&weights);
            destroy(&k);
        }
    }
}

/* The cost of each example by itself, with sum as reduction. */
static void costs_of(const dnn_loss_class *kind, const dnn_loss_call *call, dnn_matrix *costs) {
    dnn_error err;
    dnn_loss_call all = *call;
    dnn_setting sum[DNN_MAX_FIELDS];
    memcpy(sum, call->settings, sizeof sum);
    check_ok(dnn_field_set_text(kind->name, kind->fields, sum, "reduction", "sum", &err));
    all.settings = sum;
    all.costs = costs;
    double total = 0, cost = cost_with(kind->name, all);
    for (size_t j = 0; j < costs->cols; j++)
        total += dnn_matrix_get(costs, 0, j);
    check_close(total, cost, 1e-12);
}

/* Costs are multiplied by weights; every reduction is a multiple of the sum, and its gradient the
 * same multiple. */
static void weights_and_reductions_scale_costs_and_gradients(void **state) {
    (void)state;
    for (size_t n = 0; dnn_loss_classes[n] != NULL; n++) {
        const dnn_loss_class *kind = dnn_loss_classes[n];
        for (const dnn_loss_case *c = kind->cases; c->rows != 0; c++) {
            case_call k;
            make(&k, kind, c);
            k.call.target_lengths = NULL; /* a mean that divides by lengths is then a multiple, too */
            dnn_matrix weights = uniform_matrix(DNN_FLOAT64, 1, c->examples, 0, 2, 13);
            dnn_matrix plain = matrix(DNN_FLOAT64, 1, c->examples, NULL);
            dnn_matrix weighted = matrix(DNN_FLOAT64, 1, c->examples, NULL);
            costs_of(kind, &k.call, &plain);
            double before = cost_with(kind->name, k.call), sum = 0, weighted_sum = 0;
            dnn_matrix dA[DNN_LOSS_INPUTS], weighted_dA[DNN_LOSS_INPUTS];
            gradients(&k, &k.call, dA);
            k.call.weights = &weights;
            costs_of(kind, &k.call, &weighted);
            for (size_t j = 0; j < c->examples; j++) {
                double w = dnn_matrix_get(&weights, 0, j), cost = dnn_matrix_get(&plain, 0, j);
                check_close(dnn_matrix_get(&weighted, 0, j), w * cost, 1e-12);
                sum += cost;
                weighted_sum += w * cost;
            }
            check_close(cost_with(kind->name, k.call) * sum, before * weighted_sum, 1e-10);
            gradients(&k, &k.call, weighted_dA);
            for (size_t i = 0; i < inputs_of(kind); i++)
                for (size_t e = 0; e < dnn_matrix_count(&dA[i]); e++)
                    check_close(((double *)weighted_dA[i].data)[e],
                                ((double *)dA[i].data)[e] *
                                    dnn_matrix_get(&weights, 0, e / dA[i].rows),
                                1e-12);
            free_gradients(&k, dA);
            free_gradients(&k, weighted_dA);
            dnn_matrix *all[] = {&weights, &plain, &weighted};
            for (size_t m = 0; m < 3; m++)
                dnn_matrix_free(all[m]);
            destroy(&k);
        }
    }
}

/* Columns of larger matrices give what matrices of their own give. */
static void views_give_what_copies_give(void **state) {
    (void)state;
    dnn_error err;
    for (size_t n = 0; dnn_loss_classes[n] != NULL; n++) {
        const dnn_loss_class *kind = dnn_loss_classes[n];
        case_call k;
        const dnn_loss_case *c = kind->cases;
        make(&k, kind, c);
        dnn_matrix large = matrix(DNN_FLOAT64, c->rows + 2, c->examples, NULL), A, dA, gappy;
        dnn_matrix own[DNN_LOSS_INPUTS], views[DNN_LOSS_INPUTS];
        check_ok(dnn_matrix_block(&A, &large, 1, 0, c->rows, c->examples, &err));
        check_ok(dnn_matrix_copy(&A, &k.A[0], &err));
        double cost = cost_with(kind->name, k.call);
        gradients(&k, &k.call, own);
        dnn_loss_call call = k.call;
        call.A = &A;
        check_close(cost_with(kind->name, call), cost, 1e-14);
        dA = matrix(DNN_FLOAT64, c->rows + 1, c->examples, NULL);
        gradients(&k, &k.call, views);
        check_ok(dnn_matrix_block(&gappy, &dA, 1, 0, c->rows, c->examples, &err));
        dnn_matrix keep = views[0];
        views[0] = gappy;
        check_ok(dnn_loss_backward(kind, &call, views, &err));
        assert_true(dnn_matrix_equal(&own[0], &gappy));
        views[0] = keep;
        free_gradients(&k, own);
        free_gradients(&k, views);
        dnn_matrix_free(&large);
        dnn_matrix_free(&dA);
        destroy(&k);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_case_has_the_gradient_of_its_cost),
        cmocka_unit_test(weights_and_reductions_scale_costs_and_gradients),
        cmocka_unit_test(views_give_what_copies_give),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
