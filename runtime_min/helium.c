/* What kernels on bytes do in the vectors of Armv8.1-M (Helium, MVE), with plain C beside it for every other compiler.
 *
 * A tile is two rows of x times four filters: eight sums in the even general registers, to which an instruction adds
 * sixteen products. Rows are dense signed bytes and, like those of weights, filled up to a multiple of 16: unsigned x,
 * and what a window sees, is copied first. The zero point of x is part of what the sums start with, so that bytes
 * outside of an image are the zero point. Four sums at a time are requantised. */

//@block HELIUM
/* Integers and floats; inline assembly where compilers keep no eight sums in even registers. */
#if defined(__GNUC__) && defined(__ARM_FEATURE_MVE) && __ARM_FEATURE_MVE == 3
#define HELIUM 1
#include <arm_mve.h>
#else
#define HELIUM 0
#endif
//@endblock

/* to[n] = from[n] with `flip` added to every byte: 128 inverts the sign bits. */
static inline void helium_copy(const uint8_t *from, int8_t *to, int32_t n, int32_t flip)
{
#if HELIUM
    __asm__ volatile("wlstp.8 lr, %[n], 2f\n"
                     "1: vldrb.u8 q0, [%[from]], #16\n\t"
                     "vadd.i8 q0, q0, %[flip]\n\t"
                     "vstrb.8 q0, [%[to]], #16\n\t"
                     "letp lr, 1b\n"
                     "2:"
                     : [from] "+r"(from), [to] "+r"(to)
                     : [n] "r"(n), [flip] "r"(flip)
                     : "lr", "q0", "memory");
#else
    for (int32_t i = 0; i < n; i++) {
        const uint8_t byte = (uint8_t)(from[i] + flip);
        memcpy(to + i, &byte, 1);
    }
#endif
}

static inline void helium_fill(int8_t *to, int32_t value, int32_t n)
{
#if HELIUM
    __asm__ volatile("vdup.8 q0, %[value]\n\t"
                     "wlstp.8 lr, %[n], 2f\n"
                     "1: vstrb.8 q0, [%[to]], #16\n\t"
                     "letp lr, 1b\n"
                     "2:"
                     : [to] "+r"(to)
                     : [n] "r"(n), [value] "r"(value)
                     : "lr", "q0", "memory");
#else
    for (int32_t i = 0; i < n; i++) to[i] = (int8_t)value;
#endif
}

/* Filters in fours: of each four, what their sums start with, weights [depth / 16][4][16], the zero points of the
 * weights with the sign turned, if they are not all 0, and float32 multipliers, one after the other; filled up with
 * zeros. A result is zero + (start + sum of products - the weights' zero point * sum of x) * multiplier, rounded and
 * within low..high. */
struct helium_filters {
    const int32_t *fours;
    int32_t filters, depth; /* depth: a multiple of 16 */
    int32_t zero, low, high;
};

//@block helium_zeros_plain helium_zeros_points
/* Words of zero points in a four, for weights that have none, or some. */
enum { helium_zeros_plain = 0, helium_zeros_points = 4 };
//@endblock

/* Words of each four. */
static inline size_t helium_four(int32_t depth, int32_t zeros)
{
    return (size_t)depth + 8 + (size_t)zeros;
}

/* The sum of x[n], n a multiple of 16. */
static inline int32_t helium_sum(const int8_t *x, int32_t n)
{
    int32_t sum = 0;
#if HELIUM
    for (; n > 0; n -= 16, x += 16) sum = vaddvaq_s8(sum, vldrbq_s8(x));
#else
    for (int32_t i = 0; i < n; i++) sum += x[i];
#endif
    return sum;
}

//@block helium_sums helium_nearest
#if HELIUM
/* Two rows a and b times four filters; returns where their multipliers are. */
static inline const int32_t *helium_sums(const int8_t *a, const int8_t *b, const int32_t *four, int32_t depth,
                                         int32x4_t *first, int32x4_t *second)
{
    int32x4_t p, q;
    __asm__ volatile("ldrd r0, r2, [%[four]], #8\n\t"
                     "ldrd r4, r6, [%[four]], #8\n\t"
                     "mov r8, r0\n\t"
                     "mov r10, r2\n\t"
                     "mov r12, r4\n\t"
                     "mov lr, r6\n\t"
                     "ldr r11, %[depth]\n"
                     "1: vldrb.8 %q[p], [%[a]], #16\n\t"
                     "vldrb.8 %q[q], [%[b]], #16\n\t"
                     "vldrb.8 q0, [%[four]], #16\n\t"
                     "vmladava.s8 r0, %q[p], q0\n\t"
                     "vmladava.s8 r8, %q[q], q0\n\t"
                     "vldrb.8 q0, [%[four]], #16\n\t"
                     "vmladava.s8 r2, %q[p], q0\n\t"
                     "vmladava.s8 r10, %q[q], q0\n\t"
                     "vldrb.8 q0, [%[four]], #16\n\t"
                     "vmladava.s8 r4, %q[p], q0\n\t"
                     "vmladava.s8 r12, %q[q], q0\n\t"
                     "vldrb.8 q0, [%[four]], #16\n\t"
                     "vmladava.s8 r6, %q[p], q0\n\t"
                     "vmladava.s8 lr, %q[q], q0\n\t"
                     "subs r11, r11, #16\n\t"
                     "bgt 1b\n\t"
                     "vmov %q[p][2], %q[p][0], r0, r4\n\t"
                     "vmov %q[p][3], %q[p][1], r2, r6\n\t"
                     "vmov %q[q][2], %q[q][0], r8, r12\n\t"
                     "vmov %q[q][3], %q[q][1], r10, lr"
                     : [p] "=&w"(p), [q] "=&w"(q), [a] "+r"(a), [b] "+r"(b), [four] "+r"(four)
                     : [depth] "m"(depth)
                     : "r0", "r2", "r4", "r6", "r8", "r10", "r11", "r12", "lr", "q0", "cc", "memory");
    *first = p;
    *second = q;
    return four;
}

/* As nearest_i32 rounds; what is too large is as large as can be. */
static inline int32x4_t helium_nearest(int32x4_t sum, float32x4_t multiplier)
{
    return vcvtnq_s32_f32(vmulq_f32(vcvtq_f32_s32(sum), multiplier));
}
#endif
//@endblock
