/* Numbers as text and text as numbers, both exact. A number in between stands in decimal: limbs of nine digits, the
 * most significant first, DECIMAL_WHOLE of them before the point. Every double fits, to the last of its 1074 places. */

//@block DECIMAL_BASE DECIMAL_WHOLE DECIMAL_LIMBS
enum { DECIMAL_BASE = 1000000000, DECIMAL_WHOLE = 35, DECIMAL_LIMBS = 160 };
//@endblock

static const uint32_t decimal_powers[] = {1, 10, 100, 1000, 10000, 100000, 1000000, 10000000, 100000000};

/* x *= 2^shift, of up to 29. Limbs before *first are 0, and those from `last` on, here and below. */
void decimal_multiply(uint32_t *x, int32_t *first, int32_t last, int32_t shift)
{
    uint64_t carry = 0;
    for (int32_t i = last; i-- > 0 && (i >= *first || carry);) {
        carry += (uint64_t)x[i] << shift;
        x[i] = (uint32_t)(carry % DECIMAL_BASE);
        carry /= DECIMAL_BASE;
        if (i < *first) *first = i;
    }
}

/* x /= 2^shift, of up to 29. Returns whether that had more places than there are. */
bool decimal_divide(uint32_t *x, int32_t *first, int32_t *last, int32_t shift)
{
    uint64_t rest = 0;
    for (int32_t i = *first; i < DECIMAL_LIMBS && (i < *last || rest); i++) {
        rest = rest * DECIMAL_BASE + x[i];
        x[i] = (uint32_t)(rest >> shift);
        rest &= ((uint64_t)1 << shift) - 1;
        if (i >= *last) *last = i + 1;
    }
    while (*first < *last && !x[*first]) ++*first;
    return rest != 0;
}

/* The limb that has the digit of 10^place, and what that digit counts there. */
int32_t decimal_limb(int32_t place, uint32_t *unit)
{
    const int32_t up = place + 9 * (DECIMAL_LIMBS - DECIMAL_WHOLE);
    *unit = decimal_powers[up % 9];
    return DECIMAL_LIMBS - 1 - up / 9;
}

/* -- writing ------------------------------------------------------------------------------------------------------- */

/* The first eight digits of x, which is not 0, rounded to even; *place: what power of ten the first one counts. */
uint32_t decimal_digits(const uint32_t *x, int32_t first, int32_t last, int32_t *place)
{
    uint32_t digits = 0, unit = 0, leading = 8;
    int32_t limb = first;
    while (x[first] < decimal_powers[leading]) leading--;
    *place = 9 * (DECIMAL_WHOLE - 1 - first) + (int32_t)leading;
    for (int32_t k = 0; k < 8; k++) {
        limb = decimal_limb(*place - k, &unit);
        digits = digits * 10 + x[limb] / unit % 10;
    }
    limb = decimal_limb(*place - 8, &unit);
    const uint32_t next = x[limb] / unit % 10;
    bool more = x[limb] % unit != 0;
    for (int32_t i = limb + 1; i < last && !more; i++) more = x[i] != 0;
    if (next > 5 || (next == 5 && (more || digits % 2))) digits++;
    if (digits < 100000000) return digits;
    ++*place;
    return digits / 10;
}

/* Eight digits and what the first one counts, as printf's %.8g has them: without zeros at the end, with an exponent
 * below 10^-4 and from 10^8 on. */
void text_of_digits(uint32_t digits, int32_t place, char *y)
{
    const bool scientific = place < -4 || place >= 8;
    const int32_t point = scientific ? 0 : place;
    int32_t count = 8;
    char text[8];
    for (int32_t i = 8; i-- > 0; digits /= 10) text[i] = (char)('0' + digits % 10);
    while (count > 1 && text[count - 1] == '0') count--;
    for (int32_t i = point < 0 ? point : 0; i < count || i <= point; i++) {
        *y++ = (char)(i < 0 || i >= count ? '0' : text[i]);
        if (i == point && i + 1 < count) *y++ = '.';
    }
    if (scientific) {
        const uint32_t size = (uint32_t)(place < 0 ? -place : place);
        *y++ = 'e';
        *y++ = (char)(place < 0 ? '-' : '+');
        if (size >= 100) *y++ = (char)('0' + size / 100);
        *y++ = (char)('0' + size / 10 % 10);
        *y++ = (char)('0' + size % 10);
    }
    *y = 0;
}

/* a as printf's %.8g has it, but NaN, INF and -INF. */
void text_of_f64(double a, char *y)
{
    uint32_t x[DECIMAL_LIMBS] = {0};
    int32_t exponent, first = DECIMAL_WHOLE - 2, last = DECIMAL_WHOLE, place = 0;
    if (a != a) {
        strcpy(y, "NaN");
        return;
    }
    if (signbit(a)) *y++ = '-';
    if (fabs(a) > DBL_MAX) {
        strcpy(y, "INF");
        return;
    }
    const uint64_t whole = (uint64_t)ldexp(frexp(fabs(a), &exponent), 53);
    x[DECIMAL_WHOLE - 2] = (uint32_t)(whole / DECIMAL_BASE);
    x[DECIMAL_WHOLE - 1] = (uint32_t)(whole % DECIMAL_BASE);
    for (exponent -= 53; exponent >= 29; exponent -= 29) decimal_multiply(x, &first, last, 29);
    if (exponent > 0) decimal_multiply(x, &first, last, exponent);
    for (; exponent <= -29; exponent += 29) decimal_divide(x, &first, &last, 29);
    if (exponent < 0) decimal_divide(x, &first, &last, -exponent);
    while (first < last && !x[first]) first++;
    const uint32_t digits = first < last ? decimal_digits(x, first, last, &place) : 0;
    text_of_digits(digits, place, y);
}

void text_of_u64(uint64_t a, char *y)
{
    char *end = y + 1;
    for (uint64_t rest = a; rest >= 10; rest /= 10) end++;
    *end = 0;
    do *--end = (char)('0' + a % 10);
    while (a /= 10, end > y);
}

void text_of_i64(int64_t a, char *y)
{
    if (a < 0) *y++ = '-';
    text_of_u64(a < 0 ? 0 - (uint64_t)a : (uint64_t)a, y);
}

/* -- reading ------------------------------------------------------------------------------------------------------- */

static inline bool text_is_digit(int32_t c)
{
    return c >= '0' && c <= '9';
}

/* What follows white space and a sign. */
const char *text_after_sign(const char *s, bool *minus)
{
    while (*s == ' ' || (*s >= '\t' && *s <= '\r')) s++;
    *minus = *s == '-';
    return s + (*s == '-' || *s == '+');
}

/* Does s begin with the word, of lower-case letters, in any case? */
bool text_begins(const char *s, const char *word)
{
    while (*word && (*s == *word || *s == *word - 'a' + 'A')) s++, word++;
    return !*word;
}

/* The power of ten that s, after the digits of a number, begins with. */
int64_t text_exponent(const char *s)
{
    int64_t power = 0;
    if (*s != 'e' && *s != 'E') return 0;
    const bool minus = s[1] == '-';
    for (s += 1 + (minus || s[1] == '+'); text_is_digit(*s); s++)
        if (power < INT32_MAX) power = power * 10 + (*s - '0');
    return minus ? -power : power;
}

/* x = the digits s[count], with a point among them or not, of which the first counts 10^place. Returns whether digits
 * got lost beyond the last limb; *first is -1 if there are some before the first. */
bool decimal_of_digits(const char *s, int64_t count, int64_t place, uint32_t *x, int32_t *first, int32_t *last)
{
    bool lost = false;
    uint32_t unit;
    *first = DECIMAL_LIMBS;
    *last = 0;
    for (; count > 0; s++) {
        if (*s == '.') continue;
        const int64_t at = place--;
        count--;
        if (*s == '0') continue;
        if (at >= 9 * DECIMAL_WHOLE) *first = -1;
        if (at < -9 * (DECIMAL_LIMBS - DECIMAL_WHOLE)) lost = true;
        if (*first < 0 || lost) return lost;
        const int32_t limb = decimal_limb((int32_t)at, &unit);
        x[limb] += (uint32_t)(*s - '0') * unit;
        if (limb < *first) *first = limb;
        *last = limb + 1;
    }
    return false;
}

/* m * 2^exponent, m in 2^54 to 2^63, rounded to even to `bits` bits and to a multiple of 2^least; `more`: it is a
 * little more than that. */
double decimal_round(uint64_t m, int32_t exponent, bool more, int32_t bits, int32_t least)
{
    int32_t cut = 55 - bits;
    while (m >> (bits + cut)) cut++;
    if (exponent + cut < least) cut = least - exponent;
    if (cut > 63) return 0;
    const uint64_t half = (uint64_t)1 << (cut - 1), rest = m & (2 * half - 1);
    m >>= cut;
    if (rest > half || (rest == half && (more || m % 2))) m++;
    return ldexp((double)m, exponent + cut);
}

/* x as a floating-point number of so many bits, the least of which counts 2^least or more: see decimal_round. */
double decimal_to_real(uint32_t *x, int32_t first, int32_t last, bool more, int32_t bits, int32_t least)
{
    int32_t exponent = 0;
    uint64_t m = 0;
    while (first < DECIMAL_WHOLE - 2) { /* 10^18 and more */
        const int32_t shift = first < DECIMAL_WHOLE - 3 ? 29 : 5;
        more = decimal_divide(x, &first, &last, shift) || more;
        exponent += shift;
    }
    for (;;) {
        m = (x[DECIMAL_WHOLE - 3] * (uint64_t)DECIMAL_BASE + x[DECIMAL_WHOLE - 2]) * DECIMAL_BASE;
        m += x[DECIMAL_WHOLE - 1];
        if (m >> 54) break;
        const int32_t shift = m >> 34 ? 9 : 29;
        decimal_multiply(x, &first, last, shift);
        exponent -= shift;
    }
    for (int32_t i = DECIMAL_WHOLE; i < last && !more; i++) more = x[i] != 0;
    return decimal_round(m, exponent, more, bits, least);
}

/* The number that s begins with, after white space, rounded to even: plain, with an exponent, INF, INFINITY or NAN in
 * any case. What follows is ignored. Refused: text that begins with none, and hexadecimal ones. */
int text_to_real(const char *s, double *y, int32_t bits, int32_t least)
{
    uint32_t x[DECIMAL_LIMBS] = {0};
    int32_t first, last;
    bool minus;
    double size;
    s = text_after_sign(s, &minus);
    int64_t whole = 0, count = 0;
    while (text_is_digit(s[whole])) whole++;
    count = whole;
    if (s[whole] == '.')
        while (text_is_digit(s[count + 1])) count++;
    if (text_begins(s, "nan")) {
        size = NAN;
    } else if (text_begins(s, "inf")) {
        size = INFINITY;
    } else if (!count || (*s == '0' && (s[1] == 'x' || s[1] == 'X'))) {
        return -1;
    } else {
        const int64_t exponent = text_exponent(s + count + (s[whole] == '.'));
        const bool more = decimal_of_digits(s, count, whole - 1 + exponent, x, &first, &last);
        size = first < 0 ? INFINITY : first >= last ? 0 : decimal_to_real(x, first, last, more, bits, least);
    }
    *y = minus ? -size : size;
    return 0;
}

int text_to_f64(const char *s, double *y)
{
    return text_to_real(s, y, DBL_MANT_DIG, DBL_MIN_EXP - DBL_MANT_DIG);
}

int text_to_f32(const char *s, float *y)
{
    double wide;
    if (text_to_real(s, &wide, FLT_MANT_DIG, FLT_MIN_EXP - FLT_MANT_DIG)) return -1;
    *y = (float)wide;
    return 0;
}

/* The whole number that s begins with, after white space; a negative one wraps around. What follows is ignored.
 * Refused: text that begins with none, and numbers that are larger. */
int text_to_u64(const char *s, uint64_t *y)
{
    bool minus;
    s = text_after_sign(s, &minus);
    if (!text_is_digit(*s)) return -1;
    uint64_t size = 0;
    for (; text_is_digit(*s); s++) {
        const uint64_t digit = (uint64_t)(*s - '0');
        if (size > (UINT64_MAX - digit) / 10) return -1;
        size = size * 10 + digit;
    }
    *y = minus ? 0 - size : size;
    return 0;
}

/* The same for signed ones, which don't wrap around. */
int text_to_i64(const char *s, int64_t *y)
{
    uint64_t bits;
    bool minus;
    const char *digits = text_after_sign(s, &minus);
    if (!text_is_digit(*digits) || text_to_u64(digits, &bits) || bits > (uint64_t)INT64_MAX + minus) return -1;
    *y = minus && bits ? -(int64_t)(bits - 1) - 1 : (int64_t)bits;
    return 0;
}

/* -- tensors ------------------------------------------------------------------------------------------------------- */

//@block TEXT_OF_NUMBER
enum { TEXT_OF_NUMBER = 24 }; /* bytes that the text of a number takes at most, with its NUL */
//@endblock
