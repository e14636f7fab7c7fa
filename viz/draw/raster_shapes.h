/* raster_shapes.h: the commands of a display list in one strip of a surface. Inside viz's raster
 * only. */
#ifndef DNN_VIZ_RASTER_SHAPES_H
#define DNN_VIZ_RASTER_SHAPES_H

#include "viz/draw/raster_coverage.h"

typedef struct player {
    surface *target;
    coverage *shape;
    float scale;
    box strip;
    box clip; /* of the commands */
    box seen; /* of it in the strip */
} player;

box meet(box a, box b);
bool is_empty(box b);

/* The pixels whose centres lie within a rectangle of points. */
box centres_within(const player *p, rect r);

/* COMMAND_CLIP: the box that it means; cutting to a box. */
box clip_of(const player *p, const command *c);
void set_clip(player *p, box clip);

/* Draws a command, if it is no sheet. Players of different strips may do so at the same time. */
void play_command(player *p, const command *c);

#endif
