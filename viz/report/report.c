/* report.c: the page around the data. */
#include "viz/report/report.h"
#include "viz/draw/output.h"

#include "report_parts.h" /* made of report.css and script/ */

/* Nothing but the page itself is ever asked for; "connect-src 'self'" is for a served page. */
#define POLICY                                                                                     \
    "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; "                  \
    "img-src data:; connect-src 'self'"

bool report_write_page(const report *r, FILE *out) {
    fprintf(out,
            "<!doctype html>\n<html lang=\"en\"%s>\n<head>\n<meta charset=\"utf-8\">\n"
            "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
            "<meta http-equiv=\"Content-Security-Policy\" content=\"%s\">\n"
            "<link rel=\"icon\" href=\"data:,\">\n"
            "<title>dnnview</title>\n<style>\n",
            r != NULL && r->dark ? " class=\"dark\"" : "", POLICY);
    fwrite(report_css, 1, sizeof report_css, out);
    fputs("</style>\n</head>\n<body>\n<script type=\"application/json\" id=\"data\">\n", out);
    bool good = r == NULL || report_write_data(r, out);
    fputs("</script>\n<script>\n\"use strict\";\n(() => {\n", out);
    fwrite(report_js, 1, sizeof report_js, out);
    fputs("})();\n</script>\n</body>\n</html>\n", out);
    return good && ferror(out) == 0;
}

static bool write_page(const void *context, FILE *out) {
    return report_write_page(context, out);
}

dnn_status report_save(const report *r, const char *path, dnn_error *err) {
    return output_text(path, write_page, r, err);
}
