/* augment_colour.c: brightness, contrast, saturation and hue, in this order, as one affine map of
 * the colours: v becomes M v + o, clamped to black and white at the end. */
#include "data/augment.h"

#include <math.h>

/* Of ITU-R BT.601, as grey images are made. */
static const double luma[3] = {0.299, 0.587, 0.114};

typedef struct map {
    double m[3][3], o[3];
} map;

/* Uniform in 1 - s .. 1 + s. */
static double draw_factor(const dnn_augment *a, const dnn_example_key *key, uint32_t use) {
    dnn_random random = dnn_example_stream(key, use);
    return 1 + (2 * dnn_random_uniform(&random) - 1) * a->strength[use];
}

static map after(const map *first, const double m[3][3], const double o[3]) {
    map both = {{{0}}, {0}};
    for (int i = 0; i < 3; i++) {
        both.o[i] = o[i];
        for (int k = 0; k < 3; k++) {
            both.o[i] += m[i][k] * first->o[k];
            for (int j = 0; j < 3; j++)
                both.m[i][j] += m[i][k] * first->m[k][j];
        }
    }
    return both;
}

/* f times what there is, plus g: both the same for all colours. */
static map scaled(const map *first, double f, double g) {
    const double m[3][3] = {
        {f, 0, 0},
        {0, f, 0},
        {0, 0, f}
    };
    return after(first, m, (double[3]){g, g, g});
}

static map saturated(const map *first, double f) {
    double m[3][3];
    for (int i = 0; i < 3; i++)
        for (int j = 0; j < 3; j++)
            m[i][j] = (i == j ? f : 0) + (1 - f) * luma[j];
    return after(first, m, (double[3]){0});
}

/* W3C, "Filter Effects Module Level 1", feColorMatrix of type hueRotate. */
static map hue_turned(const map *first, double circle) {
    static const double grey[3] = {0.213, 0.715, 0.072};
    static const double sine[3][3] = {
        {-0.213, -0.715, 0.928 },
        {0.143,  0.140,  -0.283},
        {-0.787, 0.715,  0.072 }
    };
    const double c = cos(2 * 3.14159265358979323846 * circle);
    const double s = sin(2 * 3.14159265358979323846 * circle);
    double m[3][3];
    for (int i = 0; i < 3; i++)
        for (int j = 0; j < 3; j++)
            m[i][j] = grey[j] + c * ((i == j) - grey[j]) + s * sine[i][j];
    return after(first, m, (double[3]){0});
}

/* The mean grey of the image as `first` leaves it. */
static double mean_grey(const map *first, const float *image, size_t pixels, size_t channels) {
    double sum[3] = {0};
    for (size_t i = 0; i < pixels; i++)
        for (size_t c = 0; c < channels; c++)
            sum[c] += (double)image[i * channels + c];
    if (channels == 1)
        sum[1] = sum[2] = sum[0];
    double grey = 0;
    for (int i = 0; i < 3; i++) {
        double v = first->o[i];
        for (int j = 0; j < 3; j++)
            v += first->m[i][j] * sum[j] / (double)pixels;
        grey += luma[i] * v;
    }
    return grey;
}

static float clamp(float v, float top) {
    return v < 0 ? 0 : v > top ? top : v;
}

static void apply(const map *m, float *image, size_t pixels, size_t channels, float top) {
    float f[3][3], o[3];
    for (int i = 0; i < 3; i++) {
        o[i] = (float)m->o[i];
        for (int j = 0; j < 3; j++)
            f[i][j] = (float)m->m[i][j];
    }
    if (channels == 1) {
        const float grey = f[0][0] + f[0][1] + f[0][2];
        for (size_t i = 0; i < pixels; i++)
            image[i] = clamp(grey * image[i] + o[0], top);
        return;
    }
    for (size_t i = 0; i < pixels; i++, image += 3) {
        const float r = image[0], g = image[1], b = image[2];
        for (int k = 0; k < 3; k++)
            image[k] = clamp(f[k][0] * r + f[k][1] * g + f[k][2] * b + o[k], top);
    }
}

void dnn_augment_colour(const dnn_augment *a, const dnn_example_key *key, float *image,
                        size_t pixels) {
    const double *s = a->strength;
    map m = {
        {{1, 0, 0}, {0, 1, 0}, {0, 0, 1}},
        {0,         0,         0        }
    };
    if (s[DNN_BRIGHTNESS] == 0 && s[DNN_CONTRAST] == 0 && s[DNN_SATURATION] == 0 && s[DNN_HUE] == 0)
        return;
    if (s[DNN_BRIGHTNESS] > 0)
        m = scaled(&m, draw_factor(a, key, DNN_BRIGHTNESS), 0);
    if (s[DNN_CONTRAST] > 0) {
        double f = draw_factor(a, key, DNN_CONTRAST);
        m = scaled(&m, f, (1 - f) * mean_grey(&m, image, pixels, a->channels));
    }
    if (s[DNN_SATURATION] > 0)
        m = saturated(&m, draw_factor(a, key, DNN_SATURATION));
    if (s[DNN_HUE] > 0)
        m = hue_turned(&m, draw_factor(a, key, DNN_HUE) - 1);
    apply(&m, image, pixels, a->channels, a->top);
}
