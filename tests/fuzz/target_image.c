/* target_image.c: an image file of any kind, decoded in each way and resized. Kept to few pixels,
 * so that a change of the size in a header is soon over. */
#include <string.h>

#include "core/memory.h"
#include "data/image.h"
#include "target.h"

#define MOST ((uint64_t)1 << 16) /* pixels */

static void resize(const dnn_image *image) {
    uint8_t out[7 * 5 * 3];
    dnn_error err = {0};
    for (dnn_fit fit = 0; fit < DNN_FIT_COUNT; fit++)
        must_hold(dnn_image_resize(image, out, 7, 5, fit, &err) == DNN_OK);
}

static void decode(const uint8_t *data, size_t size, const dnn_image_options *options) {
    dnn_error err = {0};
    dnn_image image;
    dnn_status status = dnn_image_decode(&image, data, size, "a", options, &err);
    must_hold(status == DNN_OK || status == DNN_ERROR_FORMAT || status == DNN_ERROR_MEMORY);
    must_hold((status == DNN_OK) == (image.pixels != NULL));
    must_hold((status == DNN_OK) == (err.text[0] == '\0'));
    for (const char *c = err.text; *c != '\0'; c++)
        must_hold(*c == '\t' || ((unsigned char)*c >= 0x20 && *c != 0x7f));
    if (status == DNN_OK) {
        must_hold(image.width > 0 && image.height > 0 && image.channels == options->channels);
        must_hold((uint64_t)image.width * image.height <= MOST);
        unsigned sum = 0;
        for (size_t i = 0; i < image.width * image.height * image.channels; i++)
            sum += image.pixels[i];
        must_hold(sum <= 255 * image.width * image.height * image.channels);
        resize(&image);
    }
    dnn_image_free(&image);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    uint64_t live = dnn_allocations_live();
    decode(data, size, &(dnn_image_options){.channels = 3, .max_pixels = MOST});
    decode(data, size,
           &(dnn_image_options){.channels = 1,
                                .min_width = 4,
                                .min_height = 3,
                                .as_stored = size % 2 == 0,
                                .max_pixels = MOST});
    must_hold(dnn_allocations_live() == live);
    return 0;
}
