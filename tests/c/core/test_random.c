/* Streams hold to the published generator and to the distributions that they claim. */
#include "check.h"

#include <stdlib.h>

#include "core/random.h"

/* Known answers published with the Random123 library (kat_vectors, philox4x32 10 rounds). */
static void philox_gives_the_published_answers(void **state) {
    (void)state;
    static const struct {
        uint32_t counter[4], key[2], answer[4];
    } known[] = {
        {{0, 0, 0, 0},                                     {0, 0},     {0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}},
        {{~0u, ~0u, ~0u, ~0u},                             {~0u, ~0u}, {0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd}},
        {{0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344},
         {0xa4093822, 0x299f31d0},
         {0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1}                                                              },
    };
    for (size_t i = 0; i < 3; i++) {
        uint32_t c[4];
        memcpy(c, known[i].counter, sizeof c);
        dnn_philox4x32(c, known[i].key);
        assert_memory_equal(c, known[i].answer, sizeof c);
    }
}

static void a_copied_stream_repeats_and_another_seed_differs(void **state) {
    (void)state;
    dnn_random a = dnn_random_seeded(7), b = a, c = dnn_random_seeded(8);
    int same = 0;
    for (int i = 0; i < 1000; i++) {
        uint64_t word = dnn_random_u64(&a);
        assert_true(word == dnn_random_u64(&b));
        same += word == dnn_random_u64(&c);
    }
    assert_int_equal(same, 0);
}

static void split_streams_differ_from_their_parent_and_each_other(void **state) {
    (void)state;
    dnn_random parent = dnn_random_seeded(1);
    dnn_random left = dnn_random_split(&parent), right = dnn_random_split(&parent);
    assert_true(left.key != right.key && left.key != parent.key);
    double covariance = 0;
    for (int i = 0; i < 100000; i++)
        covariance += (dnn_random_uniform(&left) - 0.5) * (dnn_random_uniform(&right) - 0.5);
    check_close(covariance / 100000, 0, 5 / 12.0 / sqrt(100000));
}

/* Phi(z) of the numbers drawn must be uniform: compare with the uniforms of a copy of the stream.
 */
static void normals_invert_the_distribution_function(void **state) {
    (void)state;
    dnn_random n = dnn_random_seeded(3), u = n;
    for (int i = 0; i < 200000; i++) {
        double z = dnn_random_normal(&n), p = dnn_random_uniform(&u) + 0x1p-54;
        double tail = p < 0.5 ? p : 1 - p;
        check_close(0.5 * erfc(fabs(z) / sqrt(2)) / tail, 1, 1e-13);
        assert_true((z < 0) == (p < 0.5));
    }
}

static void normals_have_the_moments_of_the_normal_distribution(void **state) {
    (void)state;
    enum { N = 1000000 };
    dnn_random stream = dnn_random_seeded(42);
    double m1 = 0, m2 = 0, m3 = 0, m4 = 0;
    for (int i = 0; i < N; i++) {
        double z = dnn_random_normal(&stream);
        m1 += z, m2 += z * z, m3 += z * z * z, m4 += z * z * z * z;
    }
    check_close(m1 / N, 0, 5 / sqrt(N));
    check_close(m2 / N, 1, 5 * sqrt(2.0 / N));
    check_close(m3 / N, 0, 5 * sqrt(15.0 / N));
    check_close(m4 / N, 3, 5 * sqrt(96.0 / N));
}

static void integers_below_a_bound_are_uniform(void **state) {
    (void)state;
    dnn_random stream = dnn_random_seeded(5);
    int count[7] = {0};
    for (int i = 0; i < 70000; i++)
        count[dnn_random_below(&stream, 7)]++;
    double chi2 = 0;
    for (int i = 0; i < 7; i++)
        chi2 += (count[i] - 10000.0) * (count[i] - 10000.0) / 10000;
    assert_true(chi2 < 22.46); /* 99.9 % of chi-squared with 6 degrees of freedom */
    assert_int_equal(dnn_random_below(&stream, 1), 0);
    for (int i = 0; i < 1000; i++)
        assert_true(dnn_random_below(&stream, UINT64_MAX) < UINT64_MAX);
}

static void permutations_hold_every_number_once_and_are_equally_likely(void **state) {
    (void)state;
    dnn_random stream = dnn_random_seeded(9);
    uint32_t p[100], seen[100] = {0};
    dnn_random_permutation(&stream, p, 100);
    for (int i = 0; i < 100; i++)
        seen[p[i]]++;
    for (int i = 0; i < 100; i++)
        assert_int_equal(seen[i], 1);
    int count[6] = {0};
    for (int i = 0; i < 60000; i++) {
        dnn_random_permutation(&stream, p, 3);
        count[p[0] * 2 + (p[1] > p[2])]++;
    }
    double chi2 = 0;
    for (int i = 0; i < 6; i++)
        chi2 += (count[i] - 10000.0) * (count[i] - 10000.0) / 10000;
    assert_true(chi2 < 20.52); /* 99.9 %, 5 degrees of freedom */
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(philox_gives_the_published_answers),
        cmocka_unit_test(a_copied_stream_repeats_and_another_seed_differs),
        cmocka_unit_test(split_streams_differ_from_their_parent_and_each_other),
        cmocka_unit_test(normals_invert_the_distribution_function),
        cmocka_unit_test(normals_have_the_moments_of_the_normal_distribution),
        cmocka_unit_test(integers_below_a_bound_are_uniform),
        cmocka_unit_test(permutations_hold_every_number_once_and_are_equally_likely),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
