/* natural.c: a name is a row of characters and numbers, and rows are compared item by item. What
 * counts as a number depends on its own name alone, so the order is a total one. */
#include "core/natural.h"

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

/* 0.d1d2d3... times ten to the power of `magnitude`: the digits of `whole`, then of `fraction`, the
 * first of which is not 0; no digits are 0. */
typedef struct number {
    const char *whole, *fraction;
    size_t whole_length, fraction_length;
    long magnitude;
    const char *end;
} number;

static bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

static bool is_letter(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static size_t digits(const char *text) {
    return strspn(text, "0123456789");
}

/* Digits after a point, unless another point follows them. */
static void read_fraction(number *n) {
    size_t length = *n->end == '.' ? digits(n->end + 1) : 0;
    if (length == 0 || n->end[1 + length] == '.')
        return;
    n->fraction = n->end + 1;
    n->end = n->fraction + length;
    while (length > 0 && n->fraction[length - 1] == '0')
        length--;
    n->fraction_length = length;
}

/* "e-4" or "E+06", unless a letter or a point follows: then it is a part of a word. */
static void read_exponent(number *n) {
    const char *p = n->end;
    if (*p != 'e' && *p != 'E')
        return;
    bool negative = *++p == '-';
    p += negative || *p == '+';
    size_t length = digits(p);
    if (length == 0 || length > 4 || is_letter(p[length]) || p[length] == '.')
        return;
    long power = 0;
    for (n->end = p + length; p < n->end; p++)
        power = 10 * power + (*p - '0');
    n->magnitude = negative ? -power : power;
}

/* The number that begins at `text`; `start` is where the name begins. */
static number read_number(const char *text, const char *start) {
    number n = {.end = text + digits(text)};
    n.whole = text + strspn(text, "0");
    n.whole_length = (size_t)(n.end - n.whole);
    n.fraction = n.end;
    if (text == start || text[-1] != '.') {
        read_fraction(&n);
        read_exponent(&n);
    }
    n.magnitude += (long)n.whole_length;
    for (; n.whole_length == 0 && n.fraction_length > 0 && *n.fraction == '0';
         n.fraction_length--) {
        n.fraction++;
        n.magnitude--;
    }
    return n;
}

static size_t digit_count(const number *n) {
    return n->whole_length + n->fraction_length;
}

static char digit_of(const number *n, size_t i) {
    return i < n->whole_length  ? n->whole[i]
           : i < digit_count(n) ? n->fraction[i - n->whole_length]
                                : '0';
}

static int compare_numbers(const number *a, const number *b) {
    size_t m = digit_count(a), n = digit_count(b);
    if (m == 0 || n == 0)
        return (m > 0) - (n > 0);
    if (a->magnitude != b->magnitude)
        return a->magnitude < b->magnitude ? -1 : 1;
    for (size_t i = 0; i < m || i < n; i++)
        if (digit_of(a, i) != digit_of(b, i))
            return digit_of(a, i) < digit_of(b, i) ? -1 : 1;
    return 0;
}

int dnn_natural_compare(const char *a, const char *b) {
    const char *p = a, *q = b;
    while (*p != '\0' && *q != '\0') {
        if (is_digit(*p) && is_digit(*q)) {
            number m = read_number(p, a), n = read_number(q, b);
            int order = compare_numbers(&m, &n);
            if (order != 0)
                return order;
            p = m.end;
            q = n.end;
        } else if (*p != *q) {
            return (unsigned char)*p < (unsigned char)*q ? -1 : 1;
        } else {
            p++, q++;
        }
    }
    if (*p != '\0' || *q != '\0')
        return *p != '\0' ? 1 : -1;
    return strcmp(a, b); /* "01" and "1" are two names */
}
