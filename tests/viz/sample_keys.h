/* sample_keys.h: the keys of the table of actions, as xdotool presses them, and which of them have
 * been pressed. */
#ifndef DNN_TESTS_VIZ_SAMPLE_KEYS_H
#define DNN_TESTS_VIZ_SAMPLE_KEYS_H

#include "sample_window.h"
#include "viz/window/actions.h"

enum { MOST_ACTIONS = 64, MOST_KEYS = 16 };

static bool covered[MOST_ACTIONS][MOST_KEYS]; /* keys of the table that a test has pressed */

/* Calls for each key of an action: its number and its name in the table. */
#define FOR_KEYS(a, key, n)                                                                        \
    for (size_t n = 0; n < MOST_KEYS; n++)                                                         \
        for (const char *key = key_of(a, n); key != NULL; key = NULL)

/* The n-th key of an action; NULL: it has fewer. */
static inline const char *key_of(const action *a, size_t n) {
    static char key[32];
    const char *word = a->keys;
    for (; n > 0 && *word != '\0'; n--) {
        word += strcspn(word, " ");
        word += strspn(word, " ");
    }
    snprintf(key, sizeof key, "%.*s", (int)strcspn(word, " "), word);
    return *word == '\0' ? NULL : key;
}

/* The name that xdotool has for a key of the table. */
static inline const char *xdotool_key(const char *key) {
    static char name[48];
    static const char *const names[][2] = {
        {"?",        "question"    },
        {"+",        "plus"        },
        {"-",        "minus"       },
        {"=",        "equal"       },
        {"]",        "bracketright"},
        {"[",        "bracketleft" },
        {"}",        "braceright"  },
        {"{",        "braceleft"   },
        {".",        "period"      },
        {"/",        "slash"       },
        {">",        "greater"     },
        {"<",        "less"        },
        {"Space",    "space"       },
        {"PageDown", "Next"        },
        {"PageUp",   "Prior"       },
    };
    bool control = strncmp(key, "Ctrl+", 5) == 0, shift = strncmp(key, "Shift+", 6) == 0;
    const char *plain = key + (control ? 5 : shift ? 6 : 0), *found = plain;
    char lower[2] = {0};
    if (control && plain[0] >= 'A' && plain[0] <= 'Z' && plain[1] == '\0') {
        lower[0] = (char)(plain[0] + 32);
        found = lower;
    }
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (strcmp(plain, names[i][0]) == 0)
            found = names[i][1];
    snprintf(name, sizeof name, "%s%s", control ? "ctrl+" : shift ? "shift+" : "", found);
    return name;
}

/* Presses a key of the action, by the name that xdotool has for it. */
static inline void press(const char *action_name, const char *key) {
    const action *a = action_find(action_name);
    bool found = false;
    assert_non_null(a);
    FOR_KEYS(a, own, n)
    if (strcmp(xdotool_key(own), key) == 0)
        found = covered[a - actions][n] = true;
    if (!found)
        fail_msg("%s is not a key of '%s'", key, action_name);
    xdotool("key %s", key);
}

#endif
