/* raster_stroke.c: cuts a polyline to what is seen, cuts that into dashes, and walks along it with
 * a pen that leaves the outline of its track: an edge on either side of each segment, an arc around
 * the outer side of a sharp turn, straight ends. */
#include "viz/draw/raster_stroke.h"

#include <math.h>

/* A turn whose cosine is above this gets a pointed join: it stands out of the round one by less
 * than 3 % of half the width. */
#define SMOOTH_COSINE 0.9
/* How far an arc's chord may stay inside it, in pixels. */
#define FLATNESS 0.02

typedef struct vec {
    double x, y;
} vec;

static vec plus(vec a, vec b) {
    return (vec){a.x + b.x, a.y + b.y};
}

static vec minus(vec a, vec b) {
    return (vec){a.x - b.x, a.y - b.y};
}

static vec times(vec a, double f) {
    return (vec){a.x * f, a.y * f};
}

static double length_of(vec a) {
    return sqrt(a.x * a.x + a.y * a.y);
}

/* --- the pen --- */

typedef struct pen {
    coverage *to;
    double radius;
    vec turn; /* cosine and sine of an arc's step */
    bool down, moved; /* a track was begun; it has a direction */
    vec at, normal;   /* of length radius, to the left of the direction */
    vec left, right;  /* where the sides of the current segment begin */
    vec first_left, first_right, first_normal;
} pen;

static void edge(pen *p, vec from, vec to) {
    coverage_edge(p->to, from.x, from.y, to.x, to.y);
}

/* The left side runs forwards and the right side backwards, so that the outline is one contour. */
static void left_to(pen *p, vec to) {
    edge(p, p->left, to);
    p->left = to;
}

static void right_to(pen *p, vec to) {
    edge(p, to, p->right);
    p->right = to;
}

static vec arc_step(double radius) {
    double angle = radius <= FLATNESS ? M_PI : fmax(2 * acos(1 - FLATNESS / radius), M_PI / 256);
    return (vec){cos(angle), sin(angle)};
}

static vec turned(vec a, vec by) {
    return (vec){by.x * a.x - by.y * a.y, by.y * a.x + by.x * a.y};
}

static double dot_of(vec a, vec b) {
    return a.x * b.x + a.y * b.y;
}

/* One side goes around the pen's place from place + from to place + to, by at most half a circle,
 * clockwise on the page if sense is 1, the other way if -1. */
static void arc(pen *p, void side(pen *, vec), vec from, vec to, double sense) {
    vec turn = {p->turn.x, sense * p->turn.y};
    double near = p->turn.x * p->radius * p->radius; /* nearer than a step */
    side(p, plus(p->at, from));
    for (int i = 0; i < 256 && dot_of(from, to) < near; i++) {
        from = turned(from, turn);
        side(p, plus(p->at, from));
    }
    side(p, plus(p->at, to));
}

/* The inner side goes by way of the place itself: each segment stays a whole rectangle then, and
 * windings add up with one sign. */
static void join(pen *p, vec next) {
    vec now = p->normal, back = times(now, -1);
    double area = p->radius * p->radius;
    double cosine = dot_of(now, next) / area;
    double sine = (now.x * next.y - now.y * next.x) / area;
    p->normal = next;
    if (cosine > SMOOTH_COSINE) {
        vec middle = times(plus(now, next), 1 / (1 + cosine));
        left_to(p, plus(p->at, middle));
        right_to(p, minus(p->at, middle));
    } else if (sine > 0) {
        left_to(p, plus(p->at, now));
        left_to(p, p->at);
        left_to(p, plus(p->at, next));
        arc(p, right_to, back, times(next, -1), 1);
    } else {
        right_to(p, plus(p->at, back));
        right_to(p, p->at);
        right_to(p, minus(p->at, next));
        arc(p, left_to, now, next, -1);
    }
}

static void pen_line(pen *p, vec to) {
    vec way = minus(to, p->at);
    double length = length_of(way);
    if (length < 1e-3)
        return; /* too short for a direction; the next way begins at the same place */
    vec normal = times((vec){-way.y, way.x}, p->radius / length);
    if (p->moved) {
        join(p, normal);
    } else {
        p->moved = true;
        p->normal = p->first_normal = normal;
        p->left = p->first_left = plus(p->at, normal);
        p->right = p->first_right = minus(p->at, normal);
    }
    p->at = to;
}

/* A lone place is a dot, so that a curve's first value is seen. */
static void dot(pen *p) {
    vec normal = {p->radius, 0}, back = {-p->radius, 0};
    p->left = plus(p->at, normal);
    arc(p, left_to, normal, back, 1);
    arc(p, left_to, back, normal, 1);
}

static void pen_up(pen *p, bool close, bool with_dots) {
    if (!p->down)
        return;
    p->down = false;
    if (!p->moved) {
        if (with_dots)
            dot(p);
        return;
    }
    if (close) {
        join(p, p->first_normal);
        left_to(p, p->first_left);
        right_to(p, p->first_right);
        return;
    }
    left_to(p, plus(p->at, p->normal));
    right_to(p, minus(p->at, p->normal));
    edge(p, p->left, p->right);
    edge(p, p->first_right, p->first_left);
}

static void pen_down(pen *p, vec at) {
    p->down = true;
    p->moved = false;
    p->at = at;
}

/* --- dashes --- */

typedef struct dashes {
    double lengths[4], total; /* pixels, on and off in turn */
    int count;                /* 0: solid, as is a pattern too fine to be seen */
} dashes;

static dashes dashes_of(const stroke *line, double width) {
    dashes d = {.count = 0};
    const float *pattern = dash_patterns[line->dash % DASH_COUNT];
    for (; d.count < 4 && pattern[d.count] > 0; d.count++)
        d.total += d.lengths[d.count] = pattern[d.count] * width;
    if (d.total < 1)
        d.count = 0;
    return d;
}

static double phase_of(const dashes *d, double along) {
    double repeats = along / d->total;
    return repeats < 1e9 ? fmax(along - d->total * (double)(long)repeats, 0) : fmod(along, d->total);
}

/* Draws from a to b, which begins `along` pixels after the line's begin. */
static void draw_dashed(pen *p, const dashes *d, vec a, vec b, double along) {
    vec way = minus(b, a);
    double length = length_of(way), done = 0, phase = phase_of(d, along);
    int i = 0;
    for (; i < d->count - 1 && phase >= d->lengths[i]; i++)
        phase -= d->lengths[i];
    while (done < length) {
        double rest = fmax(d->lengths[i] - phase, 0), part = fmin(rest, length - done);
        bool on = i % 2 == 0;
        if (!on)
            pen_up(p, false, false);
        else if (!p->down)
            pen_down(p, plus(a, times(way, done / length)));
        done += part;
        if (on)
            pen_line(p, plus(a, times(way, done / length)));
        if (part < rest)
            break;
        phase = 0;
        i = (i + 1) % d->count;
    }
}

/* --- what is seen --- */

typedef struct limits {
    vec low, high;
} limits;

/* Liang and Barsky (1984): the part begin .. end (in 0..1) of a -> b inside; false when none is. */
static bool cut(const limits *in, vec a, vec b, double *begin, double *end) {
    vec way = minus(b, a);
    double steps[] = {-way.x, way.x, -way.y, way.y};
    double rooms[] = {a.x - in->low.x, in->high.x - a.x, a.y - in->low.y, in->high.y - a.y};
    *begin = 0;
    *end = 1;
    for (int i = 0; i < 4; i++) {
        double t = rooms[i] / steps[i];
        if (steps[i] < 0)
            *begin = fmax(*begin, t);
        else if (steps[i] > 0)
            *end = fmin(*end, t);
        else if (rooms[i] < 0)
            return false;
    }
    return *begin <= *end;
}

/* Where a cut fails because coordinates are too large to compute with, the place stays inside. */
static vec kept_within(const limits *in, vec at) {
    return (vec){fmin(fmax(at.x, in->low.x), in->high.x), fmin(fmax(at.y, in->low.y), in->high.y)};
}

static bool is_inside(const limits *in, vec at) {
    return at.x >= in->low.x && at.x <= in->high.x && at.y >= in->low.y && at.y <= in->high.y;
}

static void draw_part(pen *p, const dashes *d, vec from, vec to, double along) {
    if (d->count > 0) {
        draw_dashed(p, d, from, to, along);
        return;
    }
    if (!p->down)
        pen_down(p, from);
    pen_line(p, to);
}

/* Both beyond the same side. */
static bool are_outside(const limits *in, vec a, vec b) {
    return (a.x < in->low.x && b.x < in->low.x) || (a.x > in->high.x && b.x > in->high.x) ||
           (a.y < in->low.y && b.y < in->low.y) || (a.y > in->high.y && b.y > in->high.y);
}

static void segment(pen *p, const dashes *d, const limits *in, vec a, vec b, double along) {
    double begin, end;
    if (is_inside(in, a) && is_inside(in, b)) {
        draw_part(p, d, a, b, along);
        return;
    }
    if (are_outside(in, a, b)) {
        pen_up(p, false, false);
        return;
    }
    if (!cut(in, a, b, &begin, &end)) {
        pen_up(p, false, false);
        return;
    }
    vec way = minus(b, a);
    vec from = kept_within(in, begin > 0 ? plus(a, times(way, begin)) : a);
    vec to = kept_within(in, end < 1 ? plus(a, times(way, end)) : b);
    if (begin > 0)
        pen_up(p, false, false);
    draw_part(p, d, from, to, along + begin * length_of(way));
    if (end < 1)
        pen_up(p, false, false);
}

/* --- polylines --- */

typedef struct walk {
    pen pen;
    dashes dashes;
    limits limits;
    vec last;     /* NaN: none */
    double along; /* pixels since the line's begin or gap */
    bool closed;  /* still a loop without gaps */
} walk;

static void walk_to(walk *w, vec at) {
    if (!isfinite(at.x + at.y)) {
        pen_up(&w->pen, false, w->along == 0);
        w->closed = false;
        w->last = (vec){NAN, NAN};
        return;
    }
    if (!isnan(w->last.x)) {
        segment(&w->pen, &w->dashes, &w->limits, w->last, at, w->along);
        w->along += length_of(minus(at, w->last));
        w->closed = w->closed && w->pen.down;
    } else {
        w->along = 0;
        w->closed = w->closed && is_inside(&w->limits, at);
        if (is_inside(&w->limits, at))
            pen_down(&w->pen, at);
    }
    w->last = at;
}

void stroke_polyline(coverage *c, box visible, const point *points, size_t count,
                     const stroke *line, float scale) {
    double width = (double)line->width * scale, margin = 0.5 * width + 1;
    walk w = {
        .pen = {.to = c, .radius = 0.5 * width, .turn = arc_step(0.5 * width)},
        .dashes = dashes_of(line, width),
        .limits = {{visible.x0 - margin, visible.y0 - margin},
                {visible.x1 + margin, visible.y1 + margin}                       },
        .last = {NAN,                                        NAN                  },
    };
    point first = points[0], last = points[count - 1];
    w.closed = w.dashes.count == 0 && count >= 4 && first.x == last.x && first.y == last.y;
    for (size_t i = 0; i < count; i++)
        walk_to(&w, (vec){(double)points[i].x * scale, (double)points[i].y * scale});
    pen_up(&w.pen, w.closed, w.along == 0);
}
