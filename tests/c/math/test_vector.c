/* A matrix times a vector against the definition, for every number of rows up to some vectors, in all
 * forms, and on several threads. */
#include <math.h>
#include <string.h>

#include "core/threads.h"
#include "math/blas.h"
#include "math/cpu.h"
#include "random_matrix.h"

static dnn_error err;

static double element(const dnn_matrix *m, bool transposed, size_t i, size_t j) {
    return transposed ? dnn_matrix_get(m, j, i) : dnn_matrix_get(m, i, j);
}

/* m or n is 1; the columns of all have gaps. */
static void check_product(dnn_dtype dtype, size_t m, size_t n, size_t k, int form) {
    bool ta = (form & 1) != 0, tb = (form & 2) != 0;
    double alpha = form & 4 ? -0.5 : 1, beta = form & 8 ? 2 : 0;
    dnn_matrix memory[4];
    dnn_matrix a = random_matrix(&memory[0], dtype, ta ? k : m, ta ? m : k, 1, 1);
    dnn_matrix b = random_matrix(&memory[1], dtype, tb ? n : k, tb ? k : n, 2, 2);
    dnn_matrix out = random_matrix(&memory[2], dtype, m, n, 3, 3);
    dnn_matrix start = random_matrix(&memory[3], dtype, m, n, 3, 3);
    double tolerance = (dtype == DNN_FLOAT32 ? 0x1p-23 : 0x1p-52) * (double)(k + 4);
    for (size_t i = 0; beta == 0 && i < m; i++)
        for (size_t j = 0; j < n; j++)
            dnn_matrix_set(&out, i, j, NAN);
    check_ok(dnn_mm(ta, tb, alpha, &a, &b, beta, &out, &err));
    for (size_t i = 0; i < m; i++)
        for (size_t j = 0; j < n; j++) {
            double sum = 0;
            for (size_t l = 0; l < k; l++)
                sum += element(&a, ta, i, l) * element(&b, tb, l, j);
            sum = alpha * sum + beta * dnn_matrix_get(&start, i, j);
            if (!(fabs(dnn_matrix_get(&out, i, j) - sum) <= tolerance))
                fail_msg("%s %zu x %zu x %zu form %d: (%zu, %zu) is %.17g, expected %.17g",
                         dnn_dtype_info(dtype)->name, m, n, k, form, i, j,
                         dnn_matrix_get(&out, i, j), sum);
        }
    size_t size = dnn_dtype_info(dtype)->size;
    for (size_t j = 0; j < n; j++)
        assert_memory_equal((char *)dnn_matrix_at(&memory[2], m, j),
                            (char *)dnn_matrix_at(&memory[3], m, j), 3 * size);
    for (size_t i = 0; i < 4; i++)
        dnn_matrix_free(&memory[i]);
}

static void check_lengths(void) {
    static const size_t depths[] = {1, 19, 300};
    for (size_t d = 0; d < 3; d++)
        for (size_t length = 1; length < 150; length += length < 40 ? 1 : 37)
            for (int form = 0; form < 16; form++) {
                check_product(DNN_FLOAT32, length, 1, depths[d], form);
                check_product(DNN_FLOAT64, length, 1, depths[d], form);
                check_product(DNN_FLOAT32, 1, length, depths[d], form);
            }
}

static void a_matrix_times_a_vector_agrees_with_the_definition(void **state) {
    (void)state;
    check_lengths();
}

static void so_it_does_on_lesser_cpus(void **state) {
    (void)state;
    dnn_vector_level before = dnn_cpu_limit;
    for (dnn_vector_level level = DNN_VECTORS_OLDER; level <= DNN_VECTORS_AVX2; level++) {
        dnn_cpu_limit = level;
        check_lengths();
    }
    dnn_cpu_limit = before;
}

static void a_part_of_a_matrix_gives_the_same_bits_as_the_whole(void **state) {
    (void)state;
    dnn_matrix memory[5];
    dnn_matrix a = random_matrix(&memory[0], DNN_FLOAT32, 701, 900, 0, 1), some;
    dnn_matrix b = random_matrix(&memory[1], DNN_FLOAT32, 900, 1, 0, 2);
    dnn_matrix whole = random_matrix(&memory[2], DNN_FLOAT32, 701, 1, 0, 3);
    dnn_matrix out = random_matrix(&memory[3], DNN_FLOAT32, 701, 1, 0, 4);
    dnn_matrix part = random_matrix(&memory[4], DNN_FLOAT32, 59, 1, 0, 5);
    size_t before = dnn_threads();
    for (size_t threads = 1; threads <= 5; threads++) {
        dnn_set_threads(threads);
        check_ok(dnn_mm(false, false, 1, &a, &b, 0, threads == 1 ? &whole : &out, &err));
        if (threads > 1)
            assert_memory_equal(whole.data, out.data, 701 * sizeof(float));
    }
    dnn_set_threads(before);
    check_ok(dnn_matrix_block(&some, &a, 100, 0, 59, 900, &err));
    check_ok(dnn_mm(false, false, 1, &some, &b, 0, &part, &err));
    if (dnn_cpu_level() >= DNN_VECTORS_AVX2)
        assert_memory_equal((float *)whole.data + 100, part.data, 59 * sizeof(float));
    for (size_t i = 0; i < 5; i++)
        dnn_matrix_free(&memory[i]);
}

static void what_is_not_finite_reaches_its_row_alone(void **state) {
    (void)state;
    dnn_matrix memory[3];
    dnn_matrix a = random_matrix(&memory[0], DNN_FLOAT32, 37, 20, 0, 1);
    dnn_matrix b = random_matrix(&memory[1], DNN_FLOAT32, 20, 1, 0, 2);
    dnn_matrix out = random_matrix(&memory[2], DNN_FLOAT32, 37, 1, 0, 3);
    dnn_matrix_set(&a, 5, 7, INFINITY);
    dnn_matrix_set(&a, 36, 19, NAN);
    check_ok(dnn_mm(false, false, 1, &a, &b, 0, &out, &err));
    for (size_t i = 0; i < 37; i++)
        assert_true(isfinite(dnn_matrix_get(&out, i, 0)) == (i != 5 && i != 36));
    for (size_t i = 0; i < 3; i++)
        dnn_matrix_free(&memory[i]);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_matrix_times_a_vector_agrees_with_the_definition),
        cmocka_unit_test(so_it_does_on_lesser_cpus),
        cmocka_unit_test(a_part_of_a_matrix_gives_the_same_bits_as_the_whole),
        cmocka_unit_test(what_is_not_finite_reaches_its_row_alone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
