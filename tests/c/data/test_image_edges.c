/* Tests of image files with the headers that few programs write: old and new BMP, GIF without a
 * palette or a screen, EXIF that is not as it should be, and files that are too large. Bytes by
 * hand, from the formats' specifications. */
#include "image_cases.h"

#include <fcntl.h>
#include <unistd.h>

#include "data/image_codec.h"

#define check_bytes(text, channels, width, height, ...)                                            \
    check_decodes((const uint8_t *)(text), sizeof(text) - 1, channels, width, height,              \
                  (uint8_t[]){__VA_ARGS__})
#define check_refused(text, part)                                                                  \
    do {                                                                                           \
        dnn_image image_;                                                                          \
        check_fails(dnn_image_decode(&image_, (const uint8_t *)(text), sizeof(text) - 1, "a",      \
                                     as(3, 0, 0), &err),                                           \
                    DNN_ERROR_FORMAT, part);                                                       \
    } while (0)

/* "BM", the file's size, 4 bytes of nothing; where the pixels begin follows. */
#define BMP "BM\0\0\0\0\0\0\0\0"

/* OS/2's header of 12 bytes: sizes of 16 bits, and a palette of three bytes a colour. */
static void bmp_with_the_oldest_header_is_read(void **state) {
    (void)state;
    check_bytes(BMP "\x1a\0\0\0"
                    "\x0c\0\0\0\2\0\1\0\1\0\x18\0"
                    "\3\2\1\6\5\4\0\0",
                3, 2, 1, 1, 2, 3, 4, 5, 6);
    check_bytes(BMP "\x20\0\0\0"
                    "\x0c\0\0\0\2\0\1\0\1\0\1\0"
                    "\3\2\1\6\5\4"
                    "\x40\0\0\0",
                3, 2, 1, 1, 2, 3, 4, 5, 6);
}

#define HEADER_56(compression)                                                                     \
    BMP "\x46\0\0\0"                                                                               \
        "\x38\0\0\0\1\0\0\0\1\0\0\0\1\0\x20\0" compression                                         \
        "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"
#define MASKS "\xff\0\0\0\0\xff\0\0\0\0\xff\0\0\0\0\xff"

/* Version 3 with an alpha mask: composed over white. 51 of 255 parts of (10, 20, 30). */
static void bmp_with_a_mask_of_alpha_is_composed_over_white(void **state) {
    (void)state;
    check_bytes(HEADER_56("\3\0\0\0") MASKS "\x0a\x14\x1e\xff", 3, 1, 1, 10, 20, 30);
    check_bytes(HEADER_56("\3\0\0\0") MASKS "\x0a\x14\x1e\x33", 3, 1, 1, 206, 208, 210);
    check_bytes(HEADER_56("\6\0\0\0") MASKS "\x0a\x14\x1e\x33", 3, 1, 1, 206, 208, 210);
}

static void bmp_headers_that_do_not_fit_their_file_are_refused(void **state) {
    (void)state;
#define HEADER_40(pixels, bits, compression)                                                       \
    BMP pixels "\x28\0\0\0\1\0\0\0\1\0\0\0\1\0" bits compression                                   \
               "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"
    check_refused(HEADER_40("\x36\0\0\0", "\x20\0", "\3\0\0\0") "1234",
                  "a: the BMP is cut short in its header");
    check_refused(HEADER_40("\x36\0\0\0", "\x08\0", "\0\0\0\0") "1234",
                  "a: the BMP has no palette");
    check_refused(HEADER_40("\x36\0\0\0", "\x02\0", "\0\0\0\0") "1234",
                  "a: the BMP has pixels of another size than 1 to 32 bits");
    check_refused(HEADER_40("\x36\0\0\0", "\x08\0", "\1\0\0\0") "1234", "a: the BMP is compressed");
    check_refused(HEADER_40("\x3c\0\0\0", "\x20\0", "\0\0\0\0") "1234", "a: the BMP is cut short");
    check_refused(BMP "\x36\0\0\0\x28\0\0\0", "a: the BMP is cut short in its header");
    check_refused(HEADER_40("\x35\0\0\0", "\x18\0", "\0\0\0\0") "12345678",
                  "a: the BMP is damaged: its pixels begin inside its header");
    check_refused(HEADER_40("\0\0\0\0", "\x08\0", "\0\0\0\0") "12345678",
                  "a: the BMP is damaged: its pixels begin inside its header");
}

/* Of two colours: numbers 2 and 3 are none, but for the transparent one. */
static void gif_with_a_colour_that_its_palette_lacks_is_refused(void **state) {
    (void)state;
#define GIF(control, codes)                                                                        \
    "GIF89a\1\0\1\0\x80\0\0\1\2\3\4\5\6" control ",\0\0\0\0\1\0\1\0\0\2\2" codes "\1\0;"
    check_bytes(GIF("", "\x4c"), 3, 1, 1, 4, 5, 6);
    check_refused(GIF("", "\x5c"),
                  "a: the GIF is damaged: a pixel has the colour 3 of a palette of 2, which are");
    check_bytes(GIF("!\xf9\4\1\0\0\3\0", "\x5c"), 3, 1, 1, 255, 255, 255);
}

/* Codes of 3 bits: clear (4), the pixels, the end (5). */
static void gif_without_a_palette_or_a_screen(void **state) {
    (void)state;
    check_refused("GIF89a\1\0\1\0\0\0\0,\0\0\0\0\1\0\1\0\0\2\2\x44\1\0;", "a: the GIF is damaged");
    /* a screen of no size has the frame's */
    check_bytes("GIF89a\0\0\0\0\x80\0\0\1\2\3\4\5\6,\0\0\0\0\1\0\1\0\0\2\2\x44\1\0;", 3, 1, 1, 1, 2,
                3);
    check_bytes("GIF89a\1\0\0\0\x80\0\0\1\2\3\4\5\6,\0\0\0\0\1\0\1\0\0\2\2\x44\1\0;", 3, 1, 1, 1, 2,
                3);
    /* of a frame wider than the screen the part in it; the frame has a palette of its own */
    check_bytes("GIF89a\1\0\1\0\0\0\0,\0\0\0\0\2\0\1\0\x80\7\x8\x9\4\5\6\2\2\4\x0a\0;", 3, 1, 1, 7,
                8, 9);
}

static void exif_that_is_not_as_it_should_be_turns_nothing(void **state) {
    (void)state;
#define EXIF(text) dnn_exif_orientation((const uint8_t *)(text), sizeof(text) - 1)
    static const char tag[] = "II*\0\x08\0\0\0\1\0\x12\1\3\0\1\0\0\0\6\0\0\0";
    assert_int_equal(dnn_exif_orientation((const uint8_t *)tag, sizeof tag - 1), 6);
    assert_int_equal(EXIF("MM\0*\0\0\0\x08\0\1\1\x12\0\3\0\0\0\1\0\x8\0\0"), 8);
    assert_int_equal(EXIF("II*\0"), 1);
    assert_int_equal(EXIF("IM*\0\x08\0\0\0\1\0\x12\1\3\0\1\0\0\0\6\0\0\0"), 1);
    assert_int_equal(EXIF("XX*\0\x08\0\0\0\1\0\x12\1\3\0\1\0\0\0\6\0\0\0"), 1);
    assert_int_equal(EXIF("II*\0\xff\0\0\0\1\0\x12\1\3\0\1\0\0\0\6\0\0\0"), 1);
    assert_int_equal(EXIF("II*\0\x09\0\0\0\0"), 1);
    assert_int_equal(EXIF("II*\0\x08\0\0\0\1\0\x12\1\4\0\1\0\0\0\6\0\0\0"), 1);   /* another type */
    assert_int_equal(EXIF("II*\0\x08\0\0\0\1\0\x12\1\3\0\1\0\0\0\x09\0\0\0"), 1); /* of 1 to 8 */
    assert_int_equal(EXIF("II*\0\x08\0\0\0\2\0\x12\1\3\0\1\0\0\0\6\0\0"), 1);     /* cut */
}

static void an_image_of_more_than_2_to_the_30_bytes_is_refused(void **state) {
    (void)state;
    static const char *const path = "test_image_edges.tmp";
    dnn_image image;
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    assert_int_equal(ftruncate(fd, ((off_t)1 << 30) + 1), 0); /* a hole takes no room */
    close(fd);
    check_fails(dnn_image_read(&image, path, as(3, 0, 0), &err), DNN_ERROR_FORMAT,
                "test_image_edges.tmp: has 1073741825 bytes; an image has at most 2^30");
    unlink(path);
    check_fails(dnn_image_read(&image, ".", as(3, 0, 0), &err), DNN_ERROR_FILE,
                ".: is not a regular file; expected an image");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bmp_with_the_oldest_header_is_read),
        cmocka_unit_test(bmp_with_a_mask_of_alpha_is_composed_over_white),
        cmocka_unit_test(bmp_headers_that_do_not_fit_their_file_are_refused),
        cmocka_unit_test(gif_without_a_palette_or_a_screen),
        cmocka_unit_test(gif_with_a_colour_that_its_palette_lacks_is_refused),
        cmocka_unit_test(exif_that_is_not_as_it_should_be_turns_nothing),
        cmocka_unit_test(an_image_of_more_than_2_to_the_30_bytes_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
