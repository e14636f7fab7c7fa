/* file_kind.c: a table of first bytes, and the kinds that take a closer look: zip archives by the
 * name of their first member, pickles without a mark, ONNX's protocol buffers. */
#include "core/file_kind.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#define TO_SAFETENSORS                                                                             \
    "loading one can run any code; in Python, save the weights with "                              \
    "safetensors.torch.save_file(model.state_dict(), path), which dnn.load reads"
#define TO_NPZ                                                                                     \
    "loading one can run any code; in Python, save the arrays with numpy.savez(path, "             \
    "name=array), which dnn.data.npz reads"
#define UNPACK "unpack it first"

typedef struct mark {
    size_t at; /* where the bytes are */
    const char *bytes;
    size_t size;
    dnn_file_kind kind;
} mark;

#define MARK(at, bytes, name, advice)                                                              \
    {                                                                                              \
        at, bytes, sizeof bytes - 1, {                                                             \
            name, advice                                                                           \
        }                                                                                          \
    }

/* The first that fits counts. */
static const mark marks[] = {
    MARK(0, "version https://git-lfs", "a Git LFS pointer",
         "the large file itself was not downloaded; run git lfs pull"),
    MARK(0, "GGUF", "a GGUF model (llama.cpp)",
         "its weights are quantised; take the safetensors file of the same model"),
    MARK(0, "\x80\2\x8a\x0al\xfc\x9c\x46\xf9\x20j\xa8P\x19", "a PyTorch file", TO_SAFETENSORS),
    MARK(0, "\x80\2", "a Python pickle", TO_NPZ),
    MARK(0, "\x80\3", "a Python pickle", TO_NPZ),
    MARK(0, "\x80\4", "a Python pickle", TO_NPZ),
    MARK(0, "\x80\5", "a Python pickle", TO_NPZ),
    MARK(0, "\x89HDF\r\n\x1a\n", "an HDF5 file", "dnn.data.hdf5 reads it"),
    MARK(0, "\x93NUMPY", "a NumPy array", "dnn.data.npy reads it"),
    MARK(0, "MATLAB 5.0 MAT-file", "a MATLAB 5 file",
         "save it as HDF5 with save('name.mat', '-v7.3'), or in Python with "
         "numpy.savez('name.npz', **scipy.io.loadmat('name.mat'))"),
    MARK(0, "\x89PNG\r\n\x1a\n", "a PNG image", "dnn.data.read_image reads it"),
    MARK(0, "\xff\xd8\xff", "a JPEG image", "dnn.data.read_image reads it"),
    MARK(0, "GIF8", "a GIF image", "dnn.data.read_image reads it"),
    MARK(8, "WEBP", "a WebP image", "dnn.data.read_image reads it"),
    MARK(0, "PAR1", "a Parquet file", "in Python, save it as CSV with pandas.DataFrame.to_csv"),
    MARK(0, "ARROW1", "an Arrow file", "in Python, save it as CSV with pandas.DataFrame.to_csv"),
    MARK(0, "FEA1", "a Feather file", "in Python, save it as CSV with pandas.DataFrame.to_csv"),
    MARK(0, "SQLite format 3", "an SQLite database", "export the table as CSV"),
    MARK(4, "TFL3", "a TensorFlow Lite model", ""),
    MARK(0, "\x1f\x8b", "a gzip file", "unpack it with gunzip"),
    MARK(0,
         "\xfd"
         "7zXZ",
         "an xz file", "unpack it with unxz"),
    MARK(0, "BZh", "a bzip2 file", "unpack it with bunzip2"),
    MARK(0, "\x28\xb5\x2f\xfd", "a Zstandard file", "unpack it with unzstd"),
    MARK(0, "7z\xbc\xaf\x27\x1c", "a 7z archive", UNPACK),
    MARK(0, "Rar!", "a RAR archive", UNPACK),
    MARK(257, "ustar", "a tar archive", UNPACK),
    MARK(0, "\xd0\xcf\x11\xe0", "an old Excel or Word file", "save it as CSV"),
    MARK(0, "%PDF", "a PDF document", ""),
    MARK(0,
         "\x7f"
         "ELF",
         "a program", ""),
    MARK(0, "\xff\xfe", "UTF-16 text", "save it as UTF-8"),
    MARK(0, "\xfe\xff", "UTF-16 text", "save it as UTF-8"),
};

static bool begins(const char *text, size_t size, const char *with) {
    size_t length = strlen(with);
    return size >= length && memcmp(text, with, length) == 0;
}

/* --- zip archives --- */

static bool name_ends(const char *name, size_t length, const char *end) {
    size_t size = strlen(end);
    return length >= size && memcmp(name + length - size, end, size) == 0;
}

/* By the first member's name: bytes 26 and 27 of the archive are its length, from byte 30 it
 * is. */
static const dnn_file_kind *zip_kind(const unsigned char *b, size_t size) {
    static const dnn_file_kind torch = {"a PyTorch file", TO_SAFETENSORS};
    static const dnn_file_kind numpy = {"an npz archive of NumPy arrays", "dnn.data.npz reads it"};
    static const dnn_file_kind sheet = {"an Excel or other Office file", "save it as CSV"};
    static const dnn_file_kind keras = {
        "a Keras model", "in Python, save its weights with safetensors.numpy.save_file"};
    static const dnn_file_kind zip = {"a zip archive", UNPACK};
    const char *name = (const char *)b + 30;
    size_t length = size > 30 ? (size_t)b[26] | (size_t)b[27] << 8 : 0;
    if (length > size - (size > 30 ? 30 : size))
        length = size > 30 ? size - 30 : 0;
    if (name_ends(name, length, "/data.pkl") || name_ends(name, length, "/version"))
        return &torch;
    if (name_ends(name, length, ".npy"))
        return &numpy;
    if (begins(name, length, "[Content_Types]") || begins(name, length, "xl/"))
        return &sheet;
    if (begins(name, length, "metadata.json") || name_ends(name, length, ".weights.h5"))
        return &keras;
    return &zip;
}

/* --- kinds without a mark --- */

/* Protocols 0 and 1 begin with the opcode of what they hold. */
static bool is_old_pickle(const char *text, size_t size) {
    static const char *const openings[] = {"(dp",
                                           "(lp",
                                           "(lI",
                                           "(ip",
                                           "]q",
                                           "}q",
                                           "ccopy_reg\n",
                                           "cnumpy",
                                           "c__builtin__\n",
                                           "ctorch",
                                           "ccollections\n"};
    for (size_t i = 0; i < sizeof openings / sizeof *openings; i++)
        if (begins(text, size, openings[i]))
            return true;
    return false;
}

/* A ModelProto: field 1, the version as a small number, then field 2 (the producer's name), or one
 * of the next few, as a block of bytes. */
static bool is_onnx(const unsigned char *b, size_t size) {
    if (size < 8 || b[0] != 0x08 || b[1] == 0 || b[1] > 30)
        return false;
    if (b[2] != 0x12)
        return (b[2] == 0x3a || b[2] == 0x1a || b[2] == 0x42) && b[3] != 0;
    size_t length = b[3];
    for (size_t i = 0; i < length && 4 + i < size; i++)
        if (!isprint(b[4 + i]))
            return false;
    return length > 0;
}

static bool is_html(const char *text, size_t size) {
    size_t i = 0;
    while (i < size && isspace((unsigned char)text[i]))
        i++;
    char lower[16] = "";
    for (size_t k = 0; k < sizeof lower - 1 && i + k < size; k++)
        lower[k] = (char)tolower((unsigned char)text[i + k]);
    return begins(lower, strlen(lower), "<!doctype html") || begins(lower, strlen(lower), "<html");
}

const dnn_file_kind *dnn_file_kind_of(const void *first, size_t size) {
    static const dnn_file_kind pickle = {"a Python pickle", TO_NPZ};
    static const dnn_file_kind onnx = {
        "an ONNX model", "in Python, save its initializers with safetensors.numpy.save_file"};
    static const dnn_file_kind html = {
        "a web page (HTML)",
        "the download gave a page instead of the file; open its address in a browser"};
    static const dnn_file_kind empty = {"an empty zip archive", "nothing was saved in it"};
    if (size >= 4 && memcmp(first, "PK\3\4", 4) == 0)
        return zip_kind(first, size);
    if (size >= 4 && memcmp(first, "PK\5\6", 4) == 0)
        return &empty;
    for (size_t i = 0; i < sizeof marks / sizeof *marks; i++) {
        const mark *m = &marks[i];
        if (size >= m->at + m->size && memcmp((const char *)first + m->at, m->bytes, m->size) == 0)
            return &m->kind;
    }
    return is_html(first, size)         ? &html
           : is_old_pickle(first, size) ? &pickle
           : is_onnx(first, size)       ? &onnx
                                        : NULL;
}

/* --- the message --- */

/* "text that begins with 'abc'", or "bytes that begin with 00 01 ...". */
static void describe(char *out, size_t room, const unsigned char *bytes, size_t size) {
    size_t n = size < 16 ? size : 16, printable = 0;
    while (printable < n && isprint(bytes[printable]))
        printable++;
    size_t line = printable;
    bool ends_line = line < n && (bytes[line] == '\n' || bytes[line] == '\r');
    if (line > 0 && (line == n || ends_line)) {
        snprintf(out, room, "text that begins with '%.*s'%s", (int)line, (const char *)bytes,
                 memchr(bytes, '\0', size) != NULL ? " and holds a zero byte" : "");
        return;
    }
    int length = snprintf(out, room, "bytes that begin with");
    for (size_t i = 0; i < n && i < 8; i++)
        length += snprintf(out + length, room - (size_t)length, " %02x", bytes[i]);
}

dnn_status dnn_fail_file_kind(dnn_error *err, const char *path, const char *expected,
                              const void *first, size_t size) {
    char unknown[64];
    const dnn_file_kind *kind = dnn_file_kind_of(first, size);
    const char *colon = path == NULL ? "" : ": ";
    path = path == NULL ? "" : path;
    if (size == 0)
        return dnn_fail(err, DNN_ERROR_FORMAT, "%s%sexpected %s, but the file is empty", path,
                        colon, expected);
    if (kind != NULL && begins(expected, strlen(expected), kind->name))
        return dnn_fail(err, DNN_ERROR_FORMAT,
                        "%s%sbegins as %s, but is cut short, damaged or empty", path, colon,
                        kind->name);
    if (kind == NULL)
        describe(unknown, sizeof unknown, first, size);
    return dnn_fail(err, DNN_ERROR_FORMAT, "%s%sexpected %s, got %s%s%s", path, colon, expected,
                    kind == NULL ? unknown : kind->name,
                    kind == NULL || kind->advice[0] == '\0' ? "" : "; ",
                    kind == NULL ? "" : kind->advice);
}
