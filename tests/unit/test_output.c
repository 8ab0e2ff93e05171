/* test_output.c: files are written whole or not at all, and all of them together. */
#include "run_op.h"

#include "base/base.h"

#include <check.h>
#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

Suite *output_suite(void);

static char folder[64];

static void setup(void)
{
    strcpy(folder, "/tmp/onnx2c-output-XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(folder));
}

static const char *path(const char *name)
{
    return mem_printf("%s/%s", folder, name);
}

static void write_text(const char *name, const char *text)
{
    FILE *f = fopen(path(name), "w");
    ck_assert_ptr_nonnull(f);
    fputs(text, f);
    fclose(f);
}

/* NULL: there is no such file. */
static const char *text_of(const char *name)
{
    static char text[4096];
    FILE *f = fopen(path(name), "r");
    if (!f) return NULL;
    text[fread(text, 1, sizeof text - 1, f)] = '\0';
    fclose(f);
    return text;
}

static int files(void)
{
    int count = 0;
    DIR *d = opendir(folder);
    for (struct dirent *e = readdir(d); e; e = readdir(d)) count += e->d_name[0] != '.';
    closedir(d);
    return count;
}

static void teardown(void)
{
    DIR *d = opendir(folder);
    for (struct dirent *e = readdir(d); e; e = readdir(d))
        if (e->d_name[0] != '.') remove(path(e->d_name));
    closedir(d);
    rmdir(folder);
    op_free();
}

static FILE *open_output(const char *name)
{
    return output_open(foreign(path(name)));
}

START_TEST(nothing_is_there_before_all_is_committed)
{
    FILE *a = open_output("a"), *b = open_output("b");
    fputs("one", a);
    fputs("two", b);
    fflush(a);
    ck_assert_ptr_null(text_of("a"));
    ck_assert(outputs_commit());
    ck_assert_str_eq(text_of("a"), "one");
    ck_assert_str_eq(text_of("b"), "two");
    ck_assert_int_eq(files(), 2);
}
END_TEST

START_TEST(what_is_there_stays_until_then)
{
    write_text("a", "old");
    fputs("new", open_output("a"));
    ck_assert_str_eq(text_of("a"), "old");
    ck_assert(outputs_commit());
    ck_assert_str_eq(text_of("a"), "new");
}
END_TEST

/* Ends the process as main does after an error. */
static void leave(void *context)
{
    (void)context;
    fputs("half", open_output("a"));
    exit(1);
}

START_TEST(a_run_that_fails_leaves_nothing)
{
    write_text("a", "old");
    ck_assert_int_eq(test_process(leave, NULL).status, 1);
    ck_assert_str_eq(text_of("a"), "old");
    ck_assert_int_eq(files(), 1);
}
END_TEST

static void be_interrupted(void *signal_number)
{
    open_output("a");
    open_output("b");
    raise(*(int *)signal_number);
}

START_TEST(a_run_that_is_interrupted_leaves_nothing)
{
    int signals[] = {SIGINT, SIGTERM, SIGHUP, SIGPIPE};
    for (int i = 0; i < 4; i++) {
        ck_assert_int_eq(test_process(be_interrupted, &signals[i]).status, -1); /* ended by the signal */
        ck_assert_int_eq(files(), 0);
    }
}
END_TEST

START_TEST(access_stays_that_of_the_old_file_or_is_the_users)
{
    struct stat info;
    umask(027);
    write_text("a", "old");
    chmod(path("a"), 0604);
    open_output("a");
    open_output("b");
    ck_assert(outputs_commit());
    ck_assert(!stat(path("a"), &info) && (info.st_mode & 0777) == 0604);
    ck_assert(!stat(path("b"), &info) && (info.st_mode & 0777) == 0640);
}
END_TEST

START_TEST(a_link_stays_one)
{
    struct stat info;
    write_text("a", "old");
    ck_assert_int_eq(symlink(path("a"), path("link")), 0);
    fputs("new", open_output("link"));
    ck_assert(outputs_commit());
    ck_assert(!lstat(path("link"), &info) && S_ISLNK(info.st_mode));
    ck_assert_str_eq(text_of("a"), "new");
}
END_TEST

static void open_folder(void *context)
{
    (void)context;
    _exit(open_output("") != NULL);
}

static void open_where_nothing_is(void *context)
{
    (void)context;
    _exit(open_output("no/such") != NULL);
}

START_TEST(what_cannot_be_written_is_said)
{
    Ended e = test_process(open_folder, NULL);
    ck_assert_int_eq(e.status, 0);
    ck_assert_ptr_nonnull(strstr(e.said, "can't be written: is a directory\n"));
    e = test_process(open_where_nothing_is, NULL);
    ck_assert_int_eq(e.status, 0);
    ck_assert_ptr_nonnull(strstr(e.said, "no/such: can't be written: No such file or directory\n"));
}
END_TEST

static void fill_device(void *context)
{
    (void)context;
    FILE *kept = open_output("a"), *full = output_open(foreign("/dev/full"));
    fputs("good", kept);
    fputs("lost", full);
    _exit(outputs_commit());
}

START_TEST(a_full_device_is_an_error)
{
    Ended e = test_process(fill_device, NULL);
    ck_assert_int_eq(e.status, 0); /* not committed */
    ck_assert_str_eq(e.said, "onnx2c: error: /dev/full: can't be written: No space left on device\n");
}
END_TEST

static void to_standard_output(void *context)
{
    (void)context;
    dup2(2, 1);
    FILE *f = output_open(foreign(NULL));
    fputs("text", f);
    fputs(outputs_commit() ? "!" : "?", stderr);
}

START_TEST(standard_output_gets_all_at_the_end)
{
    ck_assert_str_eq(test_process(to_standard_output, NULL).said, "text!");
}
END_TEST

START_TEST(what_would_be_the_same_stays_as_it_is)
{
    struct stat before, after;
    struct timespec old[2] = {{.tv_sec = 1}, {.tv_sec = 1}};
    write_text("a", "same");
    write_text("b", "before");
    ck_assert(!utimensat(AT_FDCWD, path("a"), old, 0) && !utimensat(AT_FDCWD, path("b"), old, 0));
    ck_assert(!stat(path("a"), &before));
    fputs("same", open_output("a"));
    fputs("before, and more", open_output("b"));
    ck_assert(outputs_commit());
    ck_assert(!stat(path("a"), &after) && after.st_mtim.tv_sec == 1 && after.st_ino == before.st_ino);
    ck_assert(!stat(path("b"), &after) && after.st_mtim.tv_sec > 1);
    ck_assert_str_eq(text_of("b"), "before, and more");
    ck_assert_int_eq(files(), 2);
}
END_TEST

START_TEST(outputs_may_follow_one_another)
{
    for (int i = 0; i < 10; i++) {
        fprintf(open_output("a"), "%d", i);
        ck_assert(outputs_commit());
    }
    ck_assert_str_eq(text_of("a"), "9");
}
END_TEST

Suite *output_suite(void)
{
    Suite *suite = suite_create("output");
    TCase *tests = tcase_create("output");
    tcase_add_checked_fixture(tests, setup, teardown);
    tcase_add_test(tests, nothing_is_there_before_all_is_committed);
    tcase_add_test(tests, what_is_there_stays_until_then);
    tcase_add_test(tests, a_run_that_fails_leaves_nothing);
    tcase_add_test(tests, a_run_that_is_interrupted_leaves_nothing);
    tcase_add_test(tests, access_stays_that_of_the_old_file_or_is_the_users);
    tcase_add_test(tests, a_link_stays_one);
    tcase_add_test(tests, what_cannot_be_written_is_said);
    tcase_add_test(tests, a_full_device_is_an_error);
    tcase_add_test(tests, standard_output_gets_all_at_the_end);
    tcase_add_test(tests, what_would_be_the_same_stays_as_it_is);
    tcase_add_test(tests, outputs_may_follow_one_another);
    suite_add_tcase(suite, tests);
    return suite;
}
