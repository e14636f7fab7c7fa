/* path.c: mkdir -p, and the folders of the XDG Base Directory Specification. */
#include "core/path.h"

#include <assert.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "core/descriptor.h"

static bool is_folder(const char *path) {
    struct stat there;
    return stat(path, &there) == 0 && S_ISDIR(there.st_mode);
}

/* Returns 0 or errno. A folder that is made is on disk: what is synced in it later can be found. */
static int make_one(const char *path, unsigned mode) {
    if (mkdir(path, mode) == 0)
        return dnn_sync_folder_of(path);
    int reason = errno;
    if (is_folder(path)) /* also where the folder above may not be written, or is read-only */
        return 0;
    return reason == EEXIST ? ENOTDIR : reason;
}

dnn_status dnn_make_folders(const char *path, unsigned mode, dnn_error *err) {
    char part[PATH_MAX];
    size_t length = strlen(path);
    if (length == 0)
        return dnn_fail(err, DNN_ERROR_ARGUMENT, "'': cannot be made: the name is empty");
    if (length >= sizeof part)
        return dnn_fail(err, DNN_ERROR_FILE, "%.60s...: cannot be made: %s", path,
                        strerror(ENAMETOOLONG));
    memcpy(part, path, length + 1);
    for (size_t i = 1; i <= length; i++) {
        if (path[i] != '/' && path[i] != '\0')
            continue;
        part[i] = '\0';
        int reason = make_one(part, mode);
        if (reason != 0)
            return dnn_fail(err, DNN_ERROR_FILE, "%s: cannot be made: %s%s%s", path,
                            i < length ? part : "", i < length ? ": " : "", strerror(reason));
        part[i] = path[i];
    }
    return DNN_OK;
}

dnn_status dnn_make_folders_for(const char *path, unsigned mode, dnn_error *err) {
    char folder[PATH_MAX];
    const char *slash = strrchr(path, '/');
    if (slash == NULL || slash == path)
        return DNN_OK;
    size_t length = (size_t)(slash - path);
    if (length >= sizeof folder)
        return dnn_fail(err, DNN_ERROR_FILE, "%.60s...: cannot be made: %s", path,
                        strerror(ENAMETOOLONG));
    memcpy(folder, path, length);
    folder[length] = '\0';
    return dnn_make_folders(folder, mode, err);
}

bool dnn_user_path(dnn_user_folder_kind kind, const char *name, char *path, size_t size) {
    static const struct {
        const char *variable, *below_home;
    } folders[] = {
        [DNN_USER_CONFIG] = {"XDG_CONFIG_HOME", ".config"     },
        [DNN_USER_STATE] = {"XDG_STATE_HOME",  ".local/state"},
        [DNN_USER_CACHE] = {"XDG_CACHE_HOME",  ".cache"      },
    };
    static_assert(sizeof folders / sizeof *folders == DNN_USER_CACHE + 1, "a row per folder");
    const char *chosen = getenv(folders[kind].variable), *home = getenv("HOME");
    int n = -1;
    if (chosen != NULL && chosen[0] == '/')
        n = snprintf(path, size, "%s/%s", chosen, name);
    else if (home != NULL && home[0] == '/')
        n = snprintf(path, size, "%s/%s/%s", home, folders[kind].below_home, name);
    return n > 0 && (size_t)n < size;
}
