/* replay.c: runs a target over the files named, and over the files in the folders named: the kept
 * seeds as a test, with any compiler, and a crash that was found under a debugger. */
#include <dirent.h>
#include <string.h>
#include <sys/stat.h>

#include "target.h"

static int replay_file(const char *path) {
    FILE *file = fopen(path, "rb");
    struct stat info;
    if (file == NULL || fstat(fileno(file), &info) != 0) {
        perror(path);
        return 0;
    }
    size_t size = (size_t)info.st_size;
    uint8_t *bytes =
        malloc(size > 0 ? size : 1); /* a block of its own, so that ASan sees its end */
    int whole = bytes != NULL && fread(bytes, 1, size, file) == size;
    fclose(file);
    if (whole)
        LLVMFuzzerTestOneInput(bytes, size);
    else
        fprintf(stderr, "%s: cannot be read\n", path);
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
    int total = 0;
    for (int i = 1; i < argc; i++) {
        int count = replay(argv[i]);
        if (count < 0)
            return 1;
        total += count;
    }
    printf("%d inputs replayed\n", total);
    return total > 0 ? 0 : 1;
}
