/* Products of packed matrices against plain sums: odd sizes, both types, every instruction set. */
#include "levels.h"
#include "random_matrix.h"

#include "core/memory.h"
#include "math/packed.h"

static dnn_error err;

static void check_product(dnn_dtype dtype, size_t rows, size_t depth, size_t cols, bool transpose,
                          bool add) {
    dnn_matrix memory[4],
        a = random_matrix(&memory[0], dtype, transpose ? depth : rows, transpose ? rows : depth, 2,
                          1),
        b = random_matrix(&memory[1], dtype, depth, cols, 3, 2),
        out = random_matrix(&memory[2], dtype, rows, cols, 1, 3), before,
        bias = random_matrix(&memory[3], dtype, rows, 1, 0, 4);
    check_ok(dnn_matrix_create(&before, dtype, rows, cols, &err));
    check_ok(dnn_matrix_copy(&before, &out, &err));
    void *packed = dnn_alloc(dnn_packed_bytes(dtype, rows, depth));
    dnn_packed p = dnn_pack(&a, transpose, packed);
    dnn_packed_product(&p, &b, add ? NULL : bias.data, add, &out);
    for (size_t j = 0; j < cols; j++)
        for (size_t i = 0; i < rows; i++) {
            double sum = add ? dnn_matrix_get(&before, i, j) : dnn_matrix_get(&bias, i, 0);
            for (size_t k = 0; k < depth; k++)
                sum += dnn_matrix_get(&a, transpose ? k : i, transpose ? i : k) *
                       dnn_matrix_get(&b, k, j);
            check_close(dnn_matrix_get(&out, i, j), sum, dtype == DNN_FLOAT32 ? 1e-5 : 1e-13);
        }
    dnn_free(packed);
    dnn_matrix_free(&before);
    for (size_t k = 0; k < 4; k++)
        dnn_matrix_free(&memory[k]);
}

static void products_agree_with_plain_sums(void **state) {
    (void)state;
    const size_t rows[] = {1, 3, 8, 17, 32, 33, 50, 70}, cols[] = {1, 3, 8, 14},
                 depth[] = {1, 5, 40};
    for (levels at = each_level(); next_level(&at);)
        for (size_t r = 0; r < 8; r++)
            for (size_t c = 0; c < 4; c++)
                for (size_t form = 0; form < 8; form++)
                    check_product(form & 1 ? DNN_FLOAT64 : DNN_FLOAT32, rows[r], depth[(r + c) % 3],
                                  cols[c], form & 2, form & 4);
}

static void check_outer(dnn_dtype dtype, size_t rows, size_t cols, size_t depth, bool add) {
    dnn_matrix memory[4], a = random_matrix(&memory[0], dtype, rows, depth, 2, 1),
                          b = random_matrix(&memory[1], dtype, cols, depth, 3, 2),
                          out = random_matrix(&memory[2], dtype, rows, cols, 1, 3),
                          sums = random_matrix(&memory[3], dtype, rows, 1, 0, 4), before, earlier;
    check_ok(dnn_matrix_create(&before, dtype, rows, cols, &err));
    check_ok(dnn_matrix_copy(&before, &out, &err));
    check_ok(dnn_matrix_create(&earlier, dtype, rows, 1, &err));
    check_ok(dnn_matrix_copy(&earlier, &sums, &err));
    dnn_outer product = {
        .a = a, .parts = {{.b = b, .out = out}, {.out = sums}},
             .count = 2, .add = add
    };
    dnn_outer_products(&product, 1);
    for (size_t i = 0; i < rows; i++) {
        double sum = add ? dnn_matrix_get(&earlier, i, 0) : 0;
        for (size_t k = 0; k < depth; k++)
            sum += dnn_matrix_get(&a, i, k);
        check_close(dnn_matrix_get(&sums, i, 0), sum, dtype == DNN_FLOAT32 ? 2e-5 : 1e-13);
    }
    for (size_t j = 0; j < cols; j++)
        for (size_t i = 0; i < rows; i++) {
            double sum = add ? dnn_matrix_get(&before, i, j) : 0;
            for (size_t k = 0; k < depth; k++)
                sum += dnn_matrix_get(&a, i, k) * dnn_matrix_get(&b, j, k);
            check_close(dnn_matrix_get(&out, i, j), sum, dtype == DNN_FLOAT32 ? 2e-5 : 1e-13);
        }
    dnn_matrix_free(&before);
    dnn_matrix_free(&earlier);
    for (size_t k = 0; k < 4; k++)
        dnn_matrix_free(&memory[k]);
}

static void outer_products_agree_with_plain_sums(void **state) {
    (void)state;
    const size_t rows[] = {1, 8, 17, 33, 64, 70}, cols[] = {1, 13, 30}, depth[] = {1, 128, 300};
    for (levels at = each_level(); next_level(&at);)
        for (size_t r = 0; r < 6; r++)
            for (size_t c = 0; c < 3; c++)
                for (size_t form = 0; form < 4; form++)
                    check_outer(form & 1 ? DNN_FLOAT64 : DNN_FLOAT32, rows[r], cols[c],
                                depth[(r + c) % 3], form & 2);
}

/* The bias gradient of many steps: rounded once, not with each of the columns. */
static void sums_of_many_columns_are_rounded_once(void **state) {
    (void)state;
    enum { COLUMNS = 64000 };
    dnn_matrix a, sums;
    check_ok(dnn_matrix_create(&a, DNN_FLOAT32, 40, COLUMNS, &err));
    check_ok(dnn_matrix_create(&sums, DNN_FLOAT32, 40, 1, &err));
    for (size_t k = 0; k < COLUMNS; k++)
        for (size_t i = 0; i < a.rows; i++)
            dnn_matrix_set(&a, i, k, 0.1 * (double)(1 + (7 * i + k) % 13));
    dnn_outer_products(&(dnn_outer){.a = a, .parts = {{.out = sums}}, .count = 1}, 1);
    for (size_t i = 0; i < a.rows; i++) {
        double sum = 0;
        for (size_t k = 0; k < COLUMNS; k++)
            sum += dnn_matrix_get(&a, i, k);
        assert_true(dnn_matrix_get(&sums, i, 0) == (float)sum);
    }
    dnn_matrix_free(&a);
    dnn_matrix_free(&sums);
}

/* Sums of columns by their places, beside a product. */
static void check_places(dnn_dtype dtype, size_t rows, size_t depth, bool add) {
    enum { PLACES = 5 };
    uint32_t places[300];
    dnn_matrix memory[2], a = random_matrix(&memory[0], dtype, rows, depth, 2, 1),
                          out = random_matrix(&memory[1], dtype, rows, PLACES, 1, 3), expected;
    check_ok(dnn_matrix_create(&expected, dtype, rows, PLACES, &err));
    if (add)
        check_ok(dnn_matrix_copy(&expected, &out, &err));
    for (size_t k = 0; k < depth; k++) {
        places[k] = (uint32_t)(k * k % PLACES); /* 0, 1 and 4: two are left out */
        for (size_t i = 0; i < rows; i++)
            dnn_matrix_set(&expected, i, places[k],
                           dnn_matrix_get(&expected, i, places[k]) + dnn_matrix_get(&a, i, k));
    }
    dnn_outer product = {.a = a, .parts = {{.out = out, .places = places}}, .count = 1, .add = add};
    dnn_outer_products(&product, 1);
    for (size_t j = 0; j < PLACES; j++)
        for (size_t i = 0; i < rows; i++)
            check_close(dnn_matrix_get(&out, i, j), dnn_matrix_get(&expected, i, j),
                        dtype == DNN_FLOAT32 ? 2e-5 : 1e-13);
    dnn_matrix_free(&expected);
    dnn_matrix_free(&memory[0]);
    dnn_matrix_free(&memory[1]);
}

static void columns_are_summed_by_their_places(void **state) {
    (void)state;
    const size_t rows[] = {1, 8, 17, 32, 33, 70}, depth[] = {1, 128, 300};
    for (levels at = each_level(); next_level(&at);)
        for (size_t r = 0; r < 6; r++)
            for (size_t d = 0; d < 3; d++)
                for (size_t form = 0; form < 4; form++)
                    check_places(form & 1 ? DNN_FLOAT64 : DNN_FLOAT32, rows[r], depth[d], form & 2);
}

static void wide_products_are_those_of_their_columns(void **state) {
    (void)state;
    dnn_matrix memory[4], a = random_matrix(&memory[0], DNN_FLOAT32, 33, 20, 2, 1),
                          b = random_matrix(&memory[1], DNN_FLOAT32, 20, 67, 3, 2),
                          out = random_matrix(&memory[2], DNN_FLOAT32, 33, 67, 1, 3),
                          one = random_matrix(&memory[3], DNN_FLOAT32, 33, 67, 1, 3);
    void *packed = dnn_alloc(dnn_packed_bytes(DNN_FLOAT32, 33, 20));
    dnn_packed p = dnn_pack(&a, false, packed);
    dnn_packed_product_wide(&p, &b, a.data, true, &out);
    dnn_packed_product(&p, &b, a.data, true, &one);
    for (size_t j = 0; j < 67; j++)
        for (size_t i = 0; i < 33; i++)
            assert_true(dnn_matrix_get(&out, i, j) == dnn_matrix_get(&one, i, j));
    dnn_free(packed);
    for (size_t k = 0; k < 4; k++)
        dnn_matrix_free(&memory[k]);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sums_of_many_columns_are_rounded_once),
        cmocka_unit_test(columns_are_summed_by_their_places),
        cmocka_unit_test(wide_products_are_those_of_their_columns),
        cmocka_unit_test(outer_products_agree_with_plain_sums),
        cmocka_unit_test(products_agree_with_plain_sums),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
