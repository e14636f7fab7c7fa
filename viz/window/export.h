/* export.h: what is shown, as files: the same page without its buttons. */
#ifndef DNN_VIZ_EXPORT_H
#define DNN_VIZ_EXPORT_H

#include "viz/report/report.h"
#include "viz/window/view.h"

/* The page at its size, or as high as all its panels need when it scrolls. PNG has `scale` pixels
 * per point. */
dnn_status export_png(view *v, const char *path, float scale, dnn_error *err);
dnn_status export_svg(view *v, const char *path, dnn_error *err);
/* The page for browsers, of all panels. */
dnn_status export_html(view *v, const char *path, dnn_error *err);
/* What such a page is made of; the texts are valid until the next call. */
report export_report(view *v);
dnn_status export_csv(view *v, const char *path, dnn_error *err);

/* A name for a file in the current folder that does not exist yet: "cats-20260131-142530.png". */
void export_name(const view *v, const char *extension, char *path, size_t size);

#endif
