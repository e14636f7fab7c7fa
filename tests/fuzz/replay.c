/* replay.c: runs a target over the files named, and over the files in the folders named: the kept
 * seeds as a test, with any compiler, and a crash that was found under a debugger.
 *
 *     fuzz_replay_npy [-changes=N] FILE|FOLDER...
 *
 * With -changes=N, N times more over each file, changed somewhere or cut: another way each time,
 * but the same ones in every run. An input that fails is written to crash-replay. */
#include <ctype.h>
#include <dirent.h>
#include <signal.h>
#include <string.h>
#include <sys/stat.h>

#include "target.h"

enum { GROWTH = 64 }; /* bytes that a change may add */

static unsigned random_state;
static size_t changes;

static unsigned below(size_t limit) {
    random_state = random_state * 1664525u + 1013904223u;
    return limit > 0 ? (random_state >> 8) % (unsigned)limit : 0;
}

/* --- changes --- */

/* Bytes that mean something in one format or another. */
static uint8_t telling_byte(void) {
    static const char bytes[] = "\0\1\x7f\x80\xff\"'{}[](),:;.-+0189eEL \t\r\n\\#=\xef";
    return (uint8_t)bytes[below(sizeof bytes - 1)];
}

/* A run of digits becomes another number, as long as there is room. */
static size_t change_number(uint8_t *data, size_t at, size_t size, size_t room) {
    static const char *const numbers[] = {
        "0", "2", "64", "99999999999999999999", "18446744073709551615", "-1", "1.5"};
    const char *number = numbers[below(sizeof numbers / sizeof *numbers)];
    size_t digits = 0, length = strlen(number);
    while (at + digits < size && isdigit(data[at + digits]))
        digits++;
    if (size - digits + length > room)
        return size;
    memmove(data + at + length, data + at + digits, size - at - digits);
    memcpy(data + at, number, length);
    return size - digits + length;
}

static size_t add_byte(uint8_t *data, size_t at, size_t size, size_t room) {
    if (size == room)
        return size;
    memmove(data + at + 1, data + at, size - at);
    data[at] = telling_byte();
    return size + 1;
}

static size_t remove_bytes(uint8_t *data, size_t at, size_t size) {
    size_t count = 1 + below(size - at < 8 ? size - at : 8);
    count = count < size - at ? count : size - at;
    memmove(data + at, data + at + count, size - at - count);
    return size - count;
}

size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t room);

/* One change, as libFuzzer's function of this name makes it. */
size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t room) {
    size_t at = below(size);
    if (size == 0)
        return add_byte(data, 0, 0, room);
    switch (below(8)) {
    case 0:
        return at;
    case 1:
        return add_byte(data, at, size, room);
    case 2:
        return remove_bytes(data, at, size);
    case 3:
        return change_number(data, at, size, room);
    case 4:
        data[at] ^= (uint8_t)(1u << below(8));
        break;
    case 5:
        data[at] = (uint8_t)(data[at] + (below(2) ? 1 : 255));
        break;
    case 6:
        memset(data + at, below(2) ? 0 : 255, size - at < 4 ? size - at : 4);
        break;
    default:
        data[at] = telling_byte();
        break;
    }
    return size;
}

/* mutate.c's, where the target is linked with it. */
__attribute__((weak)) size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t room,
                                                     unsigned seed);

static size_t change(uint8_t *data, size_t size, size_t room) {
    return LLVMFuzzerCustomMutator != NULL
               ? LLVMFuzzerCustomMutator(data, size, room, below(1u << 24))
               : LLVMFuzzerMutate(data, size, room);
}

/* --- inputs --- */

static const uint8_t *input;
static size_t input_size;

/* Called where the target gives up. */
static void keep_input(int signal) {
    FILE *file = fopen("crash-replay", "wb");
    if (file != NULL && fwrite(input, 1, input_size, file) == input_size && fclose(file) == 0)
        fprintf(stderr, "the input is in crash-replay\n");
    (void)signal;
}

/* A block of its own, so that ASan sees its end. */
static void run_target(const uint8_t *bytes, size_t size) {
    uint8_t *copy = malloc(size > 0 ? size : 1);
    must_hold(copy != NULL);
    memcpy(copy, bytes, size);
    input = copy;
    input_size = size;
    LLVMFuzzerTestOneInput(copy, size);
    free(copy);
}

static void run_changed(const uint8_t *bytes, size_t size) {
    uint8_t *copy = malloc(size + GROWTH);
    must_hold(copy != NULL);
    random_state = 1;
    for (size_t n = 0; n < changes; n++) {
        memcpy(copy, bytes, size);
        size_t changed = change(copy, size, size + GROWTH);
        for (; below(4) == 0;)
            changed = change(copy, changed, size + GROWTH);
        run_target(copy, changed);
    }
    free(copy);
}

static int replay_file(const char *path) {
    FILE *file = fopen(path, "rb");
    struct stat info;
    if (file == NULL || fstat(fileno(file), &info) != 0) {
        perror(path);
        return 0;
    }
    size_t size = (size_t)info.st_size;
    uint8_t *bytes = malloc(size > 0 ? size : 1);
    int whole = bytes != NULL && fread(bytes, 1, size, file) == size;
    fclose(file);
    if (whole) {
        run_target(bytes, size);
        run_changed(bytes, size);
    } else {
        fprintf(stderr, "%s: cannot be read\n", path);
    }
    free(bytes);
    return whole;
}

/* Number of files replayed; -1 when one could not be. */
static int replay(const char *path) {
    DIR *folder = opendir(path);
    if (folder == NULL)
        return replay_file(path) ? 1 : -1;
    int count = 0;
    for (struct dirent *entry; (entry = readdir(folder)) != NULL && count >= 0;) {
        char below[4096];
        if (entry->d_name[0] == '.')
            continue;
        snprintf(below, sizeof below, "%s/%s", path, entry->d_name);
        count = replay_file(below) ? count + 1 : -1;
    }
    closedir(folder);
    return count;
}

int main(int argc, char **argv) {
    int total = 0, first = 1;
    if (argc > 1 && strncmp(argv[1], "-changes=", 9) == 0)
        changes = strtoul(argv[first++] + 9, NULL, 10);
    signal(SIGABRT, keep_input);
    for (int i = first; i < argc; i++) {
        int count = replay(argv[i]);
        if (count < 0)
            return 1;
        total += count;
    }
    printf("%d inputs replayed, and %zu changes of each\n", total, changes);
    return total > 0 ? 0 : 1;
}
