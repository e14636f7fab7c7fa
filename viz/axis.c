/* axis.c: scales, and ticks at round values. */
#include "viz/axis.h"

#include <math.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

/* --- scales --- */

/* Symmetric logarithm: s(v) = v / w within w of 0 and sign(v) (1 + log10(|v| / w)) beyond:
 * continuous, and one decade takes as much room as 0..w. */
static double symlog(double value, double within) {
    double ratio = fabs(value) / within;
    return copysign(ratio <= 1 ? ratio : 1 + log10(ratio), value);
}

static double symlog_inverse(double s, double within) {
    double size = fabs(s);
    return copysign(size <= 1 ? size * within : within * pow(10, size - 1), s);
}

static double transformed(const axis *a, double value) {
    switch (a->scale) {
    case SCALE_LOG:
        return value > 0 ? log10(value) : NAN;
    case SCALE_SYMLOG:
        return symlog(value, a->linear_within);
    default:
        return value;
    }
}

double axis_place(const axis *a, double value) {
    double low = transformed(a, a->low), high = transformed(a, a->high);
    return (transformed(a, value) - low) / (high - low);
}

double axis_value(const axis *a, double place) {
    double low = transformed(a, a->low), high = transformed(a, a->high);
    double t = low + place * (high - low);
    switch (a->scale) {
    case SCALE_LOG:
        return pow(10, t);
    case SCALE_SYMLOG:
        return symlog_inverse(t, a->linear_within);
    default:
        return t;
    }
}

/* --- fitting --- */

static axis fit_log(axis a, double low, double high) {
    if (!(high > 0))
        low = 0.1, high = 1;
    if (!(low > 0))
        low = high * 1e-3;
    double margin = pow(high / low, 0.04);
    if (margin < 1.05)
        margin = 1.05;
    a.low = low / margin;
    a.high = high * margin;
    return a;
}

axis axis_fit(axis_scale scale, axis_unit unit, double low, double high) {
    axis a = {.scale = scale, .unit = unit, .linear_within = 1};
    if (!isfinite(low) || !isfinite(high) || low > high)
        low = 0, high = 1;
    if (scale == SCALE_LOG)
        return fit_log(a, low, high);
    double largest = fmax(fabs(low), fabs(high));
    if (scale == SCALE_SYMLOG && largest > 0)
        a.linear_within = largest * 1e-3;
    double span = high - low, least = fmax(largest * 1e-6, 1e-12);
    double margin = span > least ? span * 0.04 : fmax(largest * 0.05, 0.5 * (largest == 0));
    a.low = low - margin;
    a.high = high + margin;
    return a;
}

/* --- labels --- */

void axis_format(double value, int digits, char *text, size_t size) {
    char number[64];
    if (!isfinite(value)) {
        snprintf(text, size, "%s", isnan(value) ? "NaN" : value > 0 ? "inf" : "-inf");
        return;
    }
    double magnitude = fabs(value);
    if (magnitude != 0 && (magnitude < 1e-4 || magnitude >= 1e7))
        snprintf(number, sizeof number, "%.*e", digits - 1, value);
    else
        snprintf(number, sizeof number, "%.*g", digits, value);
    snprintf(text, size, "%s", number);
}

/* A power of ten with its exponent raised: 10⁻³. */
static void format_power(int exponent, char *text, size_t size) {
    static const char *const raised[] = {"⁰", "¹", "²", "³", "⁴", "⁵", "⁶", "⁷", "⁸", "⁹"};
    char digits[16];
    if (exponent >= -2 && exponent <= 3) { /* 0.01 .. 1000 read better in full */
        snprintf(text, size, "%.*f", exponent < 0 ? -exponent : 0, pow(10, exponent));
        return;
    }
    snprintf(digits, sizeof digits, "%d", exponent < 0 ? -exponent : exponent);
    snprintf(text, size, "10%s", exponent < 0 ? "⁻" : "");
    for (const char *d = digits; *d != '\0'; d++)
        snprintf(text + strlen(text), size - strlen(text), "%s", raised[*d - '0']);
}

static void format_number(double value, int decimals, char *text, size_t size) {
    double magnitude = fabs(value);
    if (magnitude >= 1e6 && decimals == 0) {
        snprintf(text, size, "%.4gM", value / 1e6);
    } else if (magnitude >= 1e4 && decimals == 0) {
        snprintf(text, size, "%.5gk", value / 1e3);
    } else if (decimals > 6) {
        snprintf(text, size, "%.2g", value);
    } else {
        snprintf(text, size, "%.*f", decimals, value);
        if (strspn(text, "-0.") == strlen(text)) /* no "-0.00" */
            snprintf(text, size, "0");
    }
}

static void format_duration(double seconds, double step, char *text, size_t size) {
    double s = fabs(seconds);
    const char *sign = seconds < 0 ? "-" : "";
    long minutes = lround(s / 60), hours = minutes / 60;
    if (s == 0)
        snprintf(text, size, "0");
    else if (step < 1)
        snprintf(text, size, "%s%g s", sign, s);
    else if (step < 60 && s < 120)
        snprintf(text, size, "%s%.0f s", sign, s);
    else if (step < 60)
        snprintf(text, size, "%s%ld:%02ld", sign, lround(s) / 60, lround(s) % 60);
    else if (step < 3600 && hours == 0)
        snprintf(text, size, "%s%ld min", sign, minutes);
    else if (step < 86400)
        snprintf(text, size, "%s%ld:%02ld h", sign, hours, minutes % 60);
    else
        snprintf(text, size, "%s%ld d", sign, hours / 24);
}

static void format_clock(double seconds, double step, char *text, size_t size) {
    time_t whole = (time_t)floor(seconds + 1e-6);
    struct tm local;
    localtime_r(&whole, &local);
    strftime(text, size, step < 60 ? "%H:%M:%S" : step < 86400 ? "%H:%M" : "%d %b", &local);
}

static void format_label(const axis *a, double value, double step, char *text, size_t size) {
    int decimals = step >= 1 ? 0 : (int)ceil(-log10(step) - 1e-9);
    if (a->unit == UNIT_DURATION)
        format_duration(value, step, text, size);
    else if (a->unit == UNIT_CLOCK)
        format_clock(value, step, text, size);
    else
        format_number(value, decimals, text, size);
}

/* --- ticks --- */

/* The smallest round step that gives at most `wanted` intervals: 1, 2 or 5 times a power of ten, or
 * a round piece of an hour or day. */
static double round_step(const axis *a, double span, size_t wanted) {
    static const double pieces[] = {1,     2,     5,     10,    15,     30,    60,
                                    120,   300,   600,   900,   1800,   3600,  7200,
                                    10800, 21600, 43200, 86400, 172800, 604800};
    double rough = span / (double)(wanted < 1 ? 1 : wanted);
    if (a->unit != UNIT_NUMBER && rough > 0.5)
        for (size_t i = 0; i < sizeof pieces / sizeof *pieces; i++)
            if (pieces[i] >= rough)
                return pieces[i];
    double power = pow(10, floor(log10(rough)));
    double factor = rough / power;
    return power * (factor <= 1 ? 1 : factor <= 2 ? 2 : factor <= 5 ? 5 : 10);
}

static size_t add_tick(tick *ticks, size_t size, size_t n, double value, bool major) {
    if (n == size)
        return n;
    ticks[n] = (tick){.value = value, .major = major};
    return n + 1;
}

/* Hours begin at local midnight, not at 1970. */
static double clock_offset(const axis *a) {
    if (a->unit != UNIT_CLOCK)
        return 0;
    time_t low = (time_t)a->low;
    struct tm local;
    localtime_r(&low, &local);
    return -(double)local.tm_gmtoff;
}

static size_t linear_ticks(const axis *a, size_t wanted, tick *ticks, size_t size) {
    double step = round_step(a, a->high - a->low, wanted), offset = clock_offset(a);
    size_t n = 0;
    double first = ceil((a->low - offset) / step - 1e-9);
    for (double k = first; offset + k * step <= a->high + step * 1e-9 && n < size; k++) {
        n = add_tick(ticks, size, n, offset + k * step, true);
        format_label(a, ticks[n - 1].value, step, ticks[n - 1].label, sizeof ticks->label);
    }
    return n;
}

/* Decades, labelled every so many; where fewer than two decades are in sight, round values between.
 */
static size_t log_ticks(const axis *a, size_t wanted, tick *ticks, size_t size) {
    double decades = log10(a->high / a->low);
    if (decades < 1.2)
        return linear_ticks(a, wanted, ticks, size);
    int first = (int)floor(log10(a->low)), last = (int)ceil(log10(a->high));
    int every = (int)ceil(decades / (double)(wanted < 1 ? 1 : wanted));
    size_t n = 0;
    for (int e = first; e <= last && n < size; e++) {
        for (int digit = 1; digit <= 9; digit++) {
            double value = digit * pow(10, e);
            if (value < a->low || value > a->high || (digit > 1 && every > 1))
                continue;
            bool major = digit == 1 && e % every == 0;
            size_t before = n;
            n = add_tick(ticks, size, n, value, major);
            if (n > before && major)
                format_power(e, ticks[before].label, sizeof ticks->label);
        }
    }
    return n;
}

static size_t symlog_ticks(const axis *a, size_t wanted, tick *ticks, size_t size) {
    double ends = fmax(fabs(a->low), fabs(a->high));
    int first = (int)ceil(log10(a->linear_within) - 1e-9), last = (int)ceil(log10(ends));
    double decades = symlog(a->high, a->linear_within) - symlog(a->low, a->linear_within);
    int every = (int)ceil(decades / (double)(wanted < 1 ? 1 : wanted));
    if (every < 1)
        every = 1;
    size_t n = 0;
    for (int e = last; e >= first; e--)
        if (-pow(10, e) >= a->low && -pow(10, e) <= a->high && n < size) {
            n = add_tick(ticks, size, n, -pow(10, e), e % every == 0);
            char power[24];
            format_power(e, power, sizeof power);
            if (ticks[n - 1].major)
                snprintf(ticks[n - 1].label, sizeof ticks->label, "-%.20s", power);
        }
    if (a->low <= 0 && a->high >= 0 && n < size) {
        n = add_tick(ticks, size, n, 0, true);
        strcpy(ticks[n - 1].label, "0");
    }
    for (int e = first; e <= last && n < size; e++)
        if (pow(10, e) >= a->low && pow(10, e) <= a->high) {
            n = add_tick(ticks, size, n, pow(10, e), e % every == 0);
            if (ticks[n - 1].major)
                format_power(e, ticks[n - 1].label, sizeof ticks->label);
        }
    return n;
}

size_t axis_ticks(const axis *a, size_t wanted, tick *ticks, size_t size) {
    if (!(a->low < a->high) || !isfinite(a->low) || !isfinite(a->high))
        return 0;
    switch (a->scale) {
    case SCALE_LOG:
        return log_ticks(a, wanted, ticks, size);
    case SCALE_SYMLOG:
        return symlog_ticks(a, wanted, ticks, size);
    default:
        return linear_ticks(a, wanted, ticks, size);
    }
}
