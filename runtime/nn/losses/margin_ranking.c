/* margin_ranking.c: which of two scores a and b ought to be higher: a (y = 1) or b (y = -1).
 *
 *     cost = max(0, margin - y (a - b)),  da = -y where that is above 0,  db = -da */
#ifdef T /* both_types.inc */

static double K(ranks)(const dnn_loss_call *call, size_t j, double margin, double scale, T *da,
                       T *db) {
    const T *a = dnn_matrix_at(call->A, 0, j), *b = dnn_matrix_at(call->others[0], 0, j);
    double cost = 0;
    for (size_t i = 0; i < call->A->rows; i++) {
        double y = dnn_matrix_get(call->Y, i, j), gap = margin - y * ((double)a[i] - (double)b[i]);
        double slope = gap > 0 ? -y * scale : 0;
        cost += gap > 0 ? gap : gap <= 0 ? 0 : gap; /* a NaN stays one */
        if (da != NULL) {
            da[i] = (T)slope;
            db[i] = (T)-slope;
        }
    }
    return cost * scale;
}

#else
#include "nn/losses/loss_parts.h"

#define NAME "MarginRankingLoss"

enum { REDUCTION, MARGIN };

#define KERNELS "nn/losses/margin_ranking.c"
#include "nn/both_types.inc"

static dnn_status check(const dnn_loss_call *call, dnn_error *err) {
    dnn_status status = dnn_check_targets(NAME, call, err);
    return status == DNN_OK ? dnn_check_signs(NAME, call->Y, err) : status;
}

static double column(const dnn_loss_call *call, size_t j, double scale, dnn_matrix *dA) {
    double margin = call->settings[MARGIN].number;
    void *da = dA == NULL ? NULL : dnn_matrix_at(&dA[0], 0, j);
    void *db = dA == NULL ? NULL : dnn_matrix_at(&dA[1], 0, j);
    return call->A->dtype == DNN_FLOAT32 ? ranks_f32(call, j, margin, scale, da, db)
                                         : ranks_f64(call, j, margin, scale, da, db);
}

static const dnn_field fields[] = {
    DNN_REDUCTION_ROW,
    {.name = "margin",
      .kind = DNN_FIELD_REAL,
      .low = -1e30,
      .high = 1e30,
      .doc = "by how much the higher one has to lead"},
    {.name = NULL    },
};

static const dnn_loss_case cases[] = {
    {"",                           3, 6, 0, 0},
    {"margin=0.7 reduction=sum",   1, 5, 0, 0},
    {"margin=-0.5 reduction=none", 2, 4, 0, 0},
    {NULL,                         0, 0, 0, 0},
};

const dnn_loss_class dnn_loss_margin_ranking = {
    .name = NAME,
    .doc = "mean of max(0, margin - Y (A - B)), with Y of -1 and 1",
    .fields = fields,
    .cases = cases,
    .targets = DNN_TARGETS_SIGNS,
    .inputs = 2,
    .check = check,
    .column = column,
    .of_elements = true,
};

#endif
