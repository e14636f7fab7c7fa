/* augment.h: changes of an image that keep what it shows, drawn again in each epoch.
 *
 * Each augmentation is a row of one table with a strength; it draws from a stream of its own, which
 * belongs to a seed, an epoch, the example's place in the epoch and the augmentation: an example
 * becomes the same whoever computes it and whatever else is switched on. They are applied in the
 * order of the table: one movement of the pixels (flips, shift, scale and rotation together),
 * one affine map of the colours, noise, the normalisation by channel, cutout; mixup last, between
 * the examples of a batch. */
#ifndef DNN_DATA_AUGMENT_H
#define DNN_DATA_AUGMENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/random.h"

typedef enum dnn_augmentation {
    DNN_HORIZONTAL_FLIP = 0,
    DNN_VERTICAL_FLIP,
    DNN_SHIFT,
    DNN_SCALE,
    DNN_ROTATION,
    DNN_BRIGHTNESS,
    DNN_CONTRAST,
    DNN_SATURATION,
    DNN_HUE,
    DNN_NOISE,
    DNN_CUTOUT,
    DNN_MIXUP,
    DNN_AUGMENTATION_COUNT
} dnn_augmentation;

typedef struct dnn_augmentation_row {
    const char *name;
    double most;      /* strengths are above 0 and up to this; 0 is off */
    bool needs_shape; /* of an image */
    bool needs_colour;
    const char *doc; /* what the strength s means */
} dnn_augmentation_row;

extern const dnn_augmentation_row dnn_augmentations[DNN_AUGMENTATION_COUNT];

/* What is done with each example. */
typedef struct dnn_augment {
    size_t height, width, channels; /* of the image that comes in */
    size_t crop_height, crop_width; /* of a window of it that goes on; 0: all of it */
    bool centre;                    /* the window is the one in the middle, else a random one */
    double strength[DNN_AUGMENTATION_COUNT];
    bool normalise;
    float mean[3], deviation[3]; /* of each channel: v becomes (v - mean) / deviation */
    float top;                   /* white; colours are clamped to 0 .. top */
} dnn_augment;

/* Who an example is to its streams. */
typedef struct dnn_example_key {
    uint64_t seed;
    uint64_t epoch;
    uint32_t place; /* in the epoch, from 0 */
} dnn_example_key;

/* The stream of one use; augmentations use their numbers, others those from
 * DNN_AUGMENTATION_COUNT on. */
dnn_random dnn_example_stream(const dnn_example_key *key, uint32_t use);

/* Whether dnn_augment_apply has anything to do. */
bool dnn_augment_is_needed(const dnn_augment *a);

/* Rows of what comes out. */
size_t dnn_augment_rows(const dnn_augment *a);

/* All but mixup. `in` is an image of bytes (`is_bytes`) or floats; v becomes scale * v, then the
 * rest. `out` has dnn_augment_rows. */
void dnn_augment_apply(const dnn_augment *a, const dnn_example_key *key, const void *in,
                       bool is_bytes, float scale, float *out);

/* Which of the `count` columns of its batch column `column` is mixed with, and how much of itself
 * stays: a draw of the beta distribution with both parameters the strength (Zhang, Cisse, Dauphin,
 * Lopez-Paz: "mixup: Beyond empirical risk minimization", ICLR 2018), or 1 less that, so that at
 * least half of it stays. */
size_t dnn_augment_mixup(const dnn_augment *a, const dnn_example_key *key, size_t count,
                         double *share);

/* --- between the files of augmentation --- */

/* Moves the pixels: `in` of height x width to `out` of the window's size, in floats times `scale`.
 * What comes in from outside repeats the edge. */
void dnn_augment_move(const dnn_augment *a, const dnn_example_key *key, const void *in,
                      bool is_bytes, float scale, float *out);

/* Changes the colours of `pixels` pixels in place. */
void dnn_augment_colour(const dnn_augment *a, const dnn_example_key *key, float *image,
                        size_t pixels);

#endif
