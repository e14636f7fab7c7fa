/* fewer_cases.h: tests of very many cases do some of them where every case takes long. */
#ifndef DNN_TESTS_FEWER_CASES_H
#define DNN_TESTS_FEWER_CASES_H

#include <stdlib.h>

/* The step of a loop over many like cases: 1, or `step` where DNN_FEWER_CASES is set, as
 * valgrind.py does, under which a case takes 50 times as long. */
static inline size_t case_step(size_t step) {
    return getenv("DNN_FEWER_CASES") != NULL ? step : 1;
}

#endif
