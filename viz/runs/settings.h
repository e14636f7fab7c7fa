/* settings.h: the settings of a run, which are logged as a text of "key = value" lines. */
#ifndef DNN_VIZ_SETTINGS_H
#define DNN_VIZ_SETTINGS_H

#include <stdbool.h>
#include <stddef.h>

#include "viz/runs/runs.h"

/* A piece of a text. */
typedef struct piece {
    const char *start;
    size_t size;
} piece;

typedef struct setting {
    piece key, value;
} setting;

/* As a text of its own, cut to the room there is. */
void copy_piece(char *out, size_t size, piece p);
bool same_piece(piece a, piece b);

/* The settings of a text, at most so many, which point into it: "key = value", "key: value" (with
 * the space) or a row of a table each; 0 when any of its lines is none. */
size_t parse_settings(const char *text, setting *out, size_t most);

/* Those of a tag's last text. Where it had others before, lines with a colon are no settings:
 * "KING: What is the hour?" is a sample that a language model wrote. */
size_t settings_of(const run_tag *tag, setting *out, size_t most);

#endif
