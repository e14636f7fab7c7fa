/* random_words.c: Philox4x32-10 over many counters at once, so that the loops become vectors. */
#include "math/random_words.h"

#include "math/simd.h"

enum { LANES = DNN_WORD_BLOCK / 4, ROUNDS = 10 };

DNN_CLONES void dnn_random_words(uint64_t key, uint64_t block, uint32_t words[DNN_WORD_BLOCK]) {
    uint32_t c0[LANES], c1[LANES], c2[LANES], c3[LANES];
    uint32_t k0 = (uint32_t)key, k1 = (uint32_t)(key >> 32);
    for (size_t i = 0; i < LANES; i++) {
        uint64_t counter = block * LANES + i;
        c0[i] = (uint32_t)counter;
        c1[i] = (uint32_t)(counter >> 32);
        c2[i] = c3[i] = 0;
    }
    for (int round = 0; round < ROUNDS; round++) {
        for (size_t i = 0; i < LANES; i++) {
            uint64_t a = (uint64_t)0xD2511F53 * c0[i], b = (uint64_t)0xCD9E8D57 * c2[i];
            c0[i] = (uint32_t)(b >> 32) ^ c1[i] ^ k0;
            c1[i] = (uint32_t)b;
            c2[i] = (uint32_t)(a >> 32) ^ c3[i] ^ k1;
            c3[i] = (uint32_t)a;
        }
        k0 += 0x9E3779B9;
        k1 += 0xBB67AE85;
    }
    for (size_t i = 0; i < LANES; i++) {
        words[4 * i] = c0[i];
        words[4 * i + 1] = c1[i];
        words[4 * i + 2] = c2[i];
        words[4 * i + 3] = c3[i];
    }
}
