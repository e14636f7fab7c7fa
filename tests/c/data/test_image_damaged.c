/* Tests of files that are not images, of images cut short or damaged, and of memory that runs out.
 */
#include "image_cases.h"

#include "core/memory.h"
#include "core/random.h"

static void says_what_is_wrong_with_what_is_not_an_image(void **state) {
    (void)state;
    dnn_image image;
    const uint8_t none[] = "GIX89a";
    check_fails(dnn_image_read(&image, "nowhere.jpg", as(3, 0, 0), &err), DNN_ERROR_FILE,
                "nowhere.jpg: No such file or directory");
    check_fails(dnn_image_read(&image, ".", as(3, 0, 0), &err), DNN_ERROR_FILE,
                ".: is not a regular file; expected an image");
    check_fails(dnn_image_decode(&image, none, 0, "a.jpg", as(3, 0, 0), &err), DNN_ERROR_FORMAT,
                "a.jpg: expected an image (JPEG, PNG, WebP, GIF or BMP), but the file is empty");
    check_fails(dnn_image_decode(&image, none, 6, "a.jpg", as(3, 0, 0), &err), DNN_ERROR_FORMAT,
                "a.jpg: expected an image (JPEG, PNG, WebP, GIF or BMP), got text that begins with "
                "'GIX89a'");
    check_fails(dnn_image_decode(&image, none, 6, "a.jpg", as(4, 0, 0), &err), DNN_ERROR_ARGUMENT,
                "a.jpg: cannot be read with 4 channels; expected 1 or 3");
    assert_null(image.pixels);
}

/* Offset of the two bytes of height in a JPEG's start of frame (ff c0 len len bits h h w w). */
static size_t frame_height(bytes file) {
    size_t i = 0;
    while (!(file.data[i] == 0xff && (file.data[i + 1] == 0xc0 || file.data[i + 1] == 0xc2)))
        i++;
    return i + 5;
}

static void refuses_more_pixels_than_it_promises(void **state) {
    (void)state;
    dnn_image image;
    bytes jpeg = make_jpeg(16, 16, NULL, TJPF_RGB, TJSAMP_444, 0);
    memcpy(jpeg.data + frame_height(jpeg), "\xf0\x00\xf0\x00", 4);
    check_fails(dnn_image_decode(&image, jpeg.data, jpeg.size, "a.jpg", as(3, 0, 0), &err),
                DNN_ERROR_FORMAT,
                "a.jpg: claims 61440 x 61440 pixels; at most 67108864 are read (max_pixels)");
    tjFree(jpeg.data);
    /* signature, length, "IHDR", width, height, depth 8, grey; CRC by a table-free loop */
    uint8_t png[33] = "\x89PNG\r\n\x1a\n\0\0\0\rIHDR\x00\x10\x00\x00\x00\x00\x10\x00\x08";
    uint32_t crc = 0xffffffff;
    for (size_t i = 12; i < 29; i++) {
        crc ^= png[i];
        for (int bit = 0; bit < 8; bit++)
            crc = crc >> 1 ^ (crc & 1 ? 0xedb88320 : 0);
    }
    for (int i = 0; i < 4; i++)
        png[29 + i] = (uint8_t)(~crc >> (24 - 8 * i));
    check_fails(dnn_image_decode(&image, png, sizeof png, "a.png", as(3, 0, 0), &err),
                DNN_ERROR_FORMAT,
                "a.png: claims 1048576 x 4096 pixels; at most 67108864 are read (max_pixels)");
}

/* Files of each form, small enough to cut at every length. */
static size_t sample_files(bytes *files) {
    static uint8_t noise[24 * 24 * 4];
    for (size_t i = 0; i < sizeof noise; i++)
        noise[i] = (uint8_t)(i * i * 11 + i / 3);
    struct spng_plte palette = {.n_entries = 256};
    files[0] = make_jpeg(24, 24, NULL, TJPF_RGB, TJSAMP_420, 0);
    files[1] = make_jpeg(24, 24, NULL, TJPF_RGB, TJSAMP_444, TJFLAG_PROGRESSIVE);
    files[2] = make_jpeg(24, 24, NULL, TJPF_CMYK, TJSAMP_444, 0);
    files[3] = make_jpeg(24, 24, NULL, TJPF_GRAY, TJSAMP_GRAY, 0);
    files[4] = make_png(24, 24, 6, 8, false, noise, 24 * 24 * 4, NULL, NULL);
    files[5] = make_png(24, 24, 3, 8, true, noise, 24 * 24, &palette, NULL);
    files[6] = make_png(24, 24, 4, 16, false, noise, 24 * 24 * 4, NULL, NULL);
    return 7;
}

/* A block of exactly this size, so that AddressSanitizer sees a read beyond it. */
static uint8_t *exact_copy(const uint8_t *data, size_t size) {
    uint8_t *copy = malloc(size);
    return size == 0 ? copy : memcpy(copy, data, size);
}

static void a_file_cut_short_is_an_error_at_every_length(void **state) {
    (void)state;
    bytes files[8];
    size_t count = sample_files(files);
    for (size_t f = 0; f < count; f++) {
        /* a PNG's last four bytes are the checksum of an empty chunk, which nobody misses */
        size_t needed = f < 4 ? files[f].size : files[f].size - 4;
        for (size_t length = 0; length < needed; length++) {
            uint8_t *copy = exact_copy(files[f].data, length);
            dnn_image image;
            check_fails(dnn_image_decode(&image, copy, length, "a", as(3, 0, 0), &err),
                        DNN_ERROR_FORMAT, "a: ");
            assert_null(image.pixels);
            free(copy);
        }
        dnn_image image;
        size_t most = files[f].size - 20;
        check_fails(dnn_image_decode(&image, files[f].data, most, "a", as(3, 0, 0), &err),
                    DNN_ERROR_FORMAT,
                    f < 4 ? "a: the JPEG is cut short (" : "a: the PNG is cut short (");
        free(files[f].data);
    }
}

/* Some cameras leave bytes between the image and its end marker. */
static void bytes_before_the_end_marker_of_a_jpeg_are_overlooked(void **state) {
    (void)state;
    bytes file = make_jpeg(24, 24, NULL, TJPF_RGB, TJSAMP_420, 0);
    uint8_t *longer = malloc(file.size + 3);
    memcpy(longer, file.data, file.size - 2);
    memcpy(longer + file.size - 2, "\x11\x22\x33\xFF\xD9", 5);
    dnn_image plain, padded;
    check_ok(dnn_image_decode(&plain, file.data, file.size, "a", as(3, 0, 0), &err));
    check_ok(dnn_image_decode(&padded, longer, file.size + 3, "a", as(3, 0, 0), &err));
    assert_memory_equal(plain.pixels, padded.pixels, 24 * 24 * 3);
    dnn_image_free(&plain);
    dnn_image_free(&padded);
    free(longer);
    free(file.data);
}

static void damaged_bytes_are_an_error_or_an_image_never_a_crash(void **state) {
    (void)state;
    bytes files[8];
    size_t count = sample_files(files);
    uint64_t live = dnn_allocations_live();
    for (uint64_t seed = 0; seed < 300; seed++) {
        dnn_random random = dnn_random_seeded(seed);
        bytes file = files[seed % count];
        uint8_t *copy = exact_copy(file.data, file.size);
        for (uint64_t flips = 1 + dnn_random_below(&random, 4); flips > 0; flips--)
            copy[dnn_random_below(&random, file.size)] ^=
                (uint8_t)(1 + dnn_random_below(&random, 255));
        dnn_image image;
        size_t channels = seed % 2 == 0 ? 3 : 1;
        dnn_status status =
            dnn_image_decode(&image, copy, file.size, "a", as(channels, seed % 30, 8), &err);
        assert_true(status == DNN_OK || status == DNN_ERROR_FORMAT || status == DNN_ERROR_MEMORY);
        assert_int_equal(image.pixels != NULL, status == DNN_OK);
        dnn_image_free(&image);
        free(copy);
    }
    assert_int_equal(dnn_allocations_live(), live);
    for (size_t f = 0; f < count; f++)
        free(files[f].data);
}

static void survives_every_failed_allocation(void **state) {
    (void)state;
    bytes files[8];
    size_t count = sample_files(files);
    uint64_t live = dnn_allocations_live();
    for (size_t f = 0; f < count; f++) {
        dnn_status status = DNN_ERROR_MEMORY;
        for (uint64_t n = 1; status != DNN_OK; n++) {
            dnn_image image;
            dnn_fail_allocation(n);
            status = dnn_image_decode(&image, files[f].data, files[f].size, "a", as(3, 0, 0), &err);
            dnn_fail_allocation(0);
            assert_true(status == DNN_OK || status == DNN_ERROR_MEMORY);
            dnn_image_free(&image);
            assert_int_equal(dnn_allocations_live(), live);
        }
        free(files[f].data);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(says_what_is_wrong_with_what_is_not_an_image),
        cmocka_unit_test(refuses_more_pixels_than_it_promises),
        cmocka_unit_test(a_file_cut_short_is_an_error_at_every_length),
        cmocka_unit_test(bytes_before_the_end_marker_of_a_jpeg_are_overlooked),
        cmocka_unit_test(damaged_bytes_are_an_error_or_an_image_never_a_crash),
        cmocka_unit_test(survives_every_failed_allocation),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
