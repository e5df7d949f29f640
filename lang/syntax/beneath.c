/* Files beneath a folder, opened part by part: no `..`, no link and no race between looking and opening leads out. */
#define _POSIX_C_SOURCE 200809L
#include "lang/syntax/beneath.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { PART_MAX = 256 }; /* bytes of a part of a path, with its NUL: what file systems take */

bool loop_beneath_root(const char *path, int *root)
{
    LoopText folder = {0};
    const char *slash = strrchr(path, '/');
    loop_text_put(&folder, slash ? path : ".", slash ? (size_t)(slash - path) + 1 : 1);
    bool failed = folder.failed;
    *root = failed ? -1 : open(folder.at, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    loop_text_free(&folder);
    return !failed;
}

/* The first part of `path`, which is cut off it; false when it is too long to exist. */
static bool next_part(LoopStr *path, char part[PART_MAX], bool *last)
{
    const char *slash = memchr(path->at, '/', path->len);
    size_t len = slash ? (size_t)(slash - path->at) : path->len;
    *last = !slash;
    if (len == 0 || len >= PART_MAX)
        return false;
    memcpy(part, path->at, len);
    part[len] = '\0';
    *path = slash ? (LoopStr){slash + 1, path->len - len - 1} : (LoopStr){"", 0};
    return true;
}

/* Why a part could not be opened. */
static LoopFound failure(int folder, const char *part)
{
    struct stat info;
    int why = errno;
    bool there = fstatat(folder, part, &info, AT_SYMLINK_NOFOLLOW) == 0;
    errno = why;
    if (!there)
        return why == ENOENT || why == ENOTDIR ? LOOP_FOUND_NOTHING : LOOP_FOUND_CLOSED;
    return S_ISLNK(info.st_mode) ? LOOP_FOUND_LINK : why == ENOTDIR || why == ENXIO ? LOOP_FOUND_OTHER : LOOP_FOUND_CLOSED;
}

/* The folder that the last part of `path` lies in; -1: `found` says why. The caller closes it, unless it is `root`. */
static int open_folder(int root, LoopStr path, char part[PART_MAX], LoopFound *found)
{
    int folder = root;
    bool last;
    for (;;) {
        *found = LOOP_FOUND_NOTHING;
        bool fits = next_part(&path, part, &last);
        if (fits && last)
            return folder;
        int next = fits ? openat(folder, part, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC) : -1;
        if (fits && next < 0)
            *found = failure(folder, part);
        int why = errno;
        if (folder != root)
            close(folder);
        errno = why;
        if (next < 0)
            return -1;
        folder = next;
    }
}

LoopFound loop_beneath_open(int root, LoopStr path, int *in)
{
    char part[PART_MAX];
    struct stat info;
    LoopFound found;
    int folder = open_folder(root, path, part, &found);
    if (folder < 0)
        return found;
    *in = openat(folder, part, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC); /* a FIFO must not block */
    found = *in < 0 ? failure(folder, part) : LOOP_FOUND_FILE;
    if (*in >= 0 && (fstat(*in, &info) != 0 || !S_ISREG(info.st_mode))) {
        close(*in);
        found = LOOP_FOUND_OTHER;
    }
    int why = errno;
    if (folder != root)
        close(folder);
    errno = why;
    return found;
}

void loop_beneath_near(int root, LoopStr path, LoopText *out)
{
    char part[PART_MAX], best[PART_MAX] = "";
    LoopFound found;
    size_t limit = 2;
    int folder = open_folder(root, path, part, &found);
    int again = folder < 0 ? -1 : openat(folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC); /* closedir closes it */
    DIR *listing = again < 0 ? NULL : fdopendir(again);
    for (const struct dirent *item; listing && (item = readdir(listing));) {
        size_t distance = loop_edit_distance(loop_str(part), loop_str(item->d_name), limit);
        bool nearer = distance < limit || !best[0] || strcmp(item->d_name, best) < 0; /* the order of a folder must not show */
        if (distance > limit || !nearer || strlen(item->d_name) >= PART_MAX)
            continue;
        limit = distance;
        strcpy(best, item->d_name);
    }
    if (listing)
        closedir(listing);
    else if (again >= 0)
        close(again);
    if (folder >= 0 && folder != root)
        close(folder);
    loop_text_str(out, loop_str(best));
}
