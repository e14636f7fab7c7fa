/* augment_move.c: flips, shift, crop, scale and rotation as one movement of the pixels.
 *
 * With scale and rotation, the pixel (x, y) of the result is looked up at A ((x, y) - centre) +
 * centre' in the image and interpolated from the four pixels around. Without them a movement is by
 * whole pixels, and values are only copied. */
#include "data/augment.h"

#include <math.h>

/* Where pixels come from: whole offsets of the window, then the linear part. */
typedef struct movement {
    const dnn_augment *a;
    size_t height, width; /* of the result */
    ptrdiff_t top, left;  /* of the window in the image */
    bool mirrored, upside_down;
    bool by_pixels;       /* factor 1, angle 0 */
    double along, across; /* cos(angle) / factor, sin(angle) / factor */
} movement;

static ptrdiff_t draw_shift(dnn_random *random, double s, size_t side) {
    const double most = s < 1 ? s * (double)side : s;
    return (ptrdiff_t)floor((2 * dnn_random_uniform(random) - 1) * most + 0.5);
}

/* Uniform in 1 - s .. 1 + s, or in -s .. s. */
static double draw_around(const dnn_example_key *key, uint32_t use, double middle, double s) {
    dnn_random random = dnn_example_stream(key, use);
    return middle + (2 * dnn_random_uniform(&random) - 1) * s;
}

static bool draw_flag(const dnn_example_key *key, uint32_t use, double probability) {
    dnn_random random = dnn_example_stream(key, use);
    return dnn_random_uniform(&random) < probability;
}

static void draw_window(movement *m, const dnn_example_key *key) {
    const dnn_augment *a = m->a;
    const size_t spare_rows = a->height - m->height, spare_columns = a->width - m->width;
    dnn_random random = dnn_example_stream(key, DNN_AUGMENTATION_COUNT);
    m->top = (ptrdiff_t)(a->centre ? spare_rows / 2 : dnn_random_below(&random, spare_rows + 1));
    m->left =
        (ptrdiff_t)(a->centre ? spare_columns / 2 : dnn_random_below(&random, spare_columns + 1));
    if (a->strength[DNN_SHIFT] > 0) {
        random = dnn_example_stream(key, DNN_SHIFT);
        m->top += draw_shift(&random, a->strength[DNN_SHIFT], a->height);
        m->left += draw_shift(&random, a->strength[DNN_SHIFT], a->width);
    }
}

static movement draw(const dnn_augment *a, const dnn_example_key *key) {
    movement m = {.a = a,
                  .height = a->crop_height > 0 ? a->crop_height : a->height,
                  .width = a->crop_width > 0 ? a->crop_width : a->width,
                  .by_pixels = a->strength[DNN_SCALE] == 0 && a->strength[DNN_ROTATION] == 0};
    if (a->strength[DNN_HORIZONTAL_FLIP] > 0)
        m.mirrored = draw_flag(key, DNN_HORIZONTAL_FLIP, a->strength[DNN_HORIZONTAL_FLIP]);
    if (a->strength[DNN_VERTICAL_FLIP] > 0)
        m.upside_down = draw_flag(key, DNN_VERTICAL_FLIP, a->strength[DNN_VERTICAL_FLIP]);
    draw_window(&m, key);
    if (!m.by_pixels) {
        double factor = draw_around(key, DNN_SCALE, 1, a->strength[DNN_SCALE]);
        double degrees = draw_around(key, DNN_ROTATION, 0, a->strength[DNN_ROTATION]);
        m.along = cos(degrees * (3.14159265358979323846 / 180)) / factor;
        m.across = sin(degrees * (3.14159265358979323846 / 180)) / factor;
    }
    return m;
}

static size_t clamp(ptrdiff_t i, size_t count) {
    return i < 0 ? 0 : (size_t)i >= count ? count - 1 : (size_t)i;
}

static inline float at(const void *in, bool is_bytes, size_t i) {
    return is_bytes ? (float)((const uint8_t *)in)[i] : ((const float *)in)[i];
}

/* One row by whole pixels; inlined for a constant type and number of channels. */
static inline void copy_row(const movement *m, const void *in, const bool is_bytes, size_t row,
                            float scale, const size_t channels, float *restrict out) {
    const size_t width = m->a->width, base = row * width * channels;
    if (!m->mirrored && m->left >= 0 && (size_t)m->left + m->width <= width) {
        const size_t first = base + (size_t)m->left * channels;
        for (size_t i = 0; i < m->width * channels; i++)
            out[i] = scale * at(in, is_bytes, first + i);
        return;
    }
    for (size_t x = 0; x < m->width; x++) {
        const size_t from = m->mirrored ? m->width - 1 - x : x;
        const size_t pixel = base + clamp((ptrdiff_t)from + m->left, width) * channels;
        for (size_t c = 0; c < channels; c++)
            out[x * channels + c] = scale * at(in, is_bytes, pixel + c);
    }
}

/* One pixel from between four. */
static inline void interpolate(const dnn_augment *a, const void *in, const bool is_bytes, double x,
                               double y, float scale, const size_t channels, float *out) {
    const double left = floor(x), top = floor(y);
    const float fx = (float)(x - left), fy = (float)(y - top);
    const size_t x0 = clamp((ptrdiff_t)left, a->width), x1 = clamp((ptrdiff_t)left + 1, a->width);
    const size_t y0 = clamp((ptrdiff_t)top, a->height), y1 = clamp((ptrdiff_t)top + 1, a->height);
    for (size_t c = 0; c < channels; c++) {
        float v00 = at(in, is_bytes, (y0 * a->width + x0) * channels + c);
        float v01 = at(in, is_bytes, (y0 * a->width + x1) * channels + c);
        float v10 = at(in, is_bytes, (y1 * a->width + x0) * channels + c);
        float v11 = at(in, is_bytes, (y1 * a->width + x1) * channels + c);
        float upper = v00 + fx * (v01 - v00), lower = v10 + fx * (v11 - v10);
        out[c] = scale * (upper + fy * (lower - upper));
    }
}

static inline void turn_row(const movement *m, const void *in, const bool is_bytes, size_t y,
                            float scale, const size_t channels, float *restrict out) {
    const double half_width = 0.5 * (double)m->width, half_height = 0.5 * (double)m->height;
    const double v = ((double)y + 0.5 - half_height) * (m->upside_down ? -1 : 1);
    for (size_t x = 0; x < m->width; x++) {
        const double u = ((double)x + 0.5 - half_width) * (m->mirrored ? -1 : 1);
        const double from_x = m->along * u - m->across * v + half_width + (double)m->left - 0.5;
        const double from_y = m->across * u + m->along * v + half_height + (double)m->top - 0.5;
        interpolate(m->a, in, is_bytes, from_x, from_y, scale, channels, out + x * channels);
    }
}

static inline void move(const movement *m, const void *in, const bool is_bytes, float scale,
                        const size_t channels, float *out) {
    for (size_t y = 0; y < m->height; y++, out += m->width * channels) {
        const size_t from = m->upside_down ? m->height - 1 - y : y;
        if (m->by_pixels)
            copy_row(m, in, is_bytes, clamp((ptrdiff_t)from + m->top, m->a->height), scale,
                     channels, out);
        else
            turn_row(m, in, is_bytes, y, scale, channels, out);
    }
}

void dnn_augment_move(const dnn_augment *a, const dnn_example_key *key, const void *in,
                      bool is_bytes, float scale, float *out) {
    const movement m = draw(a, key);
    if (a->channels == 1)
        is_bytes ? move(&m, in, true, scale, 1, out) : move(&m, in, false, scale, 1, out);
    else
        is_bytes ? move(&m, in, true, scale, 3, out) : move(&m, in, false, scale, 3, out);
}
