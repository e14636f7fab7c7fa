/* curve_places.h: in which panel the curve of a tag is first seen, for as many tags as a log has.
 */
#ifndef DNN_VIZ_CURVE_PLACES_H
#define DNN_VIZ_CURVE_PLACES_H

#include "viz/plot/panel.h"

typedef struct curve_place {
    const run_tag *tag;
    size_t panel; /* its index */
} curve_place;

typedef struct curve_places {
    curve_place *items; /* by tag and panel */
    size_t count;
} curve_places;

/* The places of all curves that are not hidden; false when out of memory. To be freed. */
bool curve_places_find(curve_places *out, const panel *panels, size_t count);
void curve_places_free(curve_places *places);

/* Whether a panel before this one has the tag. */
bool curve_places_before(const curve_places *places, const run_tag *tag, size_t before);

#endif
