/* measure.c: the largest errors of the functions of a type, over a sweep of it, in units in the last place (the
 * distance of neighbours around the exact result). `cases.h` (run.py writes it) has the functions, the builds of the
 * model that has a node for each, and the type.
 *
 *     measure POINTS      points for each power of two
 *
 * prints a line for each function and build, fields separated by tabs: name, number of the build, the largest error of
 * normal results, x and p there, the largest error of results below them, x and p there, whether a result is of the
 * wrong kind (NaN, infinite, a zero's sign), x, p and the result there. */
#include "exact.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { CHUNK = 4099 }; /* no multiple of any vector */

#include "cases.h"

typedef struct {
    double error, x, p;
} Worst;

typedef struct {
    Worst normal, subnormal;
    bool is_wrong;
    double wrong_x, wrong_p, wrong_y;
} Found;

static Found found[FUNCTIONS][BUILDS][2];
static element x_of[CHUNK], p_of[CHUNK];
static element results[FUNCTIONS][CHUNK];
static double in_loop[FUNCTIONS][CHUNK];
static int filled;

/* -- numbers of the type --------------------------------------------------------------------------------------- */

static double power(int e)
{
    return ldexp(1, e);
}

/* Distance of neighbours around x, of which those next to 0 have the smallest. */
static real spacing(real x)
{
    int e;
    R(frexp)(x, &e);
    return R(ldexp)(1, (e - 1 < LOWEST ? LOWEST : e - 1) - DIGITS + 1);
}

static real rounded(real x)
{
    if (x - x != 0 || x == 0) return x;
    const real step = spacing(x), y = R(rint)(x / step) * step;
    return R(fabs)(y) < (real)power(HIGHEST) * 2 ? y : y * (real)INFINITY;
}

/* Halves are computed in float. */
real rounded_sum(real x, real p)
{
    return DIGITS < 24 ? (real)(float)(x + p) : rounded(x + p);
}

#if DIGITS == 24 || DIGITS == 53
static double value_of(element bits)
{
    return (double)bits;
}

static element element_of(double x)
{
    return (element)x;
}
#else
/* Halves: a sign, an exponent, DIGITS - 1 bits of the mantissa. */
static double value_of(element bits)
{
    const int m = DIGITS - 1, field = (bits & 0x7fff) >> m, rest = bits & ((1 << m) - 1);
    double x = field ? ldexp(rest + (1 << m), field - 1 + LOWEST - m) : ldexp(rest, LOWEST - m);
    if (field == 0x7fff >> m) x = rest ? (double)NAN : (double)INFINITY;
    return bits & 0x8000 ? -x : x;
}

static element element_of(double x)
{
    const int sign = signbit(x) ? 0x8000 : 0, m = DIGITS - 1;
    int e;
    if (x != x) return 0x7fff;
    x = fabs((double)rounded(x));
    if (x > power(HIGHEST) * 2) return (element)(sign | (0x7fff >> m) << m);
    frexp(x, &e);
    e = x == 0 || e - 1 < LOWEST ? LOWEST : e - 1;
    return (element)(sign | ((int)ldexp(x, m - e) + ((e - LOWEST) << m)));
}
#endif

/* -- comparing ------------------------------------------------------------------------------------------------- */

/* An infinite result stands for the number after the largest. */
static real capped(real y)
{
    const real top = (real)power(HIGHEST) * 2;
    return R(fabs)(y) > top ? R(copysign)(top, y) : y;
}

static bool same_kind(real y, real exact)
{
    if (exact != exact || y != y) return exact != exact && y != y;
    if (exact - exact != 0) return y == exact;
    return y != 0 || exact != 0 || !R(signbit)(y) == !R(signbit)(exact);
}

static void compare(Found *f, double x, double p, double y, real exact)
{
    if (!same_kind(y, exact)) {
        if (!f->is_wrong) f->wrong_x = x, f->wrong_p = p, f->wrong_y = y;
        f->is_wrong = true;
        return;
    }
    if (exact != exact || exact == 0 || exact - exact != 0) return;
    const real e = R(fabs)(capped(y) - capped(exact)) / spacing(capped(exact));
    Worst *worst = R(fabs)(exact) < (real)power(LOWEST) ? &f->subnormal : &f->normal;
    if ((double)e > worst->error) *worst = (Worst){(double)e, x, p};
}

static void compare_all(const real *exact, int function, int build)
{
    for (int i = 0; i < CHUNK; i++) {
        const double x = value_of(x_of[i]), p = value_of(p_of[i]);
        compare(&found[function][build][0], x, p, value_of(results[function][i]), exact[i]);
        if (HAS_LOOPS) compare(&found[function][build][1], x, p, in_loop[function][i], exact[i]);
    }
}

static void measure_chunk(void)
{
    static real exact[FUNCTIONS][CHUNK];
    for (int f = 0; f < FUNCTIONS; f++)
        for (int i = 0; i < CHUNK; i++)
            exact[f][i] = functions[f].exact((real)value_of(x_of[i]), (real)value_of(p_of[i]), functions[f].attributes);
    for (int b = 0; b < BUILDS; b++) {
        if (builds[b](x_of, p_of, results, in_loop)) exit(1);
        for (int f = 0; f < FUNCTIONS; f++) compare_all(exact[f], f, b);
    }
    filled = 0;
}

/* -- the sweep ------------------------------------------------------------------------------------------------- */

/* Spread over [0, 1), the same on every run. */
static double next_part(void)
{
    static double part = 0.5;
    part = fmod(part + 0.618033988749894848, 1);
    return part;
}

/* A second operand: all kinds of sizes around 1, whole numbers and halves among them. */
static double second_operand(void)
{
    static int turn;
    const double p = (next_part() * 2 - 1) * power(turn++ % 15 - 7);
    return turn % 4 ? p : rint(p * 2) / 2;
}

static void point(double x)
{
    x_of[filled] = element_of(x);
    p_of[filled] = element_of(second_operand());
    if (++filled == CHUNK) measure_chunk();
}

static void both_signs(double x)
{
    point(x);
    point(-x);
}

static void neighbours(double x)
{
    const double step = (double)spacing((real)x);
    for (int i = -24; i <= 24; i++) both_signs((double)rounded((real)x) + i * step);
}

/* Ends of the type, where functions have bends or zeros, and where results end. */
static void points_of_interest(void)
{
    static const double interesting[] = {0.5,      1,        2,        2.5,      3,
                                         6,        8,        9,        10,       13,
                                         17,       18,       44,       5.5,      0.7978845608,
                                         0.044715, 87.33654, 88.02969, 88.72284, 103.2789,
                                         103.9721, 708.3964, 709.7827, 744.4401, 745.1332,
                                         10.06,    13.05,    14.17,    37.52,    38.5,
                                         0.7,      0.3,      51.9,     61.6,     91.8};
    const double least = power(LOWEST - DIGITS + 1), most = (2 - power(1 - DIGITS)) * power(HIGHEST);
    const double ends[] = {0, INFINITY, NAN, least, power(LOWEST) - least, power(LOWEST), most, most / 2, 2 * least};
    for (size_t i = 0; i < sizeof ends / sizeof *ends; i++) both_signs(ends[i]);
    for (size_t i = 0; i < sizeof interesting / sizeof *interesting; i++) neighbours(interesting[i]);
    for (int i = 1; i < 64; i++) neighbours(i * 1.57079632679489661923);
}

static void sweep(int points)
{
    if (DIGITS < 24) {
        for (int i = 0; i < 65536; i++) point(value_of((element)i));
        return;
    }
    points_of_interest();
    for (int e = LOWEST - DIGITS + 1; e <= HIGHEST; e++)
        for (int i = 0; i < points; i++) both_signs(ldexp(1 + next_part(), e));
    for (int e = -4; e <= 9; e++) /* nothing happens far from 1 */
        for (int i = 0; i < 64 * points; i++) both_signs(ldexp(1 + next_part(), e));
}

static void tell(const char *name, int build, const Found *f)
{
    const Worst *n = &f->normal, *s = &f->subnormal;
    printf("%s\t%d\t%.17g\t%.9g\t%.9g\t%.17g\t%.9g\t%.9g\t%d\t%.9g\t%.9g\t%.9g\n", name, build, n->error, n->x, n->p,
           s->error, s->x, s->p, f->is_wrong, f->wrong_x, f->wrong_p, f->wrong_y);
}

int main(int argc, char **argv)
{
    sweep(argc > 1 ? atoi(argv[1]) : 8);
    while (filled) point(1);
    for (int f = 0; f < FUNCTIONS; f++)
        for (int b = 0; b < BUILDS; b++)
            for (int loop = 0; loop <= HAS_LOOPS; loop++) tell(functions[f].name, b, &found[f][b][loop]);
    return 0;
}
