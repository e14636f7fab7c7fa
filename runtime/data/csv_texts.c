/* csv_texts.c: a hash table with open addressing. */
#include "data/csv_texts.h"

#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "core/memory.h"

static size_t unescape(char *to, const dnn_csv_field *field) {
    size_t n = 0;
    for (size_t i = 0; i < field->size; i++) {
        to[n++] = field->text[i];
        i += field->escaped && field->text[i] == '"';
    }
    return n;
}

char *dnn_csv_field_copy(const dnn_csv_field *field) {
    char *copy = dnn_alloc(field->size + 1);
    if (copy != NULL)
        copy[unescape(copy, field)] = '\0';
    return copy;
}

static uint64_t hash_of(uint64_t seed, const char *text, size_t size) {
    uint64_t h = seed ^ size * 0x9e3779b97f4a7c15u;
    for (size_t i = 0; i < size; i += 8) {
        uint64_t word = 0;
        memcpy(&word, text + i, size - i < 8 ? size - i : 8);
        unsigned __int128 product = (unsigned __int128)(h ^ word) * 0xa0761d6478bd642fu;
        h = (uint64_t)product ^ (uint64_t)(product >> 64) ^ seed;
    }
    return h ^ h >> 29;
}

/* The slot of the text, or the free one where it belongs. */
static uint32_t *slot_of(const dnn_csv_texts *t, const char *text, size_t size) {
    size_t i = hash_of(t->seed, text, size) & (t->slot_count - 1);
    while (t->slots[i] != 0) {
        const char *there = t->texts[t->slots[i] - 1];
        if (strncmp(there, text, size) == 0 && there[size] == '\0')
            break;
        i = (i + 1) & (t->slot_count - 1);
    }
    return &t->slots[i];
}

static bool grow(dnn_csv_texts *t) {
    size_t room = t->room == 0 ? 64 : 2 * t->room;
    char **texts = dnn_alloc(room * sizeof *texts);
    uint32_t *slots = dnn_calloc(2 * room, sizeof *slots);
    if (texts == NULL || slots == NULL) {
        dnn_free(texts);
        dnn_free(slots);
        return false;
    }
    if (t->room == 0 && getrandom(&t->seed, sizeof t->seed, GRND_NONBLOCK) < 0)
        t->seed = (uintptr_t)texts;
    if (t->count > 0)
        memcpy(texts, t->texts, t->count * sizeof *texts);
    dnn_free(t->texts);
    dnn_free(t->slots);
    t->texts = texts;
    t->room = room;
    t->slots = slots;
    t->slot_count = 2 * room;
    for (size_t k = 0; k < t->count; k++)
        *slot_of(t, texts[k], strlen(texts[k])) = (uint32_t)k + 1;
    return true;
}

/* The field's text in one piece. A zero byte ends it. */
static const char *plain_text(dnn_csv_texts *t, const dnn_csv_field *field, size_t *size) {
    const char *text = field->text;
    *size = field->size;
    if (field->escaped) {
        if (t->scratch_room < field->size) {
            dnn_free(t->scratch);
            t->scratch_room = 2 * field->size;
            t->scratch = dnn_alloc(t->scratch_room);
        }
        if (t->scratch == NULL) {
            t->scratch_room = 0;
            return NULL;
        }
        *size = unescape(t->scratch, field);
        text = t->scratch;
    }
    *size = strnlen(text, *size);
    return text;
}

uint32_t dnn_csv_texts_number(dnn_csv_texts *t, const dnn_csv_field *field) {
    size_t size;
    const char *text = plain_text(t, field, &size);
    if (text == NULL || t->count >= DNN_CSV_NO_TEXT - 1 || (t->count == t->room && !grow(t)))
        return DNN_CSV_NO_TEXT;
    uint32_t *slot = slot_of(t, text, size);
    if (*slot != 0)
        return *slot - 1;
    char *copy = dnn_alloc(size + 1);
    if (copy == NULL)
        return DNN_CSV_NO_TEXT;
    memcpy(copy, text, size);
    copy[size] = '\0';
    t->texts[t->count++] = copy;
    *slot = (uint32_t)t->count;
    return *slot - 1;
}

static int compare(const void *a, const void *b) {
    return strcmp(*(char *const *)a, *(char *const *)b);
}

/* The table still has the old numbers: they are asked for once more before they go. */
bool dnn_csv_texts_sort(dnn_csv_texts *t, uint32_t *places) {
    char **old = t->texts;
    if (t->count == 0)
        return true;
    char **sorted = dnn_alloc(t->room * sizeof *sorted);
    if (sorted == NULL)
        return false;
    memcpy(sorted, old, t->count * sizeof *sorted);
    qsort(sorted, t->count, sizeof *sorted, compare);
    for (size_t k = 0; k < t->count; k++)
        places[*slot_of(t, sorted[k], strlen(sorted[k])) - 1] = (uint32_t)k;
    t->texts = sorted;
    dnn_free(old);
    return true;
}

void dnn_csv_texts_free(dnn_csv_texts *t) {
    for (size_t k = 0; k < t->count; k++)
        dnn_free(t->texts[k]);
    dnn_free(t->texts);
    dnn_free(t->slots);
    dnn_free(t->scratch);
    *t = (dnn_csv_texts){0};
}
