/* natural.h: names in the order in which people sort them. */
#ifndef DNN_CORE_NATURAL_H
#define DNN_CORE_NATURAL_H

/* Compares two names with the numbers in them by value: "2 ReLU" before "10 Linear", "lr 0.0003"
 * before "lr 0.001". Digits, a point and digits are one decimal number, unless another point is
 * before or after them: in "3.2.weight" and "cat.10.jpg" the points separate whole numbers. So are
 * numbers with an exponent: "lr1e-4" before "lr0.001" before "lr3e-3".
 * Negative, 0 (the same bytes only) or positive, as strcmp. */
int dnn_natural_compare(const char *a, const char *b);

#endif
