/* a b' with the sums of a's rows: the product has the bits that it has without them; the sums are
 * right where they were made, and untouched where they were not. */
#include <math.h>
#include <string.h>

#include "levels.h"
#include "math/blas.h"
#include "random_matrix.h"

enum { GUARD = 4 }; /* elements beyond the sums */

static dnn_error err;

static void check_shape(dnn_dtype dtype, const size_t shape[3], double beta) {
    size_t m = shape[0], n = shape[1], k = shape[2], size = dnn_dtype_info(dtype)->size;
    double tolerance = dtype == DNN_FLOAT32 ? 1e-7 : 1e-15;
    dnn_matrix memory[6];
    dnn_matrix a = random_matrix(&memory[0], dtype, m, k, 1, 1);
    dnn_matrix b = random_matrix(&memory[1], dtype, n, k, 2, 2);
    dnn_matrix plain = random_matrix(&memory[2], dtype, m, n, 1, 3);
    dnn_matrix out = random_matrix(&memory[3], dtype, m, n, 1, 3);
    dnn_matrix before = random_matrix(&memory[4], dtype, m + GUARD, 1, 0, 4);
    dnn_matrix after = random_matrix(&memory[5], dtype, m + GUARD, 1, 0, 4);
    dnn_matrix sums = dnn_matrix_of(dtype, m, 1, after.data);
    bool summed = true;
    check_ok(dnn_mm(false, true, 1, &a, &b, beta, &plain, &err));
    check_ok(dnn_mm_outer(&a, &b, beta, &out, &sums, &summed, &err));
    assert_memory_equal(memory[2].data, memory[3].data, (m + 1) * n * size);
    for (size_t i = 0; i < m + GUARD; i++) {
        double sum = dnn_matrix_get(&before, i, 0);
        if (summed && i < m) {
            sum *= beta;
            for (size_t l = 0; l < k; l++)
                sum += dnn_matrix_get(&a, i, l);
        }
        check_close(dnn_matrix_get(&after, i, 0), sum,
                    summed && i < m ? tolerance * (double)(k + 2) : 0);
    }
    check_ok(dnn_mm_outer(&a, &b, beta, &out, NULL, &summed, &err));
    assert_false(summed);
    for (size_t i = 0; i < 6; i++)
        dnn_matrix_free(&memory[i]);
}

/* Tiny, of few rows, of whole vectors and less, deep, wide, skinny, by BLAS. */
static void check_all(void) {
    static const size_t shapes[][3] = {
        {2,   3,   4  },
        {1,   16,  9  },
        {2,   16,  33 },
        {3,   16,  32 },
        {3,   20,  1  },
        {4,   9,   7  },
        {3,   3,   200},
        {16,  16,  32 },
        {16,  4,   3  },
        {23,  12,  31 },
        {40,  40,  256},
        {16,  300, 32 },
        {16,  16,  900},
        {20,  900, 40 },
        {300, 280, 320},
    };
    for (size_t s = 0; s < sizeof shapes / sizeof *shapes; s++)
        for (dnn_dtype dtype = DNN_FLOAT32; dtype <= DNN_FLOAT64; dtype++)
            for (int beta = 0; beta < 2; beta++)
                check_shape(dtype, shapes[s], beta);
}

/* Of sides between those of one small product and those of BLAS, where a product is cut into pieces
 * of either. */
static void check_pieces(void) {
    static const size_t sides[] = {32, 96, 200};
    enum { SIDES = sizeof sides / sizeof *sides };
    for (size_t i = 0; i < SIDES * SIDES * SIDES; i++) {
        const size_t shape[] = {sides[i % SIDES], sides[i / SIDES % SIDES],
                                sides[i / SIDES / SIDES]};
        for (int beta = 0; beta < 2; beta++) {
            check_shape(DNN_FLOAT32, shape, beta);
            check_shape(DNN_FLOAT64, shape, beta);
        }
    }
}

static void sums_come_with_a_product(void **state) {
    (void)state;
    for (levels at = each_level(); next_level(&at);)
        check_all();
}

static void pieces_of_a_product_leave_the_sums_alone(void **state) {
    (void)state;
    for (levels at = each_level(); next_level(&at);)
        check_pieces();
}

static void nan_and_infinity_stay_in_their_row(void **state) {
    (void)state;
    float a[20 * 8] = {0}, b[16 * 8] = {0}, out[20 * 16], column[20];
    for (size_t rows = 3; rows <= 20; rows += 17) {
        dnn_matrix A = dnn_matrix_of(DNN_FLOAT32, rows, 8, a),
                   B = dnn_matrix_of(DNN_FLOAT32, 16, 8, b);
        dnn_matrix C = dnn_matrix_of(DNN_FLOAT32, rows, 16, out);
        dnn_matrix sums = dnn_matrix_of(DNN_FLOAT32, rows, 1, column);
        bool summed;
        memset(a, 0, sizeof a);
        a[3 * rows] = NAN;
        a[7 * rows + rows - 1] = INFINITY;
        check_ok(dnn_mm_outer(&A, &B, 0, &C, &sums, &summed, &err));
        for (size_t i = 0; i < rows && summed; i++)
            assert_true(i == 0          ? isnan(column[i])
                        : i == rows - 1 ? isinf(column[i])
                                        : column[i] == 0);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sums_come_with_a_product),
        cmocka_unit_test(pieces_of_a_product_leave_the_sums_alone),
        cmocka_unit_test(nan_and_infinity_stay_in_their_row),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
