/* Tests of what a file is by its first bytes. */
#include "check.h"

#include "core/file_kind.h"

static dnn_error err;

static void check_kind(const char *bytes, size_t size, const char *name) {
    const dnn_file_kind *kind = dnn_file_kind_of(bytes, size);
    if (kind == NULL || strcmp(kind->name, name) != 0)
        fail_msg("expected %s, got %s", name, kind == NULL ? "nothing" : kind->name);
}

#define IS(bytes, name) check_kind(bytes, sizeof bytes - 1, name)

static void kinds_are_known_by_their_first_bytes(void **state) {
    (void)state;
    IS("GGUF\3\0\0\0", "a GGUF model (llama.cpp)");
    IS("version https://git-lfs.github.com/spec/v1\noid sha256:12\n", "a Git LFS pointer");
    IS("\x80\2}q\0.", "a Python pickle");
    IS("\x80\5\x95", "a Python pickle");
    IS("(dp0\nS'a'\n", "a Python pickle");
    IS("}q\1.", "a Python pickle");
    IS("cnumpy.core.multiarray\n_reconstruct\n", "a Python pickle");
    IS("\x80\2\x8a\x0al\xfc\x9c\x46\xf9\x20j\xa8P\x19.", "a PyTorch file");
    IS("\x08\7\x12\7pytorch\x1a\3"
       "1.9",
       "an ONNX model");
    IS("\x08\x0a:\xb3\1\n\1x", "an ONNX model");
    IS("\x89HDF\r\n\x1a\n\0\0", "an HDF5 file");
    IS("\x93NUMPY\1\0", "a NumPy array");
    IS("MATLAB 5.0 MAT-file, Platform: GLNXA64", "a MATLAB 5 file");
    IS("\x1f\x8b\x08\0\0", "a gzip file");
    IS("  <!DOCTYPE HTML><html>", "a web page (HTML)");
    IS("<html><head>", "a web page (HTML)");
    IS("PK\3\4", "a zip archive");
    IS("PK\5\6", "an empty zip archive");
    IS("PAR1\x15\4", "a Parquet file");
    IS("RIFF\1\2\3\4WEBPVP8 ", "a WebP image");
}

/* A local header of a zip archive with this member's name. */
static void check_archive(const char *member, const char *name) {
    unsigned char bytes[128] = "PK\3\4";
    bytes[26] = (unsigned char)strlen(member);
    memcpy(bytes + 30, member, strlen(member));
    check_kind((char *)bytes, sizeof bytes, name);
    check_kind((char *)bytes, 30, "a zip archive"); /* cut before the name */
}

static void an_archive_is_known_by_its_first_member(void **state) {
    (void)state;
    check_archive("archive/data.pkl", "a PyTorch file");
    check_archive("x.npy", "an npz archive of NumPy arrays");
    check_archive("[Content_Types].xml", "an Excel or other Office file");
    check_archive("metadata.json", "a Keras model");
    check_archive("photo.jpg", "a zip archive");
}

static void ordinary_text_and_numbers_are_not_taken_for_something(void **state) {
    (void)state;
    static const char *const texts[] = {"a,b\n1,2\n", "(x, y)\n", "cnt,sum\n1,2\n",
                                        "]\n",        "hello",    "8,7\n"};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        assert_null(dnn_file_kind_of(texts[i], strlen(texts[i])));
    for (size_t size = 0; size < 8; size++)
        assert_null(dnn_file_kind_of("\x89HDF\r\n\x1a", size < 7 ? size : 7));
}

static void a_message_names_the_file_what_was_expected_what_it_is_and_what_to_do(void **state) {
    (void)state;
    check_fails(
        dnn_fail_file_kind(&err, "w.bin", "an IDX file", "GGUF", 4), DNN_ERROR_FORMAT,
        "w.bin: expected an IDX file, got a GGUF model (llama.cpp); its weights are quantised; "
        "take the safetensors file of the same model");
    check_fails(dnn_fail_file_kind(&err, "w.bin", "an IDX file", "", 0), DNN_ERROR_FORMAT,
                "w.bin: expected an IDX file, but the file is empty");
    check_fails(dnn_fail_file_kind(&err, NULL, "an IDX file", "one line\nand", 12),
                DNN_ERROR_FORMAT, "expected an IDX file, got text that begins with 'one line'");
    check_fails(dnn_fail_file_kind(&err, "a", "an IDX file", "\1\2\xff", 3), DNN_ERROR_FORMAT,
                "a: expected an IDX file, got bytes that begin with 01 02 ff");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(kinds_are_known_by_their_first_bytes),
        cmocka_unit_test(an_archive_is_known_by_its_first_member),
        cmocka_unit_test(ordinary_text_and_numbers_are_not_taken_for_something),
        cmocka_unit_test(a_message_names_the_file_what_was_expected_what_it_is_and_what_to_do),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
