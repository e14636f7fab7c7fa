/* event_file.c: names of event files, and which comes next. */
#include "log/event_file.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "core/descriptor.h"

#define START       "events.out.tfevents."
#define MOST_DIGITS 17 /* that surely fit */

bool dnn_is_event_file(const char *name) {
    return strstr(name, "tfevents") != NULL;
}

static const char *name_in(const char *path) {
    const char *slash = strrchr(path, '/');
    return slash == NULL ? path : slash + 1;
}

long long dnn_event_file_seconds(const char *path) {
    const char *name = name_in(path);
    if (strncmp(name, START, sizeof START - 1) != 0)
        return 0;
    const char *number = name + sizeof START - 1;
    size_t digits = strspn(number, "0123456789");
    return digits <= MOST_DIGITS && number[digits] == '.' ? strtoll(number, NULL, 10) : 0;
}

long long dnn_event_file_next(const char *folder) {
    long long seconds = (long long)time(NULL);
    DIR *listing = dnn_open_folder(folder);
    for (struct dirent *entry; listing != NULL && (entry = readdir(listing)) != NULL;) {
        long long there = dnn_event_file_seconds(entry->d_name);
        seconds = there >= seconds ? there + 1 : seconds;
    }
    if (listing != NULL)
        closedir(listing);
    return seconds;
}

bool dnn_event_file_has_others(const char *path) {
    const char *name = name_in(path);
    char folder[PATH_MAX] = ".";
    bool others = false;
    if (name != path)
        snprintf(folder, sizeof folder, "%.*s", (int)(name - path), path);
    DIR *listing = dnn_open_folder(folder);
    for (struct dirent *entry; listing != NULL && !others && (entry = readdir(listing)) != NULL;)
        others = dnn_is_event_file(entry->d_name) && strcmp(entry->d_name, name) != 0;
    if (listing != NULL)
        closedir(listing);
    return others;
}
