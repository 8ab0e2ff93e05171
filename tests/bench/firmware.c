/* Runs a network once, on its stored input, and prints what that took; firmware.py reads it.
 *
 * Under qemu's -icount the clock moves on by the same time with every instruction, so a timer counts these. How many a
 * tick is depends on the board's clock; a loop whose instructions are known says it. */
#include "board.h"
#include "net.h"

extern const float input[];
static float output[OUTPUTS];

static inline void known_loop(void)
{
    uint32_t rounds = LOOP_INSTRUCTIONS / 2;
    __asm__ volatile("1: subs %0, %0, #1\n\tbne 1b" : "+l"(rounds)::"cc");
}

static inline uint32_t stack_here(void)
{
    uintptr_t sp;
    __asm__ volatile("mov %0, sp" : "=r"(sp));
    return (uint32_t)((uintptr_t)stack_end - sp);
}

static void line(const char *what, uint32_t n)
{
    print(what);
    print_number(n);
    print("\n");
}

int main(void)
{
    timer_start();
    known_loop();
    const uint32_t loop_ticks = timer_ticks(), stack = stack_here();
    timer_start();
    const int error = net_run(input, output);
    const uint32_t run_ticks = timer_ticks();
    if (error) return 1;
    line("stack ", stack_used() - stack);
    line("loop ", loop_ticks);
    line("run ", run_ticks);
    for (int i = 0; i < OUTPUTS; i++) {
        const union {
            float number;
            uint32_t bits;
        } y = {output[i]};
        line("output ", y.bits);
    }
    return 0;
}
