/* panel_key.c: all that decides how a panel looks, as one number. */
#include <string.h>

#include "viz/plot/panel_parts.h"

static uint64_t with(uint64_t key, uint64_t number) {
    key = (key ^ number) * 0x9E3779B97F4A7C15u;
    return key ^ key >> 29;
}

static uint64_t with_real(uint64_t key, double number) {
    uint64_t bits;
    memcpy(&bits, &number, sizeof bits);
    return with(key, bits);
}

static uint64_t with_axis(uint64_t key, const axis *a) {
    key = with(key, (uint64_t)a->scale << 8 | (uint64_t)a->unit << 1 | a->whole);
    return with_real(with_real(with_real(key, a->low), a->high), a->linear_within);
}

static uint64_t with_rect(uint64_t key, rect r) {
    return with_real(with_real(with_real(with_real(key, r.x), r.y), r.w), r.h);
}

static uint64_t with_series(uint64_t key, const series *s) {
    return s == NULL ? with(key, 0) : with(with(key, (uintptr_t)s), series_version(s));
}

static uint64_t with_run(uint64_t key, const run *r, const page_options *o) {
    key = with(with(key, o->grouped ? r->group : r->number), (uint64_t)r->last_step);
    key = with_real(with_real(key, r->first_time), r->last_time);
    return o->x == X_EPOCH ? with_series(key, r->epoch) : key;
}

static uint64_t with_tag(uint64_t key, const run_tag *tag) {
    key = with(key, (uint64_t)tag->text_step);
    key = with(with_series(key, tag->scalars), tag->matrices << 1 | (tag->matrix != NULL));
    if (tag->histogram_count == 0)
        return key;
    const histogram_at *last = &tag->histograms[tag->histogram_count - 1];
    key = with(with(key, tag->histogram_count), tag->histogram_stride);
    return with_real(with(key, (uint64_t)last->step), last->wall_time);
}

static uint64_t with_options(uint64_t key, const page_options *o) {
    key = with(key, (uint64_t)o->x << 16 | (uint64_t)o->x_scale << 8 | o->runs_listed |
                        o->grouped << 1 | o->whole_range << 2 | o->x_shared << 3 | o->x_held << 4);
    key = with_real(with_real(with_real(key, o->smoothing), o->scale), o->grain);
    return with_axis(with(key, (uintptr_t)o->theme), &o->x_range);
}

uint64_t panel_key(const panel *p, const page_options *o) {
    uint64_t key = with_options(with(1, (uintptr_t)p->figure), o);
    key =
        with(key, (uint64_t)p->x_scale << 16 | (uint64_t)p->kind << 8 | (uint64_t)p->y_scale << 4 |
                      p->over_decades | p->held << 1 | p->let_go << 2 | (o->focused == p) << 3);
    key = with(with(key, legend_has_values(p, o)), p->curve_count);
    key = with_rect(with_axis(with_axis(key, &p->x), &p->y), p->area);
    for (size_t i = 0; i < p->curve_count; i++) {
        const curve *c = &p->curves[i];
        bool hidden = curve_hidden(c);
        key = with(key, c->key ^ (uint64_t)hidden << 1 ^ c->hidden);
        if (c->run != NULL && !hidden)
            key = with_tag(with_run(key, c->run, o), c->tag);
    }
    return key == 0 ? 1 : key;
}
