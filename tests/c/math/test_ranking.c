/* Scores are ranked as the definitions say, by counting pairs and thresholds. */
#include "check.h"

#include "core/memory.h"
#include "core/random.h"
#include "math/ranking.h"

/* The share of pairs in the right order, equal ones counting a half. */
static double auc_by_pairs(const double *scores, const double *labels, size_t n) {
    double right = 0, pairs = 0;
    for (size_t i = 0; i < n; i++) {
        for (size_t j = 0; j < n; j++) {
            if (labels[i] > 0.5 && labels[j] <= 0.5) {
                right += scores[i] > scores[j] ? 1 : scores[i] == scores[j] ? 0.5 : 0;
                pairs++;
            }
        }
    }
    return right / pairs;
}

/* For each positive the precision of all that score as high: sums to sum (R_n - R_(n-1)) P_n. */
static double precision_by_positives(const double *scores, const double *labels, size_t n) {
    double sum = 0, positives = 0;
    for (size_t i = 0; i < n; i++) {
        double above = 0, right = 0;
        for (size_t j = 0; j < n; j++) {
            above += scores[j] >= scores[i];
            right += scores[j] >= scores[i] && labels[j] > 0.5;
        }
        if (labels[i] > 0.5) {
            sum += right / above;
            positives++;
        }
    }
    return sum / positives;
}

static void ranking_is_that_of_the_definitions(void **state) {
    (void)state;
    enum { N = 60 };
    double scores[N], labels[N];
    dnn_error err;
    dnn_random random = dnn_random_seeded(3);
    for (int levels = 2; levels < 200; levels *= 3) { /* few levels: many equal scores */
        for (size_t k = 0; k < N; k++) {
            scores[k] = (double)dnn_random_below(&random, (uint64_t)levels) - 4;
            labels[k] = (double)dnn_random_below(&random, 2);
        }
        dnn_matrix s = dnn_matrix_of(DNN_FLOAT64, 1, N, scores);
        dnn_matrix y = dnn_matrix_of(DNN_FLOAT64, N, 1, labels);
        dnn_ranking ranking;
        check_ok(dnn_ranking_of(&ranking, &s, &y, &err));
        check_close(ranking.auc, auc_by_pairs(scores, labels, N), 1e-14);
        check_close(ranking.average_precision, precision_by_positives(scores, labels, N), 1e-14);
        assert_int_equal(ranking.positives + ranking.negatives, N);
    }
}

static void without_both_kinds_there_is_no_area(void **state) {
    (void)state;
    double scores[] = {1, 2, 3}, ones[] = {1, 1, 1}, zeros[] = {0, 0, 0};
    dnn_error err;
    dnn_ranking ranking;
    dnn_matrix s = dnn_matrix_of(DNN_FLOAT64, 1, 3, scores);
    dnn_matrix y = dnn_matrix_of(DNN_FLOAT64, 1, 3, ones);
    check_ok(dnn_ranking_of(&ranking, &s, &y, &err));
    assert_true(isnan(ranking.auc) && ranking.average_precision == 1);
    y.data = zeros;
    check_ok(dnn_ranking_of(&ranking, &s, &y, &err));
    assert_true(isnan(ranking.auc) && isnan(ranking.average_precision));
    s.cols = y.cols = 0;
    check_ok(dnn_ranking_of(&ranking, &s, &y, &err));
    assert_true(isnan(ranking.auc) && ranking.positives == 0);
}

static void what_cannot_be_ranked_is_refused(void **state) {
    (void)state;
    double scores[] = {1, NAN, 3}, labels[] = {1, 0, 1};
    dnn_error err;
    dnn_ranking ranking;
    dnn_matrix s = dnn_matrix_of(DNN_FLOAT64, 1, 3, scores);
    dnn_matrix y = dnn_matrix_of(DNN_FLOAT64, 1, 2, labels);
    assert_int_equal(dnn_ranking_of(&ranking, &s, &y, &err), DNN_ERROR_SHAPE);
    assert_string_equal(err.text, "ranking: 3 scores for 2 labels");
    y.cols = 3;
    assert_int_equal(dnn_ranking_of(&ranking, &s, &y, &err), DNN_ERROR_NUMERIC);
    assert_string_equal(err.text, "ranking: score 2 is nan");
    dnn_fail_allocation(1);
    assert_int_equal(dnn_ranking_of(&ranking, &s, &y, &err), DNN_ERROR_MEMORY);
    assert_int_equal(dnn_allocations_live(), 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ranking_is_that_of_the_definitions),
        cmocka_unit_test(without_both_kinds_there_is_no_area),
        cmocka_unit_test(what_cannot_be_ranked_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
