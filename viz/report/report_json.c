/* report_json.c: strings and numbers of JSON inside a page. */
#include <math.h>

#include "core/utf8.h"
#include "viz/report/report_data.h"

static void json_text(const char *text, FILE *out) {
    putc('"', out);
    while (*text != '\0') {
        uint32_t c = dnn_utf8_next(&text);
        char bytes[DNN_UTF8_MAX];
        if (c == '"' || c == '\\')
            fprintf(out, "\\%c", (int)c);
        else if (c < ' ' || c == '<' || c == 0x2028 || c == 0x2029 || c == 0x7F)
            fprintf(out, "\\u%04x", (unsigned)c);
        else
            fwrite(bytes, 1, dnn_utf8_put(c, bytes), out);
    }
    putc('"', out);
}

void json_field(const char *name, const char *text, FILE *out) {
    fprintf(out, "\"%s\":", name);
    json_text(text, out);
}

void json_number(double value, int digits, FILE *out) {
    if (isfinite(value))
        fprintf(out, "%.*g", digits, value);
    else
        fputs(isnan(value) ? "null" : value > 0 ? "\"inf\"" : "\"-inf\"", out);
}
