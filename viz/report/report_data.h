/* report_data.h: what the files of the report share; not for others. */
#ifndef DNN_VIZ_REPORT_DATA_H
#define DNN_VIZ_REPORT_DATA_H

#include "viz/report/report.h"

/* --- report_json.c --- */

/* A "<" is written as an escape, so that no text can end the script element that holds the data. */
void json_field(const char *name, const char *text, FILE *out);

/* Numbers that are not finite are null (NaN) and "inf", "-inf". */
void json_number(double value, int digits, FILE *out);

/* --- report_panels.c --- */

/* The fields of a panel beside its curves, each after a comma. False when out of memory. */
bool report_write_content(const report *r, const panel *p, FILE *out);

/* --- report_data.c --- */

size_t report_index_of(const runs *all, const run *r);

#endif
