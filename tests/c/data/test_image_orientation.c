/* Tests of EXIF's orientation in JPEG, PNG and WebP, on files made here. */
#include "image_cases.h"

#include <webp/encode.h>

#include "core/memory.h"

static bytes with_orientation(bytes file, uint8_t orientation, bool little) {
    uint8_t app1[] = "\xff\xe1\0\x22"
                     "Exif\0\0"
                     "MM\0*\0\0\0\x08"
                     "\0\1"
                     "\1\x12\0\3\0\0\0\1\0\0\0\0"
                     "\0\0\0\0";
    if (little)
        memcpy(app1 + 10, "II*\0\x08\0\0\0\1\0\x12\1\3\0\1\0\0\0", 18);
    app1[little ? 28 : 29] = orientation;
    return insert(file, app1, 36);
}

static void photos_are_turned_as_their_camera_noted(void **state) {
    (void)state;
    /* What is stored: 32 x 16, its left half red above and green below, its right half blue. */
    uint8_t pixels[16 * 32 * 3] = {0};
    for (int y = 0; y < 16; y++)
        for (int x = 0; x < 32; x++)
            pixels[(y * 32 + x) * 3 + (x >= 16 ? 2 : y >= 8)] = 255;
    tjhandle jpeg = tjInitCompress();
    bytes file = {NULL, 0};
    assert_int_equal(
        tjCompress2(jpeg, pixels, 32, 0, 16, TJPF_RGB, &file.data, &file.size, TJSAMP_444, 100, 0),
        0);
    tjDestroy(jpeg);
    /* Colours of the four corners of what is shown, from the top left along the rows. */
    const char *const corners[] = {"rbgb", "brbg", "bgbr", "gbrb", "rgbb", "grbb", "bbgr", "bbrg"};
    for (int orientation = 1; orientation <= 8; orientation++) {
        bytes turned = with_orientation(file, (uint8_t)orientation, orientation % 2 == 0);
        dnn_image image;
        check_ok(dnn_image_decode(&image, turned.data, turned.size, "test", as(3, 0, 0), &err));
        const size_t w = image.width, h = image.height;
        assert_int_equal(w, orientation < 5 ? 32 : 16);
        const size_t at[] = {0, w - 1, (h - 1) * w, h * w - 1};
        for (int k = 0; k < 4; k++) {
            const uint8_t *p = image.pixels + 3 * at[k];
            char colour = p[0] > 128 ? 'r' : p[1] > 128 ? 'g' : 'b';
            assert_int_equal(colour, corners[orientation - 1][k]);
        }
        dnn_image_free(&image);
        dnn_image_options stored = {.channels = 1, .as_stored = true};
        check_ok(dnn_image_decode(&image, turned.data, turned.size, "test", &stored, &err));
        assert_int_equal(image.width, 32);
        dnn_image_free(&image);
        /* the least size is that of the upright image */
        check_ok(dnn_image_decode(&image, turned.data, turned.size, "test",
                                  orientation < 5 ? as(3, 16, 8) : as(3, 8, 16), &err));
        assert_int_equal(image.width * image.height, 8 * 16);
        dnn_image_free(&image);
        free(turned.data);
    }
    bytes odd = with_orientation(file, 99, true);
    dnn_image image;
    check_ok(dnn_image_decode(&image, odd.data, odd.size, "test", as(3, 0, 0), &err));
    assert_int_equal(image.width, 32);
    dnn_image_free(&image);
    bytes twice = with_orientation(odd, 6, false); /* the first counts */
    check_ok(dnn_image_decode(&image, twice.data, twice.size, "test", as(3, 0, 0), &err));
    assert_int_equal(image.width, 16);
    dnn_image_free(&image);
    check_fails(dnn_image_decode(&image, twice.data, 12, "test", as(3, 0, 0), &err),
                DNN_ERROR_FORMAT, "test: the JPEG is cut short (Premature end of JPEG file)");
    check_fails(dnn_image_decode(&image, twice.data, 5, "test", as(3, 0, 0), &err),
                DNN_ERROR_FORMAT, "test: the JPEG is cut short (Premature end of JPEG file)");
    free(twice.data);
    free(odd.data);
    tjFree(file.data);
}

/* A WebP of a still image in its extended form, with EXIF after the pixels. */
static size_t with_webp_exif(uint8_t *out, const uint8_t *simple, size_t size, const uint8_t *exif,
                             size_t exif_size) {
    const uint8_t extended[] = "RIFF\0\0\0\0WEBPVP8X\x0a\0\0\0\x08\0\0\0\1\0\0\0\0\0"; /* 2 x 1 */
    size_t n = 30;
    memcpy(out, extended, n);
    memcpy(out + n, simple + 12, size - 12);
    n += size - 12;
    memcpy(out + n, "EXIF", 4);
    put_32(out + n + 4, (uint32_t)exif_size);
    memcpy(out + n + 8, exif, exif_size);
    n += 8 + exif_size;
    put_32(out + 4, (uint32_t)(n - 8));
    return n;
}

static void png_and_webp_are_turned_too(void **state) {
    (void)state;
    char exif[26] = "MM\0*\0\0\0\x08\0\1\1\x12\0\3\0\0\0\1\0\x08"; /* left, bottom: 8 */
    const uint8_t rgb[] = {1, 2, 3, 4, 5, 6}, turned[] = {4, 5, 6, 1, 2, 3};
    struct spng_ihdr header = {.width = 2, .height = 1, .bit_depth = 8, .color_type = 2};
    struct spng_exif chunk = {.length = sizeof exif, .data = exif};
    size_t size;
    int code;
    spng_ctx *png = spng_ctx_new(SPNG_CTX_ENCODER);
    spng_set_option(png, SPNG_ENCODE_TO_BUFFER, 1);
    spng_set_ihdr(png, &header);
    assert_int_equal(spng_set_exif(png, &chunk), 0);
    assert_int_equal(spng_encode_image(png, rgb, 6, SPNG_FMT_PNG, SPNG_ENCODE_FINALIZE), 0);
    uint8_t *file = spng_get_png_buffer(png, &size, &code);
    check_decodes(file, size, 3, 1, 2, turned);
    free(file);
    spng_ctx_free(png);
    size = WebPEncodeLosslessRGB(rgb, 2, 1, 6, &file);
    uint8_t *extended = malloc(size + 100);
    size_t whole = with_webp_exif(extended, file, size, (uint8_t *)exif, sizeof exif);
    check_decodes(extended, whole, 3, 1, 2, turned);
    uint8_t marked[6 + sizeof exif] = "Exif\0"; /* as JPEG files begin it */
    memcpy(marked + 6, exif, sizeof exif);
    whole = with_webp_exif(extended, file, size, marked, sizeof marked);
    check_decodes(extended, whole, 3, 1, 2, turned);
    whole = with_webp_exif(extended, file, size, marked, 6); /* and nothing more */
    check_decodes(extended, whole, 3, 2, 1, rgb);
    free(extended);
    WebPFree(file);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(photos_are_turned_as_their_camera_noted),
        cmocka_unit_test(png_and_webp_are_turned_too),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
