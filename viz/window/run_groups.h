/* run_groups.h: runs grouped by a setting in which they differ. */
#ifndef DNN_VIZ_RUN_GROUPS_H
#define DNN_VIZ_RUN_GROUPS_H

#include "viz/window/view.h"

/* The next setting in which runs differ and some are alike, then none. */
void run_groups_next(view *v);

/* To be called when runs have come: gives each its group, in the order of the setting's values. */
void run_groups_update(view *v);

/* A run's value of the setting by which runs are grouped; "" where it has none. */
void run_groups_value(const view *v, const run *r, char *out, size_t size);

#endif
