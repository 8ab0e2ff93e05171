/* verbs.h: what onnx2c does beside compiling: `onnx2c VERB ...`. */
#ifndef VERBS_H
#define VERBS_H

typedef struct {
    const char *name, *arguments;
    const char *help;                  /* a few words, for the list in --help */
    int (*run)(int argc, char **argv); /* argv[0] is the name; returns the exit status */
} Verb;

const Verb *verb_named(const char *word); /* NULL: there is none */
/* The verb that differs from the word by one letter, or by two that changed places; or NULL. */
const char *verb_like(const char *word);
const char *verb_list(void); /* a line each, for --help */

#endif
