/* What board.c does for a program, and what board.ld knows of its memory. */
#ifndef BOARD_H
#define BOARD_H

#include <stdint.h>

extern const char program_start[], program_end[], weights_start[], weights_end[], arena_start[], arena_end[];
extern uint32_t data_start[], data_end[], bss_start[], bss_end[], stack_start[], stack_end[];

void print(const char *text);
void print_number(uint32_t n);
_Noreturn void stop(int status);
uint32_t stack_used(void); /* bytes, at most, since the start */

/* The core's timer. Under qemu's -icount the clock moves on by the same time with every instruction. */
void timer_start(void);
uint32_t timer_ticks(void); /* of the processor's clock since timer_start(); stops the program beyond 2^24 */

#endif
