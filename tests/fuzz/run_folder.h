/* run_folder.h: a run folder that holds one input as its event file. */
#ifndef DNN_TESTS_FUZZ_RUN_FOLDER_H
#define DNN_TESTS_FUZZ_RUN_FOLDER_H

#include "viz/runs/runs.h"

/* Opens the folder with the input in it, read in two pieces; runs_free gives everything back. */
void read_as_run(runs *all, const uint8_t *data, size_t size);

#endif
