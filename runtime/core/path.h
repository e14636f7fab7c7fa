/* path.h: folders: making them, and those that a user's files belong in. */
#ifndef DNN_CORE_PATH_H
#define DNN_CORE_PATH_H

#include <stdbool.h>
#include <stddef.h>

#include "core/error.h"

/* Makes a folder and those above it where they are missing, with this mode (before the umask), as
 * mkdir -p. DNN_ERROR_FILE says "a/b: cannot be made: Permission denied", or where a folder above
 * is at fault "a/b: cannot be made: a: Not a directory". */
dnn_status dnn_make_folders(const char *path, unsigned mode, dnn_error *err);

/* The same for the folder that a file of this path is to be in; nothing to do for a bare name. */
dnn_status dnn_make_folders_for(const char *path, unsigned mode, dnn_error *err);

/* What a program keeps for its user, by the XDG Base Directory Specification. */
typedef enum dnn_user_folder_kind {
    DNN_USER_CONFIG, /* $XDG_CONFIG_HOME, else ~/.config */
    DNN_USER_STATE,  /* $XDG_STATE_HOME, else ~/.local/state */
    DNN_USER_CACHE,  /* $XDG_CACHE_HOME, else ~/.cache */
} dnn_user_folder_kind;

/* The path of `name` in there ("dnnlua/history") into `path`. False where there is no home, or the
 * path is longer than `size`. A variable that does not hold an absolute path is ignored, as the
 * specification wants. */
bool dnn_user_path(dnn_user_folder_kind kind, const char *name, char *path, size_t size);

#endif
