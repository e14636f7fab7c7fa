/* axis_labels.c: one form for all labels of an axis, chosen by its largest value and its step, so
 * that they are told apart and compare at a glance. */
#include "viz/plot/axis_labels.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define DAY 86400.0

/* Decimals that show multiples of a round step; of steps too small to divide by, any. */
static int decimals_of(double step) {
    return (int)fmax(0, fmin(ceil(-log10(step) - 1e-9), 400));
}

static double largest_of(const tick *ticks, size_t count) {
    double largest = 0;
    for (size_t i = 0; i < count; i++)
        largest = fmax(largest, fabs(ticks[i].value));
    return largest;
}

/* --- single values --- */

/* Cuts the zeros that end a fraction. */
static void trim(char *number) {
    if (strchr(number, '.') == NULL)
        return;
    size_t end = strlen(number);
    while (number[end - 1] == '0')
        end--;
    number[number[end - 1] == '.' ? end - 1 : end] = '\0';
}

void axis_format_whole(int64_t number, char *text, size_t size) {
    char plain[32];
    int n = snprintf(plain, sizeof plain, "%lld", (long long)number);
    size_t used = 0;
    for (int i = 0; i < n && used + 4 < size; i++) {
        text[used++] = plain[i];
        if ((n - 1 - i) % 3 == 0 && i < n - 1 && plain[i] != '-') {
            memcpy(text + used, "\u2009", 3);
            used += 3;
        }
    }
    text[used] = '\0';
}

void axis_format_time(double seconds, const char *format, char *text, size_t size) {
    time_t whole = (time_t)seconds;
    struct tm local = {0};
    localtime_r(&whole, &local);
    strftime(text, size, format, &local);
}

void axis_format(double value, int digits, char *text, size_t size) {
    if (!isfinite(value)) {
        snprintf(text, size, "%s", isnan(value) ? "nan" : value > 0 ? "inf" : "-inf");
        return;
    }
    char number[64];
    digits = digits < 1 ? 1 : digits > 17 ? 17 : digits;
    snprintf(number, sizeof number, "%.*e", digits - 1, value);
    char *mark = strchr(number, 'e');
    int exponent = atoi(mark + 1);
    if (exponent < -4 || exponent >= digits) {
        *mark = '\0';
        trim(number);
        snprintf(text, size, "%se%d", number, exponent);
        return;
    }
    snprintf(number, sizeof number, "%.*f", digits - 1 - exponent, value);
    trim(number);
    snprintf(text, size, "%s", number);
}

/* --- numbers --- */

typedef struct number_form {
    double divisor;
    int decimals;
    char suffix[16];
} number_form;

static number_form form_of(double largest, double step) {
    static const number_form large[] = {
        {1e9, 0, "G"},
        {1e6, 0, "M"},
        {1e3, 0, "k"},
    };
    for (size_t i = 0; i < 3 && largest >= 1e4 && largest < 1e13; i++) {
        if (largest < large[i].divisor)
            continue;
        int decimals = decimals_of(step / large[i].divisor);
        if (decimals <= 4)
            return (number_form){large[i].divisor, decimals, {large[i].suffix[0]}};
        break;
    }
    if (largest < 1e13 && decimals_of(step) <= 6)
        return (number_form){1, decimals_of(step), ""};
    int exponent = largest > 0 ? (int)floor(log10(largest) + 1e-9) : 0;
    number_form form = {pow(10, exponent), decimals_of(step / pow(10, exponent)), ""};
    snprintf(form.suffix, sizeof form.suffix, "e%d", exponent);
    return form;
}

static void label_numbers(tick *ticks, size_t count, double step) {
    number_form form = form_of(largest_of(ticks, count), step);
    for (size_t i = 0; i < count; i++) {
        if (fabs(ticks[i].value) < 0.5 * step)
            strcpy(ticks[i].label, "0");
        else
            snprintf(ticks[i].label, sizeof ticks->label, "%.*f%s", form.decimals,
                     ticks[i].value / form.divisor, form.suffix);
    }
}

/* --- durations --- */

static void format_duration(double seconds, double largest, double step, char *text, size_t size) {
    const char *sign = seconds < 0 ? "-" : "";
    double s = fabs(seconds), minutes = floor(s / 60 + 1e-9), hours = floor(s / 3600 + 1e-9);
    double days = floor(s / DAY + 1e-9);
    if (s < 0.5 * step)
        snprintf(text, size, "0");
    else if (step < 1 || (step < 60 && largest < 120))
        snprintf(text, size, "%s%.*f s", sign, decimals_of(step), s);
    else if (step < 60 && largest < 3600)
        snprintf(text, size, "%s%.0f:%02.0f", sign, minutes, s - 60 * minutes);
    else if (step < 60)
        snprintf(text, size, "%s%.0f:%02.0f:%02.0f", sign, hours, minutes - 60 * hours,
                 s - 60 * minutes);
    else if (step < 3600 && largest < 7200)
        snprintf(text, size, "%s%.0f min", sign, s / 60);
    else if (step < 3600)
        snprintf(text, size, "%s%.0f:%02.0f h", sign, hours, minutes - 60 * hours);
    else if (step < DAY && largest < 2 * DAY)
        snprintf(text, size, "%s%.0f h", sign, s / 3600);
    else if (step < DAY)
        snprintf(text, size, "%s%.0f d %.0f h", sign, days, hours - 24 * days);
    else
        snprintf(text, size, "%s%.0f d", sign, s / DAY);
}

/* --- times of day --- */

/* Among hours, midnight shows the date. */
static void format_clock(double seconds, double span, double step, char *text, size_t size) {
    time_t whole = (time_t)floor(seconds + 1e-6);
    struct tm local = {0};
    localtime_r(&whole, &local);
    bool midnight = local.tm_hour == 0 && local.tm_min == 0 && local.tm_sec == 0;
    const char *format = step < 60                        ? "%H:%M:%S"
                         : step < DAY && !midnight        ? "%H:%M"
                         : step < DAY || span < 300 * DAY ? "%d %b"
                                                          : "%Y-%m-%d";
    size_t used = strftime(text, size, format, &local);
    double fraction = seconds - (double)whole;
    if (step < 1)
        snprintf(text + used, size - used, ".%0*.0f", decimals_of(step),
                 fmax(fraction, 0) * pow(10, decimals_of(step)));
}

void label_steps(const axis *a, tick *ticks, size_t count, double step) {
    double largest = largest_of(ticks, count);
    bool unspeakable = (a->unit == UNIT_DURATION && (step < 1e-4 || largest > 1e12)) ||
                       (a->unit == UNIT_CLOCK && largest > 1e11);
    if (a->unit == UNIT_NUMBER || unspeakable) {
        label_numbers(ticks, count, step);
        return;
    }
    for (size_t i = 0; i < count; i++) {
        if (a->unit == UNIT_DURATION)
            format_duration(ticks[i].value, largest, step, ticks[i].label, sizeof ticks->label);
        else
            format_clock(ticks[i].value, a->high - a->low, step, ticks[i].label,
                         sizeof ticks->label);
    }
}

/* --- powers --- */

typedef struct power {
    int digit, exponent;
} power;

static power power_of(double value) {
    int exponent = (int)floor(log10(fabs(value)) + 1e-9);
    return (power){(int)lround(fabs(value) / pow(10, exponent)), exponent};
}

/* 10⁻³, 2×10⁵ */
static void format_power(double value, char *text, size_t size) {
    static const char *const raised[] = {"⁰", "¹", "²", "³", "⁴", "⁵", "⁶", "⁷", "⁸", "⁹"};
    char digits[16];
    power p = power_of(value);
    snprintf(digits, sizeof digits, "%d", abs(p.exponent));
    snprintf(text, size, "%s", value < 0 ? "-" : "");
    if (p.digit != 1)
        snprintf(text + strlen(text), size - strlen(text), "%d×", p.digit);
    snprintf(text + strlen(text), size - strlen(text), "10%s", p.exponent < 0 ? "⁻" : "");
    for (const char *d = digits; *d != '\0'; d++)
        snprintf(text + strlen(text), size - strlen(text), "%s", raised[*d - '0']);
}

/* Written out where all of them are short. */
void label_powers(tick *ticks, size_t count) {
    int least = 0, most = 0;
    for (size_t i = 0; i < count; i++)
        if (ticks[i].major && ticks[i].value != 0) {
            int exponent = power_of(ticks[i].value).exponent;
            least = exponent < least ? exponent : least;
            most = exponent > most ? exponent : most;
        }
    for (size_t i = 0; i < count; i++) {
        double value = ticks[i].value;
        if (!ticks[i].major)
            continue;
        if (value == 0)
            strcpy(ticks[i].label, "0");
        else if (least >= -3 && most <= 4)
            axis_format(value, 7, ticks[i].label, sizeof ticks->label);
        else
            format_power(value, ticks[i].label, sizeof ticks->label);
    }
}
