/* crc32c.c: by the processor's own instruction where it has one (SSE4.2), else eight bytes at a
 * time from eight tables (Kounavis and Berry, 2005), filled on first use. */
#include "core/crc32c.h"

#include <pthread.h>
#include <string.h>

#if defined(__x86_64__)
#include <nmmintrin.h>

static int has_instruction(void) {
    return __builtin_cpu_supports("sse4.2");
}

__attribute__((target("sse4.2"))) static uint32_t by_instruction(uint32_t before, const uint8_t *p,
                                                                 size_t n) {
    uint64_t crc = (uint32_t)~before;
    for (; n >= 8; n -= 8, p += 8) {
        uint64_t word;
        memcpy(&word, p, sizeof word);
        crc = _mm_crc32_u64(crc, word);
    }
    for (; n > 0; n--, p++)
        crc = _mm_crc32_u8((uint32_t)crc, *p);
    return ~(uint32_t)crc;
}
#else
static int has_instruction(void) {
    return 0;
}

static uint32_t by_instruction(uint32_t before, const uint8_t *p, size_t n) {
    return dnn_crc32c_by_tables(before, p, n);
}
#endif

static uint32_t table[8][256];
static pthread_once_t once = PTHREAD_ONCE_INIT;

static void fill_tables(void) {
    for (uint32_t byte = 0; byte < 256; byte++) {
        uint32_t crc = byte;
        for (int bit = 0; bit < 8; bit++)
            crc = crc >> 1 ^ (crc & 1 ? 0x82F63B78u : 0);
        table[0][byte] = crc;
    }
    for (int slice = 1; slice < 8; slice++)
        for (int byte = 0; byte < 256; byte++) {
            uint32_t before = table[slice - 1][byte];
            table[slice][byte] = before >> 8 ^ table[0][before & 0xFF];
        }
}

uint32_t dnn_crc32c_by_tables(uint32_t crc, const void *bytes, size_t n) {
    pthread_once(&once, fill_tables);
    const uint8_t *p = bytes;
    crc = ~crc;
    for (; n >= 8; n -= 8, p += 8) {
        uint32_t low = crc ^ ((uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 |
                              (uint32_t)p[3] << 24);
        crc = table[7][low & 0xFF] ^ table[6][low >> 8 & 0xFF] ^ table[5][low >> 16 & 0xFF] ^
              table[4][low >> 24] ^ table[3][p[4]] ^ table[2][p[5]] ^ table[1][p[6]] ^
              table[0][p[7]];
    }
    for (; n > 0; n--, p++)
        crc = crc >> 8 ^ table[0][(crc ^ *p) & 0xFF];
    return ~crc;
}

uint32_t dnn_crc32c_more(uint32_t crc, const void *bytes, size_t n) {
    return has_instruction() ? by_instruction(crc, bytes, n) : dnn_crc32c_by_tables(crc, bytes, n);
}

uint32_t dnn_crc32c(const void *bytes, size_t n) {
    return dnn_crc32c_more(0, bytes, n);
}

uint32_t dnn_crc32c_masked(const void *bytes, size_t n) {
    uint32_t crc = dnn_crc32c(bytes, n);
    return (crc >> 15 | crc << 17) + 0xA282EAD8u;
}
