/* run_values.c: what is read off a run's tags: captions, texts, histograms, precision, epochs. */
#include <math.h>

#include "viz/runs/runs.h"

const char *run_caption(const run *r, const run_tag *image) {
    const run_tag *text = run_find(r, image->name, DNN_EVENT_TEXT);
    return text == NULL ? NULL : text->text;
}

const char *run_text_at(const run_tag *tag, size_t i, int64_t *step) {
    bool last = i == tag->earlier_count;
    *step = last ? tag->text_step : tag->earlier[i].step;
    return last ? tag->text : tag->earlier[i].text;
}

void histogram_bucket(const histogram_at *h, size_t k, double *low, double *high) {
    *high = fmin(h->limits[k], h->max);
    *low = k == 0 ? h->min : fmax(h->limits[k - 1], h->min);
    if (!(*low < *high))
        *low = *high;
}

const histogram_at *run_histogram(const run_tag *tag, size_t i, size_t shown) {
    size_t last = tag->histogram_count - 1;
    return &tag->histograms[shown == 1 ? last : i * last / (shown - 1)];
}

pr_point run_pr_point(const run_tag *tag, size_t i) {
    const double *rows = tag->matrix + i * tag->rows; /* see DNN_EVENT_PR_CURVE */
    return (pr_point){.threshold = tag->columns > 1 ? (double)i / (double)(tag->columns - 1) : 0,
                      .precision = rows[0] + rows[1] > 0 ? rows[4] : NAN,
                      .recall = rows[5]};
}

double run_epoch(const run *r, int64_t step) {
    const series *s = r->epoch;
    size_t n = s == NULL ? 0 : series_count(s);
    if (n == 0)
        return NAN;
    size_t origin = 0, left = 0, right = n - 1; /* a point, and two that give the slope there */
    size_t at = series_find_step(s, step);
    if (at == n) {
        origin = n - 1;
    } else if (at > 0 || series_step(s, 0) == step) {
        origin = left = at > 0 ? at - 1 : 0;
        right = at;
    }
    double steps = (double)series_step(s, right) - (double)series_step(s, left);
    double slope =
        steps > 0 ? ((double)series_value(s, right) - (double)series_value(s, left)) / steps : 0;
    return series_value(s, origin) + slope * ((double)step - (double)series_step(s, origin));
}
