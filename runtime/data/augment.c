/* augment.c: the table of augmentations, their streams, and what is done after pixels and colours:
 * noise, normalisation, cutout, and the choice of mixup. */
#include "data/augment.h"

#include <math.h>

#define EACH(name, most, shape, colour, doc)                                                       \
    { name, most, shape, colour, doc }

const dnn_augmentation_row dnn_augmentations[DNN_AUGMENTATION_COUNT] = {
    [DNN_HORIZONTAL_FLIP] =
        EACH("horizontal_flip", 1, true, false, "mirrored, left to right, with probability s"),
    [DNN_VERTICAL_FLIP] =
        EACH("vertical_flip", 1, true, false, "mirrored, top to bottom, with probability s"),
    [DNN_SHIFT] = EACH("shift", 4096, true, false,
                       "moved by up to s of each side (s below 1), or s pixels, either way"),
    [DNN_SCALE] = EACH("scale", 0.9, true, false, "enlarged by a factor of 1 - s to 1 + s"),
    [DNN_ROTATION] = EACH("rotation", 180, true, false, "turned by up to s degrees either way"),
    [DNN_BRIGHTNESS] =
        EACH("brightness", 1, true, false, "multiplied by a factor of 1 - s to 1 + s"),
    [DNN_CONTRAST] = EACH("contrast", 1, true, false,
                          "the distance to its mean grey times a factor of 1 - s to 1 + s"),
    [DNN_SATURATION] = EACH("saturation", 1, true, true,
                            "each pixel's distance to its grey times a factor of 1 - s to 1 + s"),
    [DNN_HUE] = EACH("hue", 0.5, true, true, "hues turned by up to s of the circle either way"),
    [DNN_NOISE] = EACH("noise", 10, false, false,
                       "normal numbers of deviation s added to each value (white is 1)"),
    [DNN_CUTOUT] = EACH("cutout", 4096, true, false,
                        "a square with sides of s of the smaller side (s below 1), or s pixels, "
                        "becomes 0"),
    [DNN_MIXUP] = EACH("mixup", 4, false, false,
                       "mixed with another example of its batch, labels too, by a share drawn from "
                       "the beta distribution (s, s); the larger share is its own"),
};

dnn_random dnn_example_stream(const dnn_example_key *key, uint32_t use) {
    uint32_t counter[4] = {key->place, (uint32_t)key->epoch, (uint32_t)(key->epoch >> 32), use};
    const uint32_t seed[2] = {(uint32_t)key->seed, (uint32_t)(key->seed >> 32)};
    dnn_philox4x32(counter, seed);
    return (dnn_random){.key = (uint64_t)counter[1] << 32 | counter[0], .position = 0};
}

bool dnn_augment_is_needed(const dnn_augment *a) {
    for (int i = 0; i < DNN_MIXUP; i++)
        if (a->strength[i] > 0)
            return true;
    return a->normalise || a->crop_height > 0;
}

static size_t out_height(const dnn_augment *a) {
    return a->crop_height > 0 ? a->crop_height : a->height;
}

static size_t out_width(const dnn_augment *a) {
    return a->crop_width > 0 ? a->crop_width : a->width;
}

size_t dnn_augment_rows(const dnn_augment *a) {
    return out_height(a) * out_width(a) * a->channels;
}

static void add_noise(const dnn_augment *a, const dnn_example_key *key, float *image,
                      size_t count) {
    const double deviation = a->strength[DNN_NOISE] * (double)a->top;
    dnn_random random = dnn_example_stream(key, DNN_NOISE);
    for (size_t i = 0; i < count; i++)
        image[i] += (float)(deviation * dnn_random_normal(&random));
}

static void normalise(const dnn_augment *a, float *image, size_t pixels) {
    float factor[3], shift[3];
    for (size_t c = 0; c < a->channels; c++) {
        factor[c] = 1 / a->deviation[c];
        shift[c] = -a->mean[c] * factor[c];
    }
    if (a->channels == 1)
        for (size_t i = 0; i < pixels; i++)
            image[i] = image[i] * factor[0] + shift[0];
    else
        for (size_t i = 0; i < pixels; i++)
            for (size_t c = 0; c < 3; c++)
                image[3 * i + c] = image[3 * i + c] * factor[c] + shift[c];
}

/* The square's middle is anywhere in the image, so a part of it may be outside (DeVries, Taylor:
 * "Improved regularization of convolutional neural networks with cutout", 2017). */
static void cut_out(const dnn_augment *a, const dnn_example_key *key, float *image) {
    const int64_t height = (int64_t)out_height(a), width = (int64_t)out_width(a);
    const double s = a->strength[DNN_CUTOUT];
    int64_t side = (int64_t)(s < 1 ? s * (double)(height < width ? height : width) + 0.5 : s);
    dnn_random random = dnn_example_stream(key, DNN_CUTOUT);
    int64_t top = (int64_t)dnn_random_below(&random, (uint64_t)height) - side / 2;
    int64_t left = (int64_t)dnn_random_below(&random, (uint64_t)width) - side / 2;
    int64_t bottom = top + side < height ? top + side : height;
    int64_t right = left + side < width ? left + side : width;
    left = left < 0 ? 0 : left;
    for (int64_t y = top < 0 ? 0 : top; y < bottom; y++)
        for (size_t i = (size_t)(y * width + left) * a->channels;
             i < (size_t)(y * width + right) * a->channels; i++)
            image[i] = 0;
}

void dnn_augment_apply(const dnn_augment *a, const dnn_example_key *key, const void *in,
                       bool is_bytes, float scale, float *out) {
    const size_t pixels = out_height(a) * out_width(a);
    dnn_augment_move(a, key, in, is_bytes, scale, out);
    dnn_augment_colour(a, key, out, pixels);
    if (a->strength[DNN_NOISE] > 0)
        add_noise(a, key, out, pixels * a->channels);
    if (a->normalise)
        normalise(a, out, pixels);
    if (a->strength[DNN_CUTOUT] > 0)
        cut_out(a, key, out);
}

/* Of the beta distribution (alpha, alpha), by Joehnk's method (1964): for uniform u and v, of
 * x = u^(1/alpha) and y = v^(1/alpha) with x + y <= 1 the share x / (x + y). */
static double draw_beta(dnn_random *random, double alpha) {
    for (;;) {
        double x = pow(dnn_random_uniform(random), 1 / alpha);
        double y = pow(dnn_random_uniform(random), 1 / alpha);
        if (x + y <= 1 && x + y > 0)
            return x / (x + y);
    }
}

size_t dnn_augment_mixup(const dnn_augment *a, const dnn_example_key *key, size_t count,
                         double *share) {
    dnn_random random = dnn_example_stream(key, DNN_MIXUP);
    size_t partner = (size_t)dnn_random_below(&random, count);
    double drawn = draw_beta(&random, a->strength[DNN_MIXUP]);
    *share = drawn < 0.5 ? 1 - drawn : drawn;
    return partner;
}
