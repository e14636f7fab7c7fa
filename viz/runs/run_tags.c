/* run_tags.c: sorting a run's events into its tags. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/grow.h"
#include "core/memory.h"
#include "core/natural.h"
#include "log/wire.h"
#include "viz/runs/runs.h"

/* --- names --- */

/* Index of the tag, or where it is to be put. */
static size_t place_of(const run *r, const char *name, dnn_event_kind kind, bool *found) {
    size_t low = 0, high = r->tag_count;
    *found = false;
    while (low < high && !*found) {
        size_t middle = low + (high - low) / 2;
        int order = dnn_natural_compare(r->tags[middle]->name, name);
        if (order == 0)
            order = (int)r->tags[middle]->kind - (int)kind;
        *found = order == 0;
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return high;
}

run_tag *run_find(const run *r, const char *name, dnn_event_kind kind) {
    bool found;
    size_t i = place_of(r, name, kind, &found);
    return found ? r->tags[i] : NULL;
}

/* --- tags --- */

static void free_histograms(run_tag *tag, size_t from) {
    for (size_t i = from; i < tag->histogram_count; i++)
        dnn_free((void *)tag->histograms[i].limits);
    tag->histogram_count = from;
}

static void forget_texts(run_tag *tag, size_t from) {
    for (size_t i = from; i < tag->earlier_count; i++)
        dnn_free(tag->earlier[i].text);
    tag->earlier_count = from;
}

static void free_tag(run_tag *tag) {
    if (tag == NULL)
        return;
    series_free(tag->scalars);
    free_histograms(tag, 0);
    dnn_free(tag->histograms);
    picture_free(&tag->picture);
    dnn_free(tag->encoded);
    dnn_free(tag->matrix);
    dnn_free(tag->text);
    forget_texts(tag, 0);
    dnn_free(tag->earlier);
    dnn_free(tag->name);
    dnn_free(tag);
}

void run_free_tags(run *r) {
    for (size_t i = 0; i < r->tag_count; i++)
        free_tag(r->tags[i]);
    dnn_free(r->tags);
}

static run_tag *create_tag(const char *name, dnn_event_kind kind) {
    run_tag *tag = dnn_calloc(1, sizeof *tag);
    if (tag == NULL)
        return NULL;
    tag->name = dnn_strdup(name);
    tag->name_size = strlen(name);
    tag->kind = kind;
    tag->histogram_stride = 1;
    bool made = tag->name != NULL;
    if (kind == DNN_EVENT_SCALAR)
        made = (tag->scalars = series_create()) != NULL && made;
    if (kind == DNN_EVENT_HISTOGRAM)
        made =
            (tag->histograms = dnn_alloc((HISTOGRAMS_KEPT + 1) * sizeof *tag->histograms)) && made;
    if (made)
        return tag;
    free_tag(tag);
    return NULL;
}

/* The tag of this name and kind, made when it is new; NULL when out of memory. */
static run_tag *tag_named(run *r, const char *name, dnn_event_kind kind) {
    bool found;
    size_t i = place_of(r, name, kind, &found);
    if (found)
        return r->tags[i];
    run_tag *tag =
        dnn_grow(&r->tags, &r->tag_capacity, r->tag_count, 1) ? create_tag(name, kind) : NULL;
    if (tag == NULL)
        return NULL;
    memmove(r->tags + i + 1, r->tags + i, (r->tag_count - i) * sizeof(run_tag *));
    r->tags[i] = tag;
    r->tag_count++;
    if (kind == DNN_EVENT_SCALAR && strcmp(name, "epoch") == 0)
        r->epoch = tag->scalars;
    return tag;
}

static bool is_tag_of(const run_tag *tag, const dnn_event *e) {
    return tag != NULL && tag->kind == e->kind && tag->name_size == e->tag_size &&
           memcmp(tag->name, e->tag, e->tag_size) == 0;
}

/* To be freed; NULL when out of memory. A NUL inside the name ends it. */
static char *name_of_event(const dnn_event *e) {
    char *name = dnn_alloc(e->tag_size + 1);
    if (name == NULL)
        return NULL;
    if (e->tag_size > 0)
        memcpy(name, e->tag, e->tag_size);
    name[e->tag_size] = '\0';
    return name;
}

/* Tags come in the same order at each step, so the one that followed the last time is tried
 * first. */
static run_tag *tag_of_event(run *r, const dnn_event *e) {
    run_tag *before = r->last_tag, *tag = before == NULL ? NULL : before->follower;
    if (!is_tag_of(tag, e)) {
        char *name = name_of_event(e);
        if (name == NULL)
            return NULL;
        tag = tag_named(r, name, e->kind);
        dnn_free(name);
        if (tag != NULL && before != NULL)
            before->follower = tag;
    }
    if (tag != NULL)
        r->last_tag = tag;
    return tag;
}

/* --- values --- */

/* Leaves out every second histogram of HISTOGRAMS_KEPT + 1; the last stands at an even place. */
static void thin(run_tag *tag) {
    size_t kept = 0;
    for (size_t i = 0; i < tag->histogram_count; i++)
        if (i % 2 == 0)
            tag->histograms[kept++] = tag->histograms[i];
        else
            dnn_free((void *)tag->histograms[i].limits);
    if (tag->histograms_skipped > 0) /* the one before it is gone */
        tag->histograms_skipped += tag->histogram_stride;
    tag->histogram_stride *= 2;
    tag->histogram_count = kept;
}

/* How many values are in the buckets. */
static double count_of(const dnn_histogram *h) {
    double count = 0;
    for (size_t k = 0; k < h->buckets; k++)
        count += h->counts[k] > 0 ? h->counts[k] : 0;
    return count;
}

static double mean_of(const dnn_histogram *h, double count) {
    return count > 0 ? h->sum / count : NAN;
}

static double deviation_of(const dnn_histogram *h, double count) {
    double mean = mean_of(h, count);
    return isnan(mean) ? NAN : sqrt(fmax(0, h->sum_squares / count - mean * mean));
}

static bool copy_histogram(const dnn_event *e, histogram_at *out) {
    const dnn_histogram *h = &e->histogram;
    double *numbers = dnn_alloc(2 * h->buckets * sizeof *numbers);
    if (numbers == NULL)
        return false;
    memcpy(numbers, h->limits, h->buckets * sizeof *numbers);
    memcpy(numbers + h->buckets, h->counts, h->buckets * sizeof *numbers);
    double count = count_of(h), missing = h->count - count;
    *out = (histogram_at){.step = e->step,
                          .wall_time = e->wall_time,
                          .min = h->min,
                          .max = h->max,
                          .count = count,
                          .not_finite = missing >= 1 && isfinite(missing) ? floor(missing) : 0,
                          .mean = mean_of(h, count),
                          .deviation = deviation_of(h, count),
                          .buckets = h->buckets,
                          .limits = numbers,
                          .counts = numbers + h->buckets};
    return true;
}

/* Removes what a resumed run replaces: the points and histograms from that step on. */
static void drop_from(run_tag *tag, int64_t step) {
    size_t keep = tag->histogram_count;
    if (tag->scalars != NULL)
        series_drop_from(tag->scalars, step);
    while (keep > 0 && tag->histograms[keep - 1].step >= step)
        keep--;
    if (keep == tag->histogram_count)
        return;
    tag->histograms_skipped = 0;
    free_histograms(tag, keep);
}

/* One of `histogram_stride` histograms is kept; the last is too, and gives way to the next unless
 * it was its turn: `histograms_skipped` is its distance from the last one whose turn it was. */
static bool add_histogram(run_tag *tag, const dnn_event *e) {
    histogram_at copy;
    if (!copy_histogram(e, &copy))
        return false;
    size_t keep = tag->histogram_count;
    if (keep > 0 && tag->histograms[keep - 1].step > e->step) {
        drop_from(tag, e->step);
        keep = tag->histogram_count;
    }
    if (keep > 0 && tag->histograms_skipped > 0)
        keep--;
    free_histograms(tag, keep);
    if (keep > 0)
        tag->histograms_skipped = (tag->histograms_skipped + 1) % tag->histogram_stride;
    tag->histograms[tag->histogram_count++] = copy;
    if (tag->histogram_count > HISTOGRAMS_KEPT)
        thin(tag);
    return true;
}

/* Replaces *kept by a copy with a NUL behind it. */
static bool replace(void **kept, const void *bytes, size_t size) {
    char *copy = dnn_alloc(size + 1);
    if (copy == NULL)
        return false;
    if (size > 0)
        memcpy(copy, bytes, size);
    copy[size] = '\0';
    dnn_free(*kept);
    *kept = copy;
    return true;
}

/* The last text becomes an earlier one, unless the new one is the same or comes from a resumed run,
 * which replaces what it does again. Of too many the second oldest goes: the first stays. */
static bool keep_text(run_tag *tag, const dnn_event *e) {
    size_t keep = tag->earlier_count;
    bool same = strlen(tag->text) == e->size && memcmp(tag->text, e->bytes, e->size) == 0;
    while (keep > 0 && tag->earlier[keep - 1].step >= e->step)
        keep--;
    forget_texts(tag, keep);
    if (same || e->step <= tag->text_step)
        return true;
    if (!dnn_grow(&tag->earlier, &tag->earlier_capacity, keep, 1))
        return false;
    if (keep == TEXTS_KEPT) {
        dnn_free(tag->earlier[1].text);
        memmove(tag->earlier + 1, tag->earlier + 2, (--keep - 1) * sizeof *tag->earlier);
    }
    tag->earlier[keep] = (text_at){tag->text_step, tag->text};
    tag->earlier_count = keep + 1;
    tag->text = NULL;
    return true;
}

static bool add_text(run_tag *tag, const dnn_event *e) {
    if (tag->text != NULL && e->size > 0 && !keep_text(tag, e))
        return false;
    tag->text_step = e->step;
    return replace((void **)&tag->text, e->bytes, e->size);
}

static bool add_matrix(run_tag *tag, const dnn_event *e) {
    double *matrix = dnn_alloc(e->rows * e->columns * sizeof *matrix);
    if (matrix == NULL || !replace((void **)&tag->text, e->bytes, e->size)) {
        dnn_free(matrix);
        return false;
    }
    for (size_t r = 0; r < e->rows; r++)
        for (size_t c = 0; c < e->columns; c++)
            matrix[c * e->rows + r] =
                dnn_wire_float(dnn_wire_get_fixed32(e->numbers + 4 * (r * e->columns + c)));
    dnn_free(tag->matrix);
    tag->matrix = matrix;
    tag->rows = e->rows;
    tag->columns = e->columns;
    tag->matrix_step = e->step;
    tag->matrix_time = e->wall_time;
    tag->matrices++;
    return true;
}

static bool add_value(run_tag *tag, const dnn_event *e) {
    switch (e->kind) {
    case DNN_EVENT_SCALAR:
        return series_add(tag->scalars, e->step, e->wall_time, e->scalar);
    case DNN_EVENT_HISTOGRAM:
        return add_histogram(tag, e);
    case DNN_EVENT_IMAGE:
        tag->picture_step = e->step;
        tag->encoded_size = e->size;
        return replace((void **)&tag->encoded, e->bytes, e->size);
    case DNN_EVENT_MATRIX:
    case DNN_EVENT_PR_CURVE:
        return add_matrix(tag, e);
    case DNN_EVENT_UNKNOWN: /* its text is the name of its kind */
    case DNN_EVENT_TEXT:
        return add_text(tag, e);
    default:
        return true;
    }
}

/* Seconds since 1970 up to the year 9999: what calendars and axes can show. */
static bool is_moment(double wall_time) {
    return wall_time >= 0 && wall_time < 253402300800.0;
}

/* Whether an earlier value of the tag has said that it is one of this kind. */
static bool is_known(const run *r, const dnn_event *e) {
    char *name = name_of_event(e);
    bool known = name != NULL && run_find(r, name, e->kind) != NULL;
    dnn_free(name);
    return known;
}

/* The event as it is to be understood, in *changed where it is not as it came. */
static const dnn_event *understood(const run *r, const dnn_event *e, dnn_event *changed) {
    static const char what[] = "tensor";
    bool moment = is_moment(e->wall_time), unknown = e->nameless && !is_known(r, e);
    if (moment && !unknown)
        return e;
    *changed = *e;
    if (!moment) /* as if it had come with the one before it */
        changed->wall_time = r->last_time;
    if (unknown) {
        changed->kind = DNN_EVENT_UNKNOWN;
        changed->bytes = (const uint8_t *)what;
        changed->size = sizeof what - 1;
    }
    return changed;
}

static void take(void *context, const dnn_event *e) {
    run *r = context;
    dnn_event changed;
    e = understood(r, e, &changed);
    run_tag *tag = tag_of_event(r, e);
    size_t file = dnn_run_reader_file(r->reader);
    if (tag != NULL && tag->file != file) {
        drop_from(tag, e->step);
        tag->file = file;
    }
    if (tag == NULL || !add_value(tag, e)) {
        r->incomplete = true;
        return;
    }
    if (r->first_time == 0)
        r->first_time = e->wall_time;
    r->last_time = e->wall_time;
    if (e->kind != DNN_EVENT_UNKNOWN)
        r->last_step = e->step;
}

void run_poll(run *r) {
    size_t tags_before = r->tag_count;
    bool ended = r->ended;
    r->new_values = dnn_run_reader_poll(r->reader, take, r);
    r->ended = dnn_run_reader_closed(r->reader);
    r->new_values += r->ended != ended; /* is news, too */
    r->new_tags = r->tag_count - tags_before;
}
