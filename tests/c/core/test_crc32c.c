/* The checksum of records and checkpoints, against published values. */
#include "check.h"

#include "core/crc32c.h"

/* Test vectors of RFC 3720, appendix B.4, and the check value of the CRC catalogue. */
static void crc32c_gives_the_published_values(void **state) {
    (void)state;
    uint8_t zeros[32] = {0}, ones[32], up[32];
    memset(ones, 0xFF, sizeof ones);
    for (int i = 0; i < 32; i++)
        up[i] = (uint8_t)i;
    assert_int_equal(dnn_crc32c(zeros, 32), 0x8A9136AA);
    assert_int_equal(dnn_crc32c(ones, 32), 0x62A8AB43);
    assert_int_equal(dnn_crc32c(up, 32), 0x46DD794E);
    assert_int_equal(dnn_crc32c("123456789", 9), 0xE3069283);
    assert_int_equal(dnn_crc32c("", 0), 0);
}

static void crc32c_is_the_same_by_instruction_and_by_tables(void **state) {
    (void)state;
    uint8_t bytes[96];
    for (size_t i = 0; i < sizeof bytes; i++)
        bytes[i] = (uint8_t)(i * i * 7 + 3 * i);
    for (size_t from = 0; from < 9; from++)
        for (size_t n = 0; n <= sizeof bytes - from; n++)
            assert_int_equal(dnn_crc32c(bytes + from, n), dnn_crc32c_by_tables(0, bytes + from, n));
}

static void crc32c_of_pieces_is_that_of_the_whole(void **state) {
    (void)state;
    for (size_t first = 0; first <= 9; first++) {
        uint32_t crc = dnn_crc32c("123456789", first);
        const char *rest = &"123456789"[first];
        assert_int_equal(dnn_crc32c_more(crc, rest, 9 - first), 0xE3069283);
        assert_int_equal(dnn_crc32c_by_tables(crc, rest, 9 - first), 0xE3069283);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(crc32c_gives_the_published_values),
        cmocka_unit_test(crc32c_is_the_same_by_instruction_and_by_tables),
        cmocka_unit_test(crc32c_of_pieces_is_that_of_the_whole),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
