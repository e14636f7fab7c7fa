/* random.c: Philox streams and what is drawn from them.
 *
 * The counter of a block is the position in 128-bit units; a 64-bit word is half a block. Nothing
 * but integer arithmetic and correctly rounded + - * / sqrt is used, and this file is compiled
 * without contraction, so that every machine draws the same bits. */
#include "core/random.h"

#include <math.h>

/* Multipliers and key increments of Philox4x32, from the paper. */
#define PHILOX_M0 0xD2511F53u
#define PHILOX_M1 0xCD9E8D57u
#define PHILOX_W0 0x9E3779B9u
#define PHILOX_W1 0xBB67AE85u

void dnn_philox4x32(uint32_t c[4], const uint32_t key[2]) {
    uint32_t k0 = key[0], k1 = key[1];
    for (int round = 0; round < 10; round++) {
        uint64_t p0 = (uint64_t)PHILOX_M0 * c[0];
        uint64_t p1 = (uint64_t)PHILOX_M1 * c[2];
        uint32_t c1 = c[1], c3 = c[3];
        c[0] = (uint32_t)(p1 >> 32) ^ c1 ^ k0;
        c[1] = (uint32_t)p1;
        c[2] = (uint32_t)(p0 >> 32) ^ c3 ^ k1;
        c[3] = (uint32_t)p0;
        k0 += PHILOX_W0;
        k1 += PHILOX_W1;
    }
}

/* Word `position` of the stream `key`; `domain` keeps drawing and splitting apart. */
static uint64_t word_at(uint64_t key, uint64_t position, uint32_t domain) {
    uint64_t block = position / 2;
    uint32_t c[4] = {(uint32_t)block, (uint32_t)(block >> 32), domain, 0};
    const uint32_t k[2] = {(uint32_t)key, (uint32_t)(key >> 32)};
    dnn_philox4x32(c, k);
    size_t half = position % 2 * 2;
    return (uint64_t)c[half + 1] << 32 | c[half];
}

dnn_random dnn_random_seeded(uint64_t seed) {
    return (dnn_random){.key = seed, .position = 0};
}

dnn_random dnn_random_split(dnn_random *parent) {
    uint64_t key = word_at(parent->key, parent->position, 1);
    parent->position++;
    return (dnn_random){.key = key, .position = 0};
}

uint64_t dnn_random_u64(dnn_random *stream) {
    return word_at(stream->key, stream->position++, 0);
}

uint64_t dnn_random_below(dnn_random *stream, uint64_t bound) {
    /* Words under 2^64 mod bound would favour small results; they are drawn again. */
    uint64_t reject_under = (0 - bound) % bound;
    uint64_t word;
    do
        word = dnn_random_u64(stream);
    while (word < reject_under);
    return word % bound;
}

double dnn_random_uniform(dnn_random *stream) {
    return (double)(dnn_random_u64(stream) >> 11) * 0x1p-53;
}

/* ln x for finite normal x > 0: x = m 2^e with m in [sqrt(1/2), sqrt 2), and
 * ln m = 2 (s + s^3/3 + s^5/5 + ...), s = (m - 1) / (m + 1), |s| < 0.172. */
static double portable_log(double x) {
    int e;
    double m = frexp(x, &e);
    if (m < 0.70710678118654752440) {
        m *= 2;
        e--;
    }
    double s = (m - 1) / (m + 1), s2 = s * s, sum = 0;
    for (int k = 21; k >= 3; k -= 2)
        sum = (sum + 1.0 / k) * s2;
    return e * 0.69314718055994530942 + 2 * s * (1 + sum);
}

static double polynomial(const double c[8], double x) {
    double y = c[7];
    for (int i = 6; i >= 0; i--)
        y = y * x + c[i];
    return y;
}

/* The three rational approximations of AS 241 (PPND16): near the middle in 0.180625 - q^2, in the
 * tail and in the far tail in r = sqrt(-ln p). */
static const double middle_num[8] = {3.3871328727963666080e0,  1.3314166789178437745e+2,
                                     1.9715909503065514427e+3, 1.3731693765509461125e+4,
                                     4.5921953931549871457e+4, 6.7265770927008700853e+4,
                                     3.3430575583588128105e+4, 2.5090809287301226727e+3};
static const double middle_den[8] = {1.0,
                                     4.2313330701600911252e+1,
                                     6.8718700749205790830e+2,
                                     5.3941960214247511077e+3,
                                     2.1213794301586595867e+4,
                                     3.9307895800092710610e+4,
                                     2.8729085735721942674e+4,
                                     5.2264952788528545610e+3};
static const double tail_num[8] = {1.42343711074968357734e0,  4.63033784615654529590e0,
                                   5.76949722146069140550e0,  3.64784832476320460504e0,
                                   1.27045825245236838258e0,  2.41780725177450611770e-1,
                                   2.27238449892691845833e-2, 7.74545014278341407640e-4};
static const double tail_den[8] = {1.0,
                                   2.05319162663775882187e0,
                                   1.67638483018380384940e0,
                                   6.89767334985100004550e-1,
                                   1.48103976427480074590e-1,
                                   1.51986665636164571966e-2,
                                   5.47593808499534494600e-4,
                                   1.05075007164441684324e-9};
static const double far_num[8] = {6.65790464350110377720e0,  5.46378491116411436990e0,
                                  1.78482653991729133580e0,  2.96560571828504891230e-1,
                                  2.65321895265761230930e-2, 1.24266094738807843860e-3,
                                  2.71155556874348757815e-5, 2.01033439929228813265e-7};
static const double far_den[8] = {1.0,
                                  5.99832206555887937690e-1,
                                  1.36929880922735805310e-1,
                                  1.48753612908506148525e-2,
                                  7.86869131145613259100e-4,
                                  1.84631831751005468180e-5,
                                  1.42151175831644588870e-7,
                                  2.04426310338993978564e-15};

double dnn_random_normal(dnn_random *stream) {
    /* The middle of one of 2^53 intervals, so that neither 0 nor 1 comes. */
    double p = ((double)(dnn_random_u64(stream) >> 11) + 0.5) * 0x1p-53;
    double q = p - 0.5;
    if (fabs(q) <= 0.425) {
        double r = 0.180625 - q * q;
        return q * polynomial(middle_num, r) / polynomial(middle_den, r);
    }
    double r = sqrt(-portable_log(q < 0 ? p : 1 - p));
    double z = r <= 5 ? polynomial(tail_num, r - 1.6) / polynomial(tail_den, r - 1.6)
                      : polynomial(far_num, r - 5) / polynomial(far_den, r - 5);
    return q < 0 ? -z : z;
}

void dnn_random_permutation(dnn_random *stream, uint32_t *out, uint32_t n) {
    for (uint32_t i = 0; i < n; i++)
        out[i] = i;
    for (uint32_t i = n; i > 1; i--) {
        uint32_t j = (uint32_t)dnn_random_below(stream, i);
        uint32_t swap = out[i - 1];
        out[i - 1] = out[j];
        out[j] = swap;
    }
}
