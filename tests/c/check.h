/* check.h: what the C tests share: cmocka with the headers it needs, and comparisons that say more.
 */
#ifndef DNN_TESTS_CHECK_H
#define DNN_TESTS_CHECK_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>
#include <string.h>

#include "core/error.h"

/* The call succeeds; else its message is shown. `err` must be in scope. */
#define check_ok(call)                                                                             \
    do {                                                                                           \
        dnn_status check_status = (call);                                                          \
        if (check_status != DNN_OK)                                                                \
            fail_msg("%s: %s: %s", #call, dnn_status_name(check_status), err.text);                \
    } while (0)

/* The call fails with this status and a message that contains `part`. `err` must be in scope. */
#define check_fails(call, expected, part)                                                          \
    do {                                                                                           \
        dnn_status check_status = (call);                                                          \
        if (check_status != (expected))                                                            \
            fail_msg("%s: expected %s, got %s", #call, dnn_status_name(expected),                  \
                     dnn_status_name(check_status));                                               \
        if (strstr(err.text, (part)) == NULL)                                                      \
            fail_msg("%s: message \"%s\" lacks \"%s\"", #call, err.text, (part));                  \
    } while (0)

/* |a - b| <= tolerance; two NaNs and two equal infinities are close. */
#define check_close(a, b, tolerance)                                                               \
    do {                                                                                           \
        double check_a = (a), check_b = (b);                                                       \
        if (!(check_a == check_b || (isnan(check_a) && isnan(check_b)) ||                          \
              fabs(check_a - check_b) <= (tolerance)))                                             \
            fail_msg("%s = %.17g is not within %g of %.17g", #a, check_a, (double)(tolerance),     \
                     check_b);                                                                     \
    } while (0)

#endif
