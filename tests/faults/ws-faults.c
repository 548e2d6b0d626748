/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A library to preload: system calls that libwsserver makes fail or do less, as the system is free to
 * let them. Calls of the test's own clients, and of other libraries, are left alone. README.md explains
 * the variables. */
#include "tests/faults/ws-faults.h"

#include <dlfcn.h>
#include <errno.h>
#include <link.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/uio.h>
#include <time.h>

#define MAX_DESCRIPTORS 4096
#define MAX_VECTORS 16
#define MAX_JUMP_SECONDS 3600

/* Calls the function of the same name that this library hides. */
#define NEXT(name) ((__typeof__ (&name)) find_next ((void **) &next_##name, #name))
#define CALLER __builtin_return_address (0)

static void *next_recv, *next_recvmsg, *next_read, *next_send, *next_sendmsg, *next_write, *next_writev;
static void *next_accept, *next_accept4, *next_epoll_ctl, *next_clock_gettime;

/* The code of libwsserver. */
static uintptr_t library_start;
static uintptr_t library_end;

/* From the environment; a rate of 0 injects nothing. */
static uint64_t seed;
static unsigned rate;
static unsigned kinds;
static unsigned jump_rate;

static uint64_t     n_draws;
static unsigned     n_injected;
static int          jump_seconds;
static WsFaultsPlan plans[WS_FAULTS_N_CALLS];

/* What each descriptor is watched for. An edge-triggered watch is armed again when a call has done less than
 * it could: the system reports the rest of an edge only to those who have met the end of it. */
static struct
{
  int                epoll_fd;
  struct epoll_event event;
} watches[MAX_DESCRIPTORS];

static void *
find_next (void      **next,
           const char *name)
{
  if (*next == NULL)
    *next = dlsym (RTLD_NEXT, name);
  return *next;
}

/* --- what fails ------------------------------------------------------------------------------ */

static int
find_library_cb (struct dl_phdr_info *info,
                 size_t               size,
                 void                *user_data)
{
  if (strstr (info->dlpi_name, "libwsserver-1.0") == NULL)
    return 0;

  for (int i = 0; i < info->dlpi_phnum; i++)
    if (info->dlpi_phdr[i].p_type == PT_LOAD && (info->dlpi_phdr[i].p_flags & PF_X) != 0)
      {
        library_start = info->dlpi_addr + info->dlpi_phdr[i].p_vaddr;
        library_end = library_start + info->dlpi_phdr[i].p_memsz;
      }
  return 1;
}

static unsigned
read_number (const char *name)
{
  const char *text = getenv (name);

  return text == NULL ? 0 : (unsigned) strtoul (text, NULL, 10);
}

__attribute__ ((constructor)) static void
read_environment (void)
{
  const char *names = getenv ("WS_FAULTS");

  seed = read_number ("WS_FAULTS_SEED");
  rate = read_number ("WS_FAULTS_RATE");
  jump_rate = read_number ("WS_FAULTS_JUMP_RATE");
  if (names != NULL)
    {
      kinds |= strstr (names, "short") != NULL ? WS_FAULTS_SHORT : 0;
      kinds |= strstr (names, "interrupted") != NULL ? WS_FAULTS_INTERRUPTED : 0;
      kinds |= strstr (names, "again") != NULL ? WS_FAULTS_AGAIN : 0;
      kinds |= strstr (names, "aborted") != NULL ? WS_FAULTS_ABORTED : 0;
    }
}

static int
is_ours (void *caller)
{
  if (library_start == 0)
    (void) dl_iterate_phdr (find_library_cb, NULL);
  return (uintptr_t) caller >= library_start && (uintptr_t) caller < library_end;
}

/* The numbers depend on the seed and on the order of the calls only (splitmix64). */
static uint64_t
draw (void)
{
  uint64_t z = seed + __atomic_add_fetch (&n_draws, 1, __ATOMIC_RELAXED) * UINT64_C (0x9e3779b97f4a7c15);

  z = (z ^ (z >> 30)) * UINT64_C (0xbf58476d1ce4e5b9);
  z = (z ^ (z >> 27)) * UINT64_C (0x94d049bb133111eb);
  return z ^ (z >> 31);
}

static int
draw_fault (unsigned kind)
{
  return (kinds & kind) != 0 && rate != 0 && draw () % rate == 0;
}

static void
arm_again (int fd)
{
  if (fd >= 0 && fd < MAX_DESCRIPTORS && watches[fd].epoll_fd > 0)
    (void) NEXT (epoll_ctl) (watches[fd].epoll_fd, EPOLL_CTL_MOD, fd, &watches[fd].event);
}

static int
fail (int fd,
      int error_number)
{
  __atomic_add_fetch (&n_injected, 1, __ATOMIC_RELAXED);
  arm_again (fd);
  errno = error_number;
  return 1;
}

static int
is_planned (WsFaultsCall call,
            int          fd)
{
  WsFaultsPlan *plan = &plans[call];

  if (plan->n_calls == 0)
    return 0;
  plan->n_calls--;
  return fail (fd, plan->error_number);
}

static int
is_socket (int fd)
{
  struct stat status;

  return fstat (fd, &status) == 0 && S_ISSOCK (status.st_mode);
}

/* Whether the call is to fail, with errno set. */
static int
has_failed (WsFaultsCall call,
            int          fd,
            void        *caller)
{
  if (!is_ours (caller))
    return 0;
  if (is_planned (call, fd))
    return 1;
  if (draw_fault (WS_FAULTS_INTERRUPTED))
    return fail (fd, EINTR);
  if (is_socket (fd) && draw_fault (WS_FAULTS_AGAIN))
    return fail (fd, EAGAIN);
  return 0;
}

/* How many of the bytes the call may move: often one, because the least is the hardest. */
static size_t
shorten (int    fd,
         size_t length,
         void  *caller)
{
  if (length < 2 || !is_ours (caller) || !draw_fault (WS_FAULTS_SHORT))
    return length;
  __atomic_add_fetch (&n_injected, 1, __ATOMIC_RELAXED);
  arm_again (fd);
  return draw () % 2 == 0 ? 1 : 1 + draw () % (length - 1);
}

void
ws_faults_plan (WsFaultsCall call,
                int          error_number,
                unsigned     n_calls)
{
  plans[call] = (WsFaultsPlan){ .error_number = error_number, .n_calls = n_calls };
}

unsigned
ws_faults_get_n_injected (void)
{
  return n_injected;
}

/* --- the calls ------------------------------------------------------------------------------- */

ssize_t
recv (int    fd,
      void  *buffer,
      size_t length,
      int    flags)
{
  if (has_failed (WS_FAULTS_READ, fd, CALLER))
    return -1;
  /* Who takes back what it has peeked at knows how much there is. */
  return NEXT (recv) (fd, buffer, (flags & MSG_PEEK) != 0 ? length : shorten (fd, length, CALLER), flags);
}

ssize_t
read (int    fd,
      void  *buffer,
      size_t length)
{
  if (has_failed (WS_FAULTS_READ, fd, CALLER))
    return -1;
  return NEXT (read) (fd, buffer, shorten (fd, length, CALLER));
}

/* Fortified code calls these. */
ssize_t __recv_chk (int    fd,
                    void  *buffer,
                    size_t length,
                    size_t size,
                    int    flags);
ssize_t __read_chk (int    fd,
                    void  *buffer,
                    size_t length,
                    size_t size);

ssize_t
__recv_chk (int    fd,
            void  *buffer,
            size_t length,
            size_t size,
            int    flags)
{
  if (length > size)
    abort ();
  if (has_failed (WS_FAULTS_READ, fd, CALLER))
    return -1;
  return NEXT (recv) (fd, buffer, (flags & MSG_PEEK) != 0 ? length : shorten (fd, length, CALLER), flags);
}

ssize_t
__read_chk (int    fd,
            void  *buffer,
            size_t length,
            size_t size)
{
  if (length > size)
    abort ();
  if (has_failed (WS_FAULTS_READ, fd, CALLER))
    return -1;
  return NEXT (read) (fd, buffer, shorten (fd, length, CALLER));
}

ssize_t
send (int         fd,
      const void *buffer,
      size_t      length,
      int         flags)
{
  if (has_failed (WS_FAULTS_WRITE, fd, CALLER))
    return -1;
  return NEXT (send) (fd, buffer, shorten (fd, length, CALLER), flags);
}

ssize_t
write (int         fd,
       const void *buffer,
       size_t      length)
{
  if (has_failed (WS_FAULTS_WRITE, fd, CALLER))
    return -1;
  return NEXT (write) (fd, buffer, shorten (fd, length, CALLER));
}

/* Copies as many of the vectors as hold the shortened length. */
static int
shorten_vectors (int                 fd,
                 const struct iovec *vectors,
                 size_t              n_vectors,
                 struct iovec       *shortened,
                 void               *caller)
{
  size_t length = 0;
  size_t left;
  int    n = 0;

  for (size_t i = 0; i < n_vectors && i < MAX_VECTORS; i++)
    length += vectors[i].iov_len;

  left = shorten (fd, length, caller);
  if (left == length)
    return 0;

  for (; left > 0; n++)
    {
      shortened[n] = vectors[n];
      if (shortened[n].iov_len > left)
        shortened[n].iov_len = left;
      left -= shortened[n].iov_len;
    }
  return n;
}

ssize_t
sendmsg (int                  fd,
         const struct msghdr *message,
         int                  flags)
{
  struct iovec  shortened[MAX_VECTORS];
  struct msghdr copy = *message;
  int           n;

  if (has_failed (WS_FAULTS_WRITE, fd, CALLER))
    return -1;

  n = shorten_vectors (fd, message->msg_iov, message->msg_iovlen, shortened, CALLER);
  if (n > 0)
    {
      copy.msg_iov = shortened;
      copy.msg_iovlen = (size_t) n;
    }
  return NEXT (sendmsg) (fd, &copy, flags);
}

ssize_t
writev (int                 fd,
        const struct iovec *vectors,
        int                 n_vectors)
{
  struct iovec shortened[MAX_VECTORS];
  int          n;

  if (has_failed (WS_FAULTS_WRITE, fd, CALLER))
    return -1;

  n = shorten_vectors (fd, vectors, (size_t) n_vectors, shortened, CALLER);
  return NEXT (writev) (fd, n > 0 ? shortened : vectors, n > 0 ? n : n_vectors);
}

ssize_t
recvmsg (int            fd,
         struct msghdr *message,
         int            flags)
{
  if (has_failed (WS_FAULTS_READ, fd, CALLER))
    return -1;
  return NEXT (recvmsg) (fd, message, flags);
}

static int
has_accept_failed (int   fd,
                   void *caller)
{
  if (!is_ours (caller))
    return 0;
  if (is_planned (WS_FAULTS_ACCEPT, fd))
    return 1;
  if (draw_fault (WS_FAULTS_INTERRUPTED))
    return fail (fd, EINTR);
  return draw_fault (WS_FAULTS_ABORTED) && fail (fd, ECONNABORTED);
}

int
accept (int              fd,
        struct sockaddr *address,
        socklen_t       *length)
{
  return has_accept_failed (fd, CALLER) ? -1 : NEXT (accept) (fd, address, length);
}

int
accept4 (int              fd,
         struct sockaddr *address,
         socklen_t       *length,
         int              flags)
{
  return has_accept_failed (fd, CALLER) ? -1 : NEXT (accept4) (fd, address, length, flags);
}

int
epoll_ctl (int                 epoll_fd,
           int                 operation,
           int                 fd,
           struct epoll_event *event)
{
  int result = NEXT (epoll_ctl) (epoll_fd, operation, fd, event);

  if (result == 0 && fd >= 0 && fd < MAX_DESCRIPTORS)
    {
      watches[fd].epoll_fd = operation == EPOLL_CTL_DEL ? 0 : epoll_fd;
      if (operation != EPOLL_CTL_DEL)
        watches[fd].event = *event;
    }
  return result;
}

/* The time of day jumps, for the whole program; the monotonic clock goes on. */
int
clock_gettime (clockid_t        clock,
               struct timespec *time)
{
  int result = NEXT (clock_gettime) (clock, time);

  if (clock != CLOCK_REALTIME || jump_rate == 0)
    return result;

  if (draw () % jump_rate == 0)
    {
      jump_seconds = (int) (draw () % (2 * MAX_JUMP_SECONDS)) - MAX_JUMP_SECONDS;
      __atomic_add_fetch (&n_injected, 1, __ATOMIC_RELAXED);
    }
  time->tv_sec += jump_seconds;
  return result;
}
