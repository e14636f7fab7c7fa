/* search.c: Ctrl-R: the last input that holds what is typed. */
#include <stdlib.h>
#include <string.h>

#include "bindings/prompt/parts.h"
#include "core/utf8.h"

enum { OLDER = 'R' - '@', NEWER = 'S' - '@', GIVE_UP = 'G' - '@', RUBOUT = 0x7F, BACKSPACE = '\b' };

/* The number of the nearest entry from `from` on, in steps of 1 or -1, that holds the pattern; 0
 * when there is none. */
static size_t find_entry(const text *pattern, size_t from, int step) {
    for (const char *entry; (entry = history_entry(from)) != NULL; from += (size_t)step)
        if (pattern->length > 0 && strstr(entry, string_of(pattern)) != NULL)
            return from;
    return 0;
}

/* Shows the entry with the cursor where the pattern is in it; before there is one, what was typed.
 */
static void show_match(const view *before, const text *pattern, size_t found, bool failed) {
    text prompt = {0};
    add_string(&prompt, failed ? "(no match: " : "(search: ");
    add_string(&prompt, string_of(pattern));
    add_string(&prompt, ") ");
    view seen = *before;
    const char *entry = history_entry(found);
    wchar_t *wide = entry != NULL ? widen(entry, strlen(entry)) : NULL;
    wchar_t *sought = wide != NULL ? widen(string_of(pattern), pattern->length) : NULL;
    if (sought != NULL) {
        const wchar_t *place = wcsstr(wide, sought);
        seen.characters = wide;
        seen.count = wcslen(wide);
        seen.cursor = place != NULL ? (size_t)(place - wide) : 0;
    }
    seen.prompt = string_of(&prompt);
    draw(&seen);
    free(wide);
    free(sought);
    free_text(&prompt);
}

/* Without the last character. */
static void shorten(text *pattern) {
    while (pattern->length > 0 && dnn_utf8_continues(pattern->bytes[--pattern->length])) {
    }
    if (pattern->bytes != NULL)
        pattern->bytes[pattern->length] = '\0';
}

size_t search_history(EditLine *el, const view *before, wchar_t *key) {
    text pattern = {0};
    size_t found = 0;
    bool failed = false;
    for (;;) {
        size_t at = found > 0 ? found : 1, match;
        show_match(before, &pattern, found, failed);
        if (libedit.wgetc(el, key) != 1 || *key == KEY_CANCEL || *key == GIVE_UP) {
            *key = 0;
            found = 0;
            break;
        }
        if (*key == OLDER) {
            match = find_entry(&pattern, at + (found > 0), 1);
        } else if (*key == NEWER) {
            match = find_entry(&pattern, at - 1, -1);
        } else if (*key == RUBOUT || *key == BACKSPACE) {
            shorten(&pattern);
            match = find_entry(&pattern, 1, 1);
            found = 0;
        } else if (*key == KEY_REDRAW) {
            continue;
        } else if (*key >= ' ' && (*key < 0x80 || *key >= 0xA0)) {
            add_character(&pattern, *key);
            match = find_entry(&pattern, at, 1);
        } else {
            break;
        }
        failed = match == 0 && pattern.length > 0;
        found = match > 0 ? match : found;
    }
    free_text(&pattern);
    return found;
}
