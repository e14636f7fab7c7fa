/* csv_number.c: decimal numbers from text, and what stands for a missing one.
 *
 * Up to 2^53 as digits and 10^22 as power both factors are exact in a double, and their product or
 * quotient is rounded once (Clinger, "How to read floating point numbers accurately", 1990). The
 * rest is left to strtod in the C locale. */
#include <locale.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "core/memory.h"
#include "data/csv_rows.h"

#define EXACT_POWER  22
#define EXACT_DIGITS ((uint64_t)1 << 53)
#define MANY_DIGITS  ((uint64_t)1000000000000000000) /* one more digit may overflow */
#define USUAL        1024                            /* characters of a number for strtod */

static const double powers[EXACT_POWER + 1] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,
                                               1e8,  1e9,  1e10, 1e11, 1e12, 1e13, 1e14, 1e15,
                                               1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};

static locale_t c_locale;
static pthread_once_t once = PTHREAD_ONCE_INIT;

static void open_locale(void) {
    c_locale = newlocale(LC_ALL_MASK, "C", (locale_t)0);
}

/* Of any length; false where there is no memory for a long one. */
static bool slow_number(const char *at, const char *end, char decimal, double *out) {
    char usual[USUAL + 1], *text = usual;
    size_t size = (size_t)(end - at);
    if (size > USUAL && (text = dnn_alloc(size + 1)) == NULL)
        return false;
    memcpy(text, at, size);
    text[size] = '\0';
    char *point = decimal != '.' ? memchr(text, decimal, size) : NULL;
    if (point != NULL)
        *point = '.';
    pthread_once(&once, open_locale);
    *out = c_locale != (locale_t)0 ? strtod_l(text, NULL, c_locale) : strtod(text, NULL);
    if (text != usual)
        dnn_free(text);
    return true;
}

static bool is_digit(char c) {
    return (unsigned char)(c - '0') < 10;
}

/* "inf" or "infinity" in any case. */
static const char *infinity_at(const char *at, const char *end) {
    static const char word[] = "infinity";
    size_t n = 0;
    while (n < sizeof word - 1 && at + n < end && (at[n] | 0x20) == word[n])
        n++;
    return n == 3 || n == sizeof word - 1 ? at + n : NULL;
}

typedef struct digits {
    uint64_t value;
    int exponent;  /* of ten */
    bool any, cut; /* there are digits; some did not fit */
} digits;

static const char *take_digits(const char *at, const char *end, digits *d, int step) {
    for (; at < end && is_digit(*at); at++) {
        d->any = true;
        if (d->value < MANY_DIGITS) {
            d->value = d->value * 10 + (uint64_t)(*at - '0');
            d->exponent -= step;
        } else {
            d->cut = true;
            d->exponent += 1 - step;
        }
    }
    return at;
}

/* "e-5" where a number may have it. */
static const char *take_exponent(const char *at, const char *end, int *exponent) {
    if (at == end || (*at | 0x20) != 'e')
        return at;
    const char *p = at + 1;
    bool negative = p < end && *p == '-';
    p += p < end && (*p == '-' || *p == '+');
    if (p == end || !is_digit(*p))
        return at;
    int value = 0;
    for (; p < end && is_digit(*p); p++)
        value = value < 100000 ? value * 10 + (*p - '0') : value;
    *exponent += negative ? -value : value;
    return p;
}

const char *dnn_csv_number(const char *at, const char *end, char decimal, double *out) {
    const char *p = at;
    digits d = {0};
    bool negative = p < end && *p == '-';
    p += p < end && (*p == '-' || *p == '+');
    const char *first = p;
    p = take_digits(p, end, &d, 0);
    if (p < end && *p == decimal)
        p = take_digits(p + 1, end, &d, 1);
    if (!d.any) {
        p = infinity_at(first, end);
        *out = negative ? -__builtin_inf() : __builtin_inf();
        return p;
    }
    p = take_exponent(p, end, &d.exponent);
    double x = (double)d.value;
    if (d.value == 0)
        x = 0;
    else if (d.value > EXACT_DIGITS || d.cut || d.exponent > EXACT_POWER ||
             d.exponent < -EXACT_POWER) {
        if (!slow_number(first, p, decimal, &x))
            return NULL;
    } else
        x = d.exponent < 0 ? x / powers[-d.exponent] : x * powers[d.exponent];
    *out = negative ? -x : x;
    return p;
}

bool dnn_csv_is_missing(const char *text, size_t size) {
    static const char *const words[] = {"",    "NA",   "N/A", "#N/A", "n/a",  "na",   "NaN",
                                        "nan", "-nan", "NAN", "null", "NULL", "None", "?"};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (strlen(words[i]) == size && memcmp(words[i], text, size) == 0)
            return true;
    return false;
}
