/* svg.h: plays a display list into an SVG file: text stays text, lines stay lines. */
#ifndef DNN_VIZ_SVG_H
#define DNN_VIZ_SVG_H

#include "core/error.h"
#include "viz/draw/display_list.h"

/* width x height in points. Written through a temporary file and a rename. */
dnn_status svg_write(const display_list *list, float width, float height, const char *path,
                     dnn_error *err);

#endif
