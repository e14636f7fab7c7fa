/* natural.c: a name is a row of characters and numbers, and rows are compared item by item. What
 * counts as a number depends on its own name alone, so the order is a total one. */
#include "core/natural.h"

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

typedef struct number {
    const char *whole, *fraction; /* digits without leading, and without trailing zeros */
    size_t whole_length, fraction_length;
    const char *end;
} number;

static bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

static size_t digits(const char *text) {
    return strspn(text, "0123456789");
}

/* The number that begins at `text`; `start` is where the name begins. */
static number read_number(const char *text, const char *start) {
    number n = {.end = text + digits(text)};
    n.whole = text + strspn(text, "0");
    n.whole_length = (size_t)(n.end - n.whole);
    n.fraction = n.end;
    bool after_point = text > start && text[-1] == '.';
    if (*n.end == '.' && !after_point) {
        size_t length = digits(n.end + 1);
        if (length > 0 && n.end[1 + length] != '.') {
            n.fraction = n.end + 1;
            n.end = n.fraction + length;
            while (length > 0 && n.fraction[length - 1] == '0')
                length--;
            n.fraction_length = length;
        }
    }
    return n;
}

static int sign_of(size_t a, size_t b) {
    return a < b ? -1 : a > b;
}

static int compare_numbers(const number *a, const number *b) {
    int order = sign_of(a->whole_length, b->whole_length);
    if (order == 0)
        order = memcmp(a->whole, b->whole, a->whole_length);
    if (order != 0)
        return order;
    size_t shorter =
        a->fraction_length < b->fraction_length ? a->fraction_length : b->fraction_length;
    order = memcmp(a->fraction, b->fraction, shorter);
    return order != 0 ? order : sign_of(a->fraction_length, b->fraction_length);
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
