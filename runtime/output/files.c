/* Result files, all or nothing. */
#define _POSIX_C_SOURCE 200809L
#include "runtime/output/files.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

enum { NAMES_TRIED = 100 };

typedef struct Folder {
    const char *directory;
    const LoopFileJob *jobs;
    size_t count;
    LoopText temporary[LOOP_FILES_MAX]; /* paths; empty when there is no such file */
    LoopText *path;                /* of what failed */
    bool used;                     /* files of these names were there */
    bool made;                     /* the directory is ours */
} Folder;

/* Names the folder, or the file that `name` was to be. */
static int fail(Folder *folder, const char *name, int error)
{
    folder->path->len = 0;
    loop_text_add(folder->path, "%s%s%s", folder->directory, name ? "/" : "", name ? name : "");
    return error;
}

static int make_directory(Folder *folder)
{
    struct stat info;
    if (mkdir(folder->directory, 0777) == 0) {
        folder->made = true;
        return 0;
    }
    if (errno != EEXIST || stat(folder->directory, &info) != 0)
        return fail(folder, NULL, errno);
    if (!S_ISDIR(info.st_mode))
        return fail(folder, NULL, ENOTDIR);
    return access(folder->directory, W_OK | X_OK) == 0 ? 0 : fail(folder, NULL, errno);
}

/* Opens a new file beside the one it will become; O_EXCL, so that no link planted there is followed. */
static int open_temporary(Folder *folder, size_t i, int *fd)
{
    LoopText *path = &folder->temporary[i];
    for (int n = 0; n < NAMES_TRIED; n++) {
        path->len = 0;
        loop_text_add(path, "%s/.%s.%ld-%d", folder->directory, folder->jobs[i].name, (long)getpid(), n);
        if (path->failed)
            return fail(folder, NULL, ENOMEM);
        *fd = open(path->at, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
        if (*fd >= 0)
            return 0;
        if (errno != EEXIST)
            break;
    }
    int error = errno;
    loop_text_free(path);
    return fail(folder, folder->jobs[i].name, error);
}

static int write_file(Folder *folder, size_t i, const void *context)
{
    LoopSink sink = {.fd = -1};
    int error = open_temporary(folder, i, &sink.fd);
    if (error)
        return error;
    folder->jobs[i].write(context, &sink);
    if (loop_sink_close(&sink))
        return 0;
    return fail(folder, folder->jobs[i].name, sink.error);
}

static int name_file(Folder *folder, size_t i)
{
    LoopText path = {0};
    int error = 0;
    loop_text_add(&path, "%s/%s", folder->directory, folder->jobs[i].name);
    if (path.failed)
        error = fail(folder, NULL, ENOMEM);
    else if (rename(folder->temporary[i].at, path.at) != 0)
        error = fail(folder, folder->jobs[i].name, errno);
    else
        loop_text_free(&folder->temporary[i]);
    loop_text_free(&path);
    return error;
}

/* What has the name of a file already. A folder would stop the last of the files when the first are there. */
static int look_before(Folder *folder, size_t i)
{
    LoopText path = {0};
    struct stat info;
    loop_text_add(&path, "%s/%s", folder->directory, folder->jobs[i].name);
    bool failed = path.failed, found = !failed && lstat(path.at, &info) == 0;
    loop_text_free(&path);
    folder->used = folder->used || found;
    return failed ? fail(folder, NULL, ENOMEM) : found && S_ISDIR(info.st_mode) ? fail(folder, folder->jobs[i].name, EISDIR) : 0;
}

/* What an earlier run left, of a file that this one does not write. */
static int remove_old(Folder *folder, size_t i)
{
    LoopText path = {0};
    loop_text_add(&path, "%s/%s", folder->directory, folder->jobs[i].name);
    int error = path.failed ? ENOMEM : unlink(path.at) != 0 && errno != ENOENT && errno != EISDIR ? errno : 0;
    loop_text_free(&path);
    return error ? fail(folder, folder->jobs[i].name, error) : 0;
}

static void clean_up(Folder *folder, int error)
{
    for (size_t i = 0; i < folder->count; i++) {
        if (folder->temporary[i].at)
            unlink(folder->temporary[i].at);
        loop_text_free(&folder->temporary[i]);
    }
    if (error && folder->made)
        rmdir(folder->directory); /* fails, as it should, when someone else put something there */
}

int loop_files_look(const char *directory, const LoopFileJob *jobs, size_t count, LoopText *path)
{
    Folder folder = {.directory = directory, .jobs = jobs, .path = path};
    int error = make_directory(&folder);
    for (size_t i = 0; !error && i < count; i++)
        error = jobs[i].write ? look_before(&folder, i) : 0;
    if (!error && access(directory, W_OK | X_OK) != 0)
        error = fail(&folder, NULL, errno);
    if (folder.made)
        rmdir(directory);
    return error;
}

int loop_files_write(const char *directory, const LoopFileJob *jobs, size_t count, const void *context, const LoopFlag *stop, LoopText *path)
{
    Folder folder = {.directory = directory, .jobs = jobs, .count = count, .path = path};
    if (count > LOOP_FILES_MAX)
        return fail(&folder, NULL, EINVAL);
    int error = make_directory(&folder);
    for (size_t i = 0; !error && i < count; i++)
        error = jobs[i].write ? look_before(&folder, i) : 0;
    for (size_t i = 0; !error && i < count; i++)
        error = stop && *stop ? fail(&folder, NULL, ECANCELED) : jobs[i].write ? write_file(&folder, i, context) : 0;
    for (size_t i = 0; !error && i < count; i++)
        error = jobs[i].write ? name_file(&folder, i) : 0;
    for (size_t i = 0; !error && folder.used && i < count; i++)
        error = jobs[i].write ? 0 : remove_old(&folder, i);
    clean_up(&folder, error);
    return error;
}
