/* Listens to sounds that it makes itself, 10 ms at a time, and says when it has heard which.
 * The exit status is 0 if that is what was played, twice: the second time from a state that was reset. */
#include <math.h>

#include "board.h"
#include "spotter.h"

/* The Makefile has qemu take 2 ns for each; the board's clock ticks every 40. */
enum { INSTRUCTIONS_PER_TICK = 20 };

enum { RATE = 16000, FRAME = SPOTTER_SOUND_COUNT, LENGTH = 14 /* frames of a sound */, FRAMES = 400 };

static const char *const names[] = {"nothing", "rising", "falling", "bell"};
static const struct {
    int kind, start; /* in frames */
} played[] = {{1, 20}, {3, 65}, {2, 100}, {2, 140}, {1, 185}, {3, 230}, {1, 270}, {2, 330}};
enum { PLAYED = sizeof played / sizeof *played };

/* -- the sounds */

static uint32_t seed;
static float phases[2];

static float noise(void)
{
    seed ^= seed << 13;
    seed ^= seed >> 17;
    seed ^= seed << 5;
    return (float)(seed >> 8) / 8388608.0f - 1;
}

static float tone(int which, float frequency)
{
    phases[which] += frequency / RATE;
    phases[which] -= floorf(phases[which]);
    return 0.3f * sinf(6.2831853f * phases[which]);
}

static void make_frame(int frame, float *sound)
{
    for (int i = 0; i < FRAME; i++) sound[i] = 0.03f * noise();
    for (int p = 0; p < PLAYED; p++) {
        const int since = frame - played[p].start;
        if (since < 0 || since >= LENGTH) continue;
        for (int i = 0; i < FRAME; i++) {
            const float part = (float)(since * FRAME + i) / (LENGTH * FRAME);
            if (played[p].kind == 1) sound[i] += tone(0, 400 + 1600 * part);
            if (played[p].kind == 2) sound[i] += tone(0, 2000 - 1600 * part);
            if (played[p].kind == 3) sound[i] += tone(0, 600) + tone(1, 1500);
        }
    }
}

/* -- what is heard */

static void say(const char *name, int frame)
{
    print("heard ");
    print(name);
    print(" at ");
    print_number((uint32_t)(frame * 10));
    print(" ms\n");
}

static int best_of(const float *scores)
{
    int best = 0;
    for (int i = 1; i < SPOTTER_SCORES_COUNT; i++)
        if (scores[i] > scores[best]) best = i;
    return scores[best] > 0.6f ? best : 0;
}

/* How often something else was heard than what had just ended. */
static int listen(uint32_t *ticks)
{
    float sound[FRAME], scores[SPOTTER_SCORES_COUNT];
    int heard = 0, before = 0, wrong = 0;
    seed = 2463534242u;
    *ticks = 0;
    for (int frame = 0; frame < FRAMES; frame++) {
        make_frame(frame, sound);
        timer_start();
        if (spotter_run(sound, scores)) stop(1);
        *ticks += timer_ticks();
        const int now = best_of(scores);
        if (now && now != before) {
            const int late = heard < PLAYED ? frame - played[heard].start - LENGTH : -1;
            say(names[now], frame);
            if (late < -4 || late > 4 || played[heard].kind != now) wrong++;
            heard++;
        }
        before = now;
    }
    return wrong + (heard != PLAYED);
}

static void say_bytes(const char *what, uint32_t bytes)
{
    print(what);
    print_number(bytes);
    print(" bytes\n");
}

int main(void)
{
    uint32_t ticks;
    int wrong = listen(&ticks);
    spotter_reset(NULL);
    print("again, from the beginning\n");
    wrong += listen(&ticks);
    print("time:  ");
    print_number(ticks / FRAMES * INSTRUCTIONS_PER_TICK);
    print(" instructions for a frame\n");
    say_bytes("flash: weights ", (uint32_t)(weights_end - weights_start));
    say_bytes("RAM: arena     ", SPOTTER_ARENA_BYTES);
    say_bytes("RAM: state     ", SPOTTER_STATE_BYTES);
    say_bytes("RAM: stack     ", stack_used());
    return wrong > 0;
}
