/* What each instruction set of this CPU computes, beside each other, within 1e-5: every layer, on
 * usual numbers and on ones that are not finite; every optimiser; whole networks that learn for
 * some steps. Nothing here names a layer or an optimiser but the networks.
 *
 * This program runs itself on lesser instruction sets (cpu_levels.c), to write the results to a
 * pipe. */
#include <stdio.h>
#include <stdlib.h>

#include "math/cpu.h"
#include "nets.h"
#include "nn/call.h"
#include "nn/loss.h"
#include "optimisers.h"

static dnn_error err;
static const char *program;

/* Of one matrix; its numbers follow. */
typedef struct result {
    char name[80];
    size_t count;
} result;

/* --- what is computed --- */

static void put(FILE *out, const char *name, const char *what, const dnn_matrix *m) {
    if (m->data == NULL)
        return;
    result r = {.count = m->rows * m->cols};
    snprintf(r.name, sizeof r.name, "%s: %s", name, what);
    fwrite(&r, sizeof r, 1, out);
    for (size_t j = 0; j < m->cols; j++)
        for (size_t i = 0; i < m->rows; i++) {
            double value = dnn_matrix_get(m, i, j);
            fwrite(&value, sizeof value, 1, out);
        }
}

/* Some of the first input's numbers, in two of its examples, are not finite, or near to it. */
static void spoil(dnn_matrix *X) {
    static const double odd[] = {NAN, INFINITY, -INFINITY, 0, -0.0, 1e-40, 3e38, -100};
    for (size_t k = 0; k < sizeof odd / sizeof *odd; k++)
        dnn_matrix_set(X, k * 7 % X->rows, k % 2 * (X->cols - 1), odd[k]);
}

static void put_layer(FILE *out, const dnn_layer_class *kind, const dnn_case *c, bool training,
                      bool spoilt) {
    enum { ELEMENTS = 1200 }; /* several vectors, and some numbers more */
    dnn_lone_call *lone;
    dnn_random random = dnn_random_seeded(5);
    dnn_layer *layer = layer_of(kind->name, c->settings == NULL ? "" : c->settings);
    check_ok(dnn_lone_call_create(&lone, layer, DNN_FLOAT32, c->in, c->inputs == 0 ? 1 : c->inputs,
                                  ELEMENTS / dnn_shape_count(&c->in[0]) + 2, training, &random,
                                  &err));
    dnn_layer_release(layer);
    dnn_call *call = dnn_lone_call_of(lone);
    call->key = 7;
    for (size_t i = 0; i < call->inputs; i++) {
        dnn_matrix *X = &call->X[i];
        check_ok(dnn_fill_normal(X, &random, 0, 1, &err));
        for (size_t k = 0; dnn_layer_has(call->layer, DNN_TAKES_IDS) && k < X->rows * X->cols; k++)
            dnn_matrix_set(X, k % X->rows, k / X->rows, (double)(1 + k * 7919 % c->ids));
    }
    check_ok(dnn_fill_normal(&call->dA, &random, 0, 1, &err));
    if (spoilt)
        spoil(&call->X[0]);
    char name[60];
    snprintf(name, sizeof name, "%s %s%s", kind->name, c->settings == NULL ? "" : c->settings,
             training ? "" : " in evaluation");
    check_ok(dnn_call_forward(call, &err));
    put(out, name, spoilt ? "A where X is not finite" : "A", &call->A);
    if (training) {
        check_ok(dnn_call_backward(call, &err));
        for (size_t i = 0; i < call->inputs; i++)
            put(out, name, spoilt ? "dX where X is not finite" : "dX", &call->dX[i]);
        for (size_t v = 0; v < DNN_LAYER_VALUES && !spoilt; v++)
            put(out, name, "the gradient of a value", &call->gradients[v]);
    }
    dnn_lone_call_destroy(lone);
}

static void put_layers(FILE *out) {
    for (size_t k = 0; dnn_layer_classes[k] != NULL; k++) {
        const dnn_layer_class *kind = dnn_layer_classes[k];
        bool computes = kind->compile == NULL && (kind->flags & DNN_VIEW) == 0;
        for (const dnn_case *c = kind->cases; computes && c->in[0].rank != 0; c++) {
            put_layer(out, kind, c, true, false);
            put_layer(out, kind, c, false, false);
            if ((kind->flags & DNN_TAKES_IDS) == 0)
                put_layer(out, kind, c, true, true);
        }
    }
}

/* Gradients do not follow from the values, so that no difference grows. */
static void put_optimiser(FILE *out, const dnn_optimiser_class *kind) {
    enum { COUNT = 1111 };
    hand_made h;
    open_hand_made(&h, DNN_FLOAT32, (size_t[]){COUNT, 0});
    dnn_optimiser *o = open_optimiser(kind->name, &h.parameters, NULL, 0);
    for (size_t t = 1; t <= STEPS; t++) {
        for (size_t i = 0; i < COUNT; i++)
            dnn_matrix_set(&h.gradients, i, 0, derivative(t, i) / COUNT);
        renew(&h);
        check_ok(dnn_optimiser_step(o, &err));
    }
    put(out, kind->name, "the values after some steps", &h.values);
    close_optimiser(o);
    close_hand_made(&h);
}

/* Trains it with CrossEntropyLoss; labels are for columns of `classes` rows of A. */
static void put_training(FILE *out, const char *name, dnn_layer *layer, const dnn_shape *input,
                         size_t ids, size_t classes) {
    enum { EXAMPLES = 13 };
    static const setting rate[] = {
        {"lr", 0.05}
    };
    net n = net_of(DNN_FLOAT32, layer, input, 1);
    const dnn_loss_class *loss = dnn_loss_class_find("CrossEntropyLoss");
    dnn_setting settings[DNN_MAX_FIELDS];
    dnn_field_defaults(loss->fields, settings);
    dnn_matrix X = normal_matrix(DNN_FLOAT32, dnn_shape_count(input), EXAMPLES, 3);
    for (size_t k = 0; ids != 0 && k < X.rows * X.cols; k++)
        ((float *)X.data)[k] = (float)(1 + k * 7919 % ids);
    dnn_optimiser *o = open_optimiser("SGD", dnn_network_parameters(n.network), rate, 1);
    dnn_matrix Y = {0}, dA = {0};
    double cost;
    for (size_t step = 0; step < STEPS; step++) {
        const dnn_matrix *A = forward(&n, &X);
        if (step == 0) {
            dA = matrix(DNN_FLOAT32, A->rows, A->cols, NULL);
            Y = matrix(DNN_FLOAT32, A->rows / classes, EXAMPLES, NULL);
            for (size_t k = 0; k < Y.rows * Y.cols; k++)
                ((float *)Y.data)[k] = (float)(1 + k * 31 % classes);
        }
        dnn_loss_call call = {.settings = settings, .A = A, .Y = &Y};
        check_ok(dnn_loss_forward(loss, &call, &cost, &err));
        check_ok(dnn_loss_backward(loss, &call, &dA, &err));
        backward(&n, &dA, NULL);
        check_ok(dnn_optimiser_step(o, &err));
    }
    dnn_matrix costs = dnn_matrix_of(DNN_FLOAT64, 1, 1, &cost);
    dnn_matrix values =
        dnn_matrix_of(DNN_FLOAT32, dnn_network_parameters(n.network)->count, 1, n.values);
    put(out, name, "the cost after some steps", &costs);
    put(out, name, "the values after some steps", &values);
    close_optimiser(o);
    dnn_matrix_free(&X);
    dnn_matrix_free(&Y);
    dnn_matrix_free(&dA);
    free_net(&n);
}

#define SEQUENCE(kind, settings)                                                                   \
    sequential(layer_of("Embedding", "num_embeddings=11 embedding_dim=9"),                         \
               layer_of(kind, "input_size=9 hidden_size=21" settings), linear(21, 11))

static void put_networks(FILE *out) {
    const dnn_shape vector = dnn_shape_vector(37), image = dnn_shape_image(14, 13, 3),
                    ids = {.rank = 1, .size = {12}};
    put_training(out, "dense",
                 sequential(linear(37, 50), plain("ReLU"),
                            layer_of("BatchNorm1d", "num_features=50"), linear(50, 33),
                            plain("Tanh"), layer_of("Dropout", "p=0.2"), linear(33, 5)),
                 &vector, 0, 5);
    put_training(
        out, "convolutions",
        sequential(layer_of("Conv2d", "in_channels=3 out_channels=18 kernel_size=3 padding=1"),
                   layer_of("BatchNorm2d", "num_features=18"), plain("ReLU"),
                   layer_of("MaxPool2d", "kernel_size=2"),
                   layer_of("Conv2d", "in_channels=18 out_channels=20 kernel_size=3"),
                   plain("GELU"), plain("Flatten"), linear(400, 5)),
        &image, 0, 5);
    put_training(out, "RNN", SEQUENCE("RNN", ""), &ids, 11, 11);
    put_training(out, "LSTM", SEQUENCE("LSTM", ""), &ids, 11, 11);
    put_training(out, "GRU", SEQUENCE("GRU", ""), &ids, 11, 11);
    put_training(out, "attention",
                 sequential(layer_of("Embedding", "num_embeddings=11 embedding_dim=24"),
                            layer_of("TransformerEncoderLayer",
                                     "d_model=24 nhead=3 dim_feedforward=40 dropout=0"),
                            linear(24, 11)),
                 &ids, 11, 11);
}

static void put_all(FILE *out) {
    put_layers(out);
    for (size_t k = 0; dnn_optimiser_classes[k] != NULL; k++)
        put_optimiser(out, dnn_optimiser_classes[k]);
    put_networks(out);
}

/* --- beside each other --- */

static void next(FILE *file, result *r, double **numbers) {
    assert_int_equal(fread(r, sizeof *r, 1, file), 1);
    *numbers = malloc(r->count * sizeof **numbers);
    assert_int_equal(fread(*numbers, sizeof **numbers, r->count, file), r->count);
}

/* Within 1e-5 of the largest number of the matrix, or of 1; what is not finite is the same. */
static void compare(const result *r, const double *a, const double *b, const char *level) {
    double largest = 1;
    for (size_t i = 0; i < r->count; i++)
        largest = isfinite(b[i]) ? fmax(largest, fabs(b[i])) : largest;
    for (size_t i = 0; i < r->count; i++)
        if (!(a[i] == b[i] || (isnan(a[i]) && isnan(b[i])) || fabs(a[i] - b[i]) <= 1e-5 * largest))
            fail_msg("%s: number %zu is %g, on %s %g", r->name, i, b[i], level, a[i]);
}

static void check_level(FILE *own, const char *level) {
    char command[4096];
    snprintf(command, sizeof command, "DNN_TEST_CPU=%s exec '%s' results", level, program);
    FILE *other = popen(command, "r");
    assert_non_null(other);
    rewind(own);
    result r[2];
    double *numbers[2];
    for (int c; (c = getc(own)) != EOF;) {
        ungetc(c, own);
        next(own, &r[0], &numbers[0]);
        next(other, &r[1], &numbers[1]);
        assert_string_equal(r[0].name, r[1].name);
        assert_int_equal(r[0].count, r[1].count);
        compare(&r[0], numbers[1], numbers[0], level);
        free(numbers[0]);
        free(numbers[1]);
    }
    assert_int_equal(getc(other), EOF);
    assert_int_equal(pclose(other), 0);
}

static void all_agree_within_1e_5(void **state) {
    (void)state;
    if (dnn_cpu_measured() == DNN_VECTORS_OLDER)
        skip(); /* one instruction set */
    FILE *own = tmpfile();
    assert_non_null(own);
    put_all(own);
    if (dnn_cpu_measured() == DNN_VECTORS_AVX512)
        check_level(own, "avx2");
    check_level(own, "older");
    fclose(own);
}

int main(int arguments, char **argument) {
    program = argument[0];
    if (arguments > 1 && strcmp(argument[1], "results") == 0) {
        put_all(stdout);
        return fflush(stdout) == 0 ? 0 : 1;
    }
    const struct CMUnitTest tests[] = {cmocka_unit_test(all_agree_within_1e_5)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
