/* A text becomes a file whole, or the file stays as it was. */
#include "check.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/memory.h"
#include "core/text_stream.h"

enum { LINES = 5000 };

static bool write_lines(const void *context, FILE *out) {
    for (int i = 0; i < LINES; i++)
        fprintf(out, "%s %d\n", (const char *)context, i);
    return true;
}

static bool give_up(const void *context, FILE *out) {
    fputs("half", out);
    return context != NULL;
}

static bool lack_memory(const void *context, FILE *out) {
    dnn_fail_allocation(1);
    assert_null(dnn_alloc(10));
    return write_lines(context, out);
}

static size_t size_of(const char *path) {
    FILE *file = fopen(path, "rb");
    assert_non_null(file);
    fseek(file, 0, SEEK_END);
    long size = ftell(file);
    fclose(file);
    return (size_t)size;
}

static void a_text_is_saved_whole_or_not_at_all(void **state) {
    (void)state;
    dnn_error err;
    char folder[] = "/tmp/dnn_text_XXXXXX", path[64], missing[64];
    assert_non_null(mkdtemp(folder));
    snprintf(path, sizeof path, "%s/a.txt", folder);
    snprintf(missing, sizeof missing, "%s/b/a.txt", folder);
    check_ok(dnn_text_save(path, write_lines, "line", &err));
    size_t size = size_of(path);
    assert_int_equal(size, 10 * 7 + 90 * 8 + 900 * 9 + 4000 * 10);
    check_fails(dnn_text_save(path, give_up, NULL, &err), DNN_ERROR_MEMORY, "a.txt: no memory");
    check_fails(dnn_text_save(path, lack_memory, "x", &err), DNN_ERROR_MEMORY, "no memory");
    dnn_fail_allocation(0);
    assert_int_equal(size_of(path), size);
    check_fails(dnn_text_save(missing, write_lines, "x", &err), DNN_ERROR_FILE, "b/a.txt");
    assert_int_equal(unlink(path), 0);
    assert_int_equal(rmdir(folder), 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_text_is_saved_whole_or_not_at_all),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
