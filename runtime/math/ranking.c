/* ranking.c: one walk from the highest score to the lowest, a threshold at a time. */
#include "math/ranking.h"

#include <stdbool.h>
#include <stdlib.h>

#include "core/memory.h"

typedef struct example {
    double score;
    bool positive;
} example;

static int higher_first(const void *a, const void *b) {
    double x = ((const example *)a)->score, y = ((const example *)b)->score;
    return (x < y) - (x > y);
}

static dnn_status read_examples(example *examples, size_t count, const dnn_matrix *scores,
                                const dnn_matrix *labels, dnn_error *err) {
    for (size_t k = 0; k < count; k++) {
        double score = dnn_matrix_element(scores, k);
        if (isnan(score)) {
            return dnn_fail(err, DNN_ERROR_NUMERIC, "ranking: score %zu is nan", k + 1);
        }
        examples[k] = (example){.score = score, .positive = dnn_matrix_element(labels, k) > 0.5};
    }
    return DNN_OK;
}

/* With tp and fp the positives and negatives down to a threshold: AUC adds trapezoids under
 * (fp, tp), average precision adds tp / (tp + fp) for each positive of the threshold. */
static void walk(dnn_ranking *out, const example *examples, size_t count) {
    double area = 0, precision = 0;
    size_t tp = 0, fp = 0;
    for (size_t k = 0; k < count;) {
        double score = examples[k].score;
        size_t tp_before = tp, fp_before = fp;
        for (; k < count && examples[k].score == score; k++) {
            tp += examples[k].positive;
            fp += !examples[k].positive;
        }
        area += (double)(fp - fp_before) * (double)(tp + tp_before) / 2;
        precision += (double)(tp - tp_before) * ((double)tp / (double)(tp + fp));
    }
    out->positives = tp;
    out->negatives = fp;
    out->auc = area / ((double)tp * (double)fp); /* 0 / 0 is NaN */
    out->average_precision = precision / (double)tp;
}

dnn_status dnn_ranking_of(dnn_ranking *out, const dnn_matrix *scores, const dnn_matrix *labels,
                          dnn_error *err) {
    size_t count = dnn_matrix_count(scores);
    if (dnn_matrix_count(labels) != count) {
        return dnn_fail(err, DNN_ERROR_SHAPE, "ranking: %zu scores for %zu labels", count,
                        dnn_matrix_count(labels));
    }
    example *examples =
        count > SIZE_MAX / sizeof *examples ? NULL : dnn_alloc(count * sizeof *examples);
    if (examples == NULL) {
        return dnn_fail(err, DNN_ERROR_MEMORY, "out of memory: ranking of %zu scores", count);
    }
    dnn_status status = read_examples(examples, count, scores, labels, err);
    if (status == DNN_OK) {
        qsort(examples, count, sizeof *examples, higher_first);
        walk(out, examples, count);
    }
    dnn_free(examples);
    return status;
}
