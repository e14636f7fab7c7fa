/* temp_folder.h: a folder for each test, made before it and removed after it. */
#ifndef DNN_TESTS_TEMP_FOLDER_H
#define DNN_TESTS_TEMP_FOLDER_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static char folder[64];

static inline int make_folder(void **state) {
    (void)state;
    strcpy(folder, "/tmp/dnn-test-XXXXXX");
    return mkdtemp(folder) == NULL;
}

/* With all that is in it. */
static inline int remove_folder(void **state) {
    (void)state;
    char command[96];
    snprintf(command, sizeof command, "rm -rf %s", folder);
    return system(command);
}

/* Fails where something was left in it beside the file at this path. */
static inline int remove_emptied_folder(const char *path) {
    unlink(path);
    return rmdir(folder);
}

#endif
