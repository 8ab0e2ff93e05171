/* Start-up of a Cortex-M without an operating system, its timer, and semihosting to talk to whoever runs it. */
#include "board.h"

int main(void);
_Noreturn void reset(void);

static _Noreturn void fault(void)
{
    print("fault\n");
    stop(1);
}

/* Armv7-M Architecture Reference Manual, B1.5.3. No interrupt is ever enabled. */
__attribute__((section(".vectors"), used)) static const struct {
    uint32_t *stack;
    void (*exceptions[15])(void);
} vectors = {stack_end, {reset, fault, fault, fault, fault, fault, 0, 0, 0, 0, fault, fault, 0, fault, fault}};

/* -- stack: painted at the start; what has another colour later was used */

enum { PAINT = 0x5ac3f00d };

static inline void paint_stack(void)
{
    uint32_t *sp;
    __asm__ volatile("mov %0, sp" : "=r"(sp));
    for (volatile uint32_t *p = stack_start; p < sp; p++) *p = PAINT;
}

uint32_t stack_used(void)
{
    const volatile uint32_t *p = stack_start;
    while (p < stack_end && *p == PAINT) p++;
    return (uint32_t)((uintptr_t)stack_end - (uintptr_t)p);
}

/* -- start */

static inline void enable_fpu(void)
{
    volatile uint32_t *cpacr = (volatile uint32_t *)0xe000ed88;
    *cpacr |= UINT32_C(0xf) << 20; /* full access to coprocessors 10 and 11 */
    __asm__ volatile("dsb\n\tisb" ::: "memory");
}

_Noreturn void reset(void)
{
    extern const uint32_t data_in_flash[];
    enable_fpu();
    paint_stack();
    for (uint32_t *to = data_start, i = 0; to < data_end; to++, i++) *to = data_in_flash[i];
    for (uint32_t *to = bss_start; to < bss_end; to++) *to = 0;
    stop(main());
}

/* -- SysTick: B3.3 of the same manual. It counts 24 bits down. */

static volatile struct {
    uint32_t control, top, now;
} *const timer = (volatile void *)0xe000e010;

enum { ENABLE = 1, PROCESSOR_CLOCK = 4, COUNTED_OUT = 1 << 16, TOP = 0xffffff };

void timer_start(void)
{
    timer->control = 0;
    timer->top = TOP;
    timer->now = 0; /* whatever is written: it starts from the top */
    timer->control = ENABLE | PROCESSOR_CLOCK;
}

uint32_t timer_ticks(void)
{
    const uint32_t now = timer->now;
    if (timer->control & COUNTED_OUT) {
        print("more than the timer counts\n");
        stop(1);
    }
    return TOP - now;
}

/* -- semihosting: https://github.com/ARM-software/abi-aa, "Semihosting for AArch32 and AArch64" */

enum { SYS_WRITE0 = 0x04, SYS_EXIT = 0x18 };

static void semihosting(int operation, const void *argument)
{
    register int r0 __asm__("r0") = operation;
    register const void *r1 __asm__("r1") = argument;
    __asm__ volatile("bkpt 0xab" : "+r"(r0) : "r"(r1) : "memory");
}

void print(const char *text)
{
    semihosting(SYS_WRITE0, text);
}

void print_number(uint32_t n)
{
    char digits[11], *p = digits + sizeof digits;
    *--p = '\0';
    do *--p = (char)('0' + n % 10);
    while (n /= 10);
    print(p);
}

_Noreturn void stop(int status)
{
    const uintptr_t application_exit = 0x20026, run_time_error = 0x20023;
    for (;;) semihosting(SYS_EXIT, (const void *)(status ? run_time_error : application_exit));
}
