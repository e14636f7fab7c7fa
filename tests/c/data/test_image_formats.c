/* Tests of WebP, GIF and BMP, of odd headers, and of limits, on files made
 * here byte by byte or by the formats' own libraries. */
#include "image_cases.h"

#include <webp/encode.h>

#include "core/memory.h"

/* Cut at any length it is refused, as `cut short` or `damaged`; every allocation may fail. */
static void check_hostile(const uint8_t *file, size_t size, size_t needed) {
    dnn_image image;
    uint64_t live = dnn_allocations_live();
    for (size_t length = 0; length < needed; length++) {
        uint8_t *copy = malloc(length + 1);
        memcpy(copy, file, length);
        check_fails(dnn_image_decode(&image, copy, length, "a", as(3, 0, 0), &err),
                    DNN_ERROR_FORMAT, "a: ");
        free(copy);
    }
    dnn_status status = DNN_ERROR_MEMORY;
    for (uint64_t n = 1; status != DNN_OK; n++) {
        dnn_fail_allocation(n);
        status = dnn_image_decode(&image, file, size, "a", as(3, 0, 0), &err);
        dnn_fail_allocation(0);
        assert_true(status == DNN_OK || status == DNN_ERROR_MEMORY);
        dnn_image_free(&image);
    }
    assert_int_equal(dnn_allocations_live(), live);
}

static void reads_webp_with_and_without_loss(void **state) {
    (void)state;
    const uint8_t rgba[] = {200, 100, 0, 255, 200, 100, 0, 0, 200, 100, 0, 51, 9, 8, 7, 255};
    uint8_t *file, orange[16 * 16 * 3];
    size_t size = WebPEncodeLosslessRGBA(rgba, 2, 2, 8, &file);
    check_decodes(file, size, 3, 2, 2,
                  (uint8_t[]){200, 100, 0, 255, 255, 255, 244, 224, 204, 9, 8, 7});
    check_decodes(file, size, 1, 2, 2, (uint8_t[]){119, 255, 228, 8});
    check_hostile(file, size, size - 1);
    WebPFree(file);
    for (size_t i = 0; i < sizeof orange; i++)
        orange[i] = (uint8_t[]){230, 120, 30}[i % 3];
    size = WebPEncodeRGB(orange, 16, 16, 48, 95, &file);
    dnn_image image;
    check_ok(dnn_image_decode(&image, file, size, "test", as(3, 0, 0), &err));
    for (size_t i = 0; i < sizeof orange; i++)
        check_close(image.pixels[i], orange[i], 3);
    dnn_image_free(&image);
    check_fails(dnn_image_decode(&image, file, size, "a",
                                 &(dnn_image_options){.channels = 3, .max_pixels = 255}, &err),
                DNN_ERROR_FORMAT, "a: claims 16 x 16 pixels; at most 255 are read (max_pixels)");
    WebPFree(file);
}

/* 3 x 2, colours black, red, green, blue; the pixels are codes of 3 bits, each led by a clear code
 * (4), so that the table never grows: 4 p 4 p ... 5, from the lowest bit up. */
static size_t make_gif(uint8_t *out, const uint8_t *pixels, bool interlaced, int transparent,
                       bool screen) {
    const uint8_t head[] = "GIF89a\3\0\2\0\x91\0\0\0\0\0\xff\0\0\0\xff\0\0\0\xff";
    size_t n = sizeof head - 1;
    memcpy(out, head, n);
    if (!screen)
        memset(out + 6, 0, 4);
    if (transparent >= 0) {
        memcpy(out + n, "\x21\xf9\4\1\0\0\0\0", 8);
        out[n + 6] = (uint8_t)transparent;
        n += 8;
    }
    memcpy(out + n, "\x2c\0\0\0\0\3\0\2\0\0\2", 11);
    out[n + 9] = interlaced ? 0x40 : 0;
    n += 11;
    uint64_t codes = 0;
    int bits = 0;
    for (int i = 0; i < 6; i++, bits += 6)
        codes |= (uint64_t)(4 | pixels[i] << 3) << bits;
    codes |= (uint64_t)5 << bits;
    out[n++] = 5;
    for (int i = 0; i < 5; i++)
        out[n++] = (uint8_t)(codes >> (8 * i));
    out[n++] = 0;
    out[n++] = ';';
    return n;
}

static void reads_the_first_frame_of_a_gif(void **state) {
    (void)state;
    uint8_t file[128];
    const uint8_t pixels[] = {0, 1, 2, 3, 2, 1};
    const uint8_t expected[] = {0, 0, 0, 255, 0, 0, 0, 255, 0, 0, 0, 255, 0, 255, 0, 255, 0, 0};
    size_t size = make_gif(file, pixels, false, -1, true);
    check_decodes(file, size, 3, 3, 2, expected);
    check_hostile(file, size, size - 9);        /* the last pixel's bits */
    memcpy(file + size - 1, "\x2c\xff\xff", 3); /* a damaged second frame is not looked at */
    check_decodes(file, size + 2, 3, 3, 2, expected);
    size = make_gif(file, pixels, true, -1, false);
    check_decodes(file, size, 3, 3, 2, expected); /* two rows interlace as they are */
    size = make_gif(file, pixels, false, 1, true);
    check_decodes(
        file, size, 3, 3, 2,
        (uint8_t[]){0, 0, 0, 255, 255, 255, 0, 255, 0, 0, 0, 255, 0, 255, 0, 255, 255, 255});
    memcpy(file + 6, "\xff\xff\xff\xff", 4);
    dnn_image image;
    check_fails(dnn_image_decode(&image, file, size, "a", as(3, 0, 0), &err), DNN_ERROR_FORMAT,
                "a: claims 65535 x 65535 pixels");
    memcpy(file + 6, "\xff\x0f\xff\x0f", 4);
    check_fails(dnn_image_decode(&image, file, size, "a", as(3, 0, 0), &err), DNN_ERROR_FORMAT,
                "a: is cut short or damaged: claims 4095 x 4095 pixels, more than its");
}

/* A header of 40 bytes, `extra` bytes (palette or masks), rows. */
static size_t make_bmp(uint8_t *out, int32_t width, int32_t height, int bits, int compression,
                       const void *extra, size_t extra_size, const void *rows, size_t rows_size) {
    memset(out, 0, 54);
    memcpy(out, "BM", 2);
    put_32(out + 10, (uint32_t)(54 + extra_size));
    put_32(out + 14, 40);
    put_32(out + 18, (uint32_t)width);
    put_32(out + 22, (uint32_t)height);
    out[26] = 1;
    out[28] = (uint8_t)bits;
    out[30] = (uint8_t)compression;
    if (extra_size > 0)
        memcpy(out + 54, extra, extra_size);
    memcpy(out + 54 + extra_size, rows, rows_size);
    return 54 + extra_size + rows_size;
}

static void reads_bmp_of_every_depth(void **state) {
    (void)state;
    uint8_t file[256];
    /* two rows of 2 pixels, the bottom one first, padded to 4 bytes; blue, green, red */
    const uint8_t rows24[] = {7, 8, 9, 10, 11, 12, 0, 0, 1, 2, 3, 4, 5, 6, 0, 0};
    const uint8_t upright[] = {3, 2, 1, 6, 5, 4, 9, 8, 7, 12, 11, 10};
    const uint8_t flipped[] = {9, 8, 7, 12, 11, 10, 3, 2, 1, 6, 5, 4};
    size_t size = make_bmp(file, 2, 2, 24, 0, NULL, 0, rows24, sizeof rows24);
    check_decodes(file, size, 3, 2, 2, upright);
    check_hostile(file, size, size);
    size = make_bmp(file, 2, -2, 24, 0, NULL, 0, rows24, sizeof rows24);
    check_decodes(file, size, 3, 2, 2, flipped);

    const uint8_t palette[] = {0, 0, 0, 0, 0, 0, 255, 0};
    size = make_bmp(file, 4, 1, 1, 0, palette, 8, (uint8_t[]){0xa0, 0, 0, 0}, 4);
    check_decodes(file, size, 3, 4, 1, (uint8_t[]){255, 0, 0, 0, 0, 0, 255, 0, 0, 0, 0, 0});
    size = make_bmp(file, 3, 1, 4, 0, palette, 8, (uint8_t[]){0x10, 0x1f, 0, 0}, 4);
    check_decodes(file, size, 3, 3, 1, (uint8_t[]){255, 0, 0, 0, 0, 0, 255, 0, 0});
    size = make_bmp(file, 2, 1, 8, 0, palette, 8, (uint8_t[]){1, 200, 0, 0}, 4);
    dnn_image image;
    check_fails(dnn_image_decode(&image, file, size, "a.bmp", as(3, 0, 0), &err), DNN_ERROR_FORMAT,
                "a.bmp: the BMP is damaged: a pixel has the colour 200 of a palette of 2, which");
    size = make_bmp(file, 2, 1, 8, 0, palette, 8, (uint8_t[]){1, 0, 200, 200}, 4);
    check_decodes(file, size, 3, 2, 1, (uint8_t[]){255, 0, 0, 0, 0, 0}); /* none beside the row */

    /* 5 bits each: 31 of red, 16 of green (131.6), and 1 of blue (8.2) */
    size = make_bmp(file, 2, 1, 16, 0, NULL, 0, (uint8_t[]){0x00, 0x7c, 0x01, 0x02}, 4);
    check_decodes(file, size, 3, 2, 1, (uint8_t[]){255, 0, 0, 0, 132, 8});
    size = make_bmp(file, 1, 1, 32, 0, NULL, 0, (uint8_t[]){1, 2, 3, 0}, 4);
    check_decodes(file, size, 3, 1, 1, (uint8_t[]){3, 2, 1});
    uint8_t masks[12];
    put_32(masks, 0x0000f800); /* 5 of red, 6 of green, 5 of blue */
    put_32(masks + 4, 0x000007e0);
    put_32(masks + 8, 0x0000001f);
    size = make_bmp(file, 2, 1, 16, 3, masks, 12, (uint8_t[]){0xe0, 0x07, 0x1f, 0xf8}, 4);
    check_decodes(file, size, 3, 2, 1, (uint8_t[]){0, 255, 0, 255, 0, 255});

    size = make_bmp(file, 2, 2, 8, 1, palette, 8, rows24, sizeof rows24);
    check_fails(dnn_image_decode(&image, file, size, "a.bmp", as(3, 0, 0), &err), DNN_ERROR_FORMAT,
                "a.bmp: the BMP is compressed, which is not read: convert it to PNG or JPEG");
    size = make_bmp(file, 2, INT32_MIN, 24, 0, NULL, 0, rows24, sizeof rows24);
    check_fails(dnn_image_decode(&image, file, size, "a.bmp", as(3, 0, 0), &err), DNN_ERROR_FORMAT,
                "a.bmp: claims 2 x 2147483648 pixels");
}

static void a_jpeg_with_an_odd_header_and_whole_pixels_is_read(void **state) {
    (void)state;
    bytes plain = make_jpeg(24, 24, NULL, TJPF_RGB, TJSAMP_420, 0);
    dnn_image expected, image;
    check_ok(dnn_image_decode(&expected, plain.data, plain.size, "a", as(3, 0, 0), &err));
    const struct {
        const char *bytes;
        size_t count;
    } odd[] = {
        {"\0\0\1\2\3",                             5 }, /* stray bytes */
        {"\xff\xe0\0\x10JFIF\0\0\0\0\0\1\0\1\0\0", 18}, /* JFIF revision 0 */
        {"\xff\xe1\0\x08"
         "Exif\0\0",                      10}, /* EXIF without any */
        {"\xff\xfe\0\2",                           4 }, /* an empty comment */
    };
    for (size_t i = 0; i < sizeof odd / sizeof *odd; i++) {
        bytes file = insert(plain, (const uint8_t *)odd[i].bytes, odd[i].count);
        if (i == 0) { /* between the first segment and the second */
            memcpy(file.data, plain.data, 20);
            memcpy(file.data + 20, odd[i].bytes, odd[i].count);
        }
        check_ok(dnn_image_decode(&image, file.data, file.size, "a", as(3, 0, 0), &err));
        assert_memory_equal(image.pixels, expected.pixels, 24 * 24 * 3);
        dnn_image_free(&image);
        free(file.data);
    }
    dnn_image_free(&expected);
    tjFree(plain.data);
}

static void a_bomb_costs_no_memory(void **state) {
    (void)state;
    /* 16384 x 16384 pixels of one bit in 33 kB, as a PNG of zeros packs them: only the claim counts
     */
    bytes png = make_png(1, 1, 0, 1, false, (uint8_t[]){0}, 1, NULL, NULL);
    dnn_image image;
    const dnn_image_options generous = {.channels = 3, .max_pixels = (uint64_t)1 << 28};
    const uint8_t claims[][8] = {
        {0, 0, 0x40, 0, 0, 0, 0x40, 0},
        {0, 0, 0x20, 0, 0, 0, 0x20, 0}
    };
    const char *const said[] = {"a: claims 16384 x 16384 pixels; at most 67108864 are read",
                                "a: is cut short or damaged: claims 8192 x 8192 pixels"};
    for (int i = 0; i < 2; i++) {
        memcpy(png.data + 16, claims[i], 8);
        uint32_t crc = 0xffffffff;
        for (size_t k = 12; k < 29; k++) {
            crc ^= png.data[k];
            for (int bit = 0; bit < 8; bit++)
                crc = crc >> 1 ^ (crc & 1 ? 0xedb88320 : 0);
        }
        for (int k = 0; k < 4; k++)
            png.data[29 + k] = (uint8_t)(~crc >> (24 - 8 * k));
        uint64_t before = dnn_allocation_count();
        check_fails(dnn_image_decode(&image, png.data, png.size, "a", as(3, 0, 0), &err),
                    DNN_ERROR_FORMAT, said[i]);
        check_fails(dnn_image_decode(&image, png.data, png.size, "a", &generous, &err),
                    DNN_ERROR_FORMAT, "more than its 67 bytes can hold");
        assert_int_equal(dnn_allocation_count(), before);
    }
    free(png.data);
    bytes jpeg = make_jpeg(16, 16, NULL, TJPF_RGB, TJSAMP_444, 0);
    size_t at = 0;
    while (!(jpeg.data[at] == 0xff && jpeg.data[at + 1] == 0xc0))
        at++;
    memcpy(jpeg.data + at + 5, "\xff\xdc\xff\xdc", 4);
    check_fails(dnn_image_decode(&image, jpeg.data, jpeg.size, "a", as(3, 0, 0), &err),
                DNN_ERROR_FORMAT, "a: claims 65500 x 65500 pixels; at most 67108864 are read");
    memcpy(jpeg.data + at + 5, "\x1f\xff\x1f\xff", 4);
    check_fails(dnn_image_decode(&image, jpeg.data, jpeg.size, "a", as(3, 0, 0), &err),
                DNN_ERROR_FORMAT, "a: is cut short or damaged: claims 8191 x 8191 pixels");
    tjFree(jpeg.data);
}

static void says_what_another_file_is(void **state) {
    (void)state;
    const struct {
        const char *bytes;
        size_t size;
        const char *said;
    } cases[] = {
        {"II*\0....",               8,
         "a: expected an image (JPEG, PNG, WebP, GIF or BMP), got a TIFF image; convert it to PNG "
         "or JPEG"                                                 },
        {"\0\0\0\x1c"
         "ftypheic",       12, ", got a HEIC image; "     },
        {"<!DOCTYPE html>",         15, ", got a web page (HTML); "},
        {"version https://git-lfs", 23, ", got a Git LFS pointer; "},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        dnn_image image;
        check_fails(dnn_image_decode(&image, (const uint8_t *)cases[i].bytes, cases[i].size, "a",
                                     as(3, 0, 0), &err),
                    DNN_ERROR_FORMAT, cases[i].said);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_webp_with_and_without_loss),
        cmocka_unit_test(reads_the_first_frame_of_a_gif),
        cmocka_unit_test(reads_bmp_of_every_depth),
        cmocka_unit_test(a_jpeg_with_an_odd_header_and_whole_pixels_is_read),
        cmocka_unit_test(a_bomb_costs_no_memory),
        cmocka_unit_test(says_what_another_file_is),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
