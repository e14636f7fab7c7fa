/* nearest.c: the known name that an unknown one was most likely meant to be. */
#include "core/nearest.h"

#include <stdbool.h>
#include <string.h>
#include <strings.h>

#include "core/least.h"

#define LONGEST_NAME 32

static char lower(char c) {
    return (char)(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
}

/* Edits (insert, delete, replace, swap of neighbours) that turn a into b, capitals or not: the
 * optimal string alignment distance, row by row. Longer names than LONGEST_NAME count as far away.
 */
static size_t edits(const char *a, const char *b) {
    size_t rows[3][LONGEST_NAME + 1];
    size_t *before = rows[0], *last = rows[1], *now = rows[2];
    size_t m = strlen(a), n = strlen(b);

    if (m > LONGEST_NAME || n > LONGEST_NAME)
        return LONGEST_NAME;
    for (size_t j = 0; j <= n; j++)
        last[j] = j;
    for (size_t i = 1; i <= m; i++) {
        now[0] = i;
        for (size_t j = 1; j <= n; j++) {
            char x = lower(a[i - 1]), y = lower(b[j - 1]);
            size_t replaced = last[j - 1] + (x != y);
            now[j] = dnn_least(replaced, dnn_least(last[j], now[j - 1]) + 1);
            if (i > 1 && j > 1 && x == lower(b[j - 2]) && lower(a[i - 2]) == y)
                now[j] = dnn_least(now[j], before[j - 2] + 1);
        }
        size_t *spare = before;
        before = last;
        last = now;
        now = spare;
    }
    return last[n];
}

/* A suggestion must never lose data: `clone` is not `close`. */
static bool destroys(const char *name) {
    return strcmp(name, "close") == 0;
}

void dnn_nearest_offer(dnn_nearest *nearest, const char *name) {
    size_t distance = edits(nearest->wanted, name);
    bool few = distance <= 2 && 3 * distance <= strlen(nearest->wanted) + 1;
    bool alike = strncasecmp(nearest->wanted, name, 3) == 0;

    if ((!few && !alike) || destroys(name) || strcmp(nearest->wanted, name) == 0)
        return;
    if (nearest->name == NULL || distance < nearest->distance ||
        (distance == nearest->distance && strcmp(name, nearest->name) < 0)) {
        nearest->name = name;
        nearest->distance = distance;
    }
}
