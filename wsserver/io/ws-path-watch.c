/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "wsserver/io/ws-path-watch-private.h"

#include <string.h>
#include <sys/stat.h>

#define MAX_LINKS 40 /* in one path, as in the kernel */

/* The properties that differ between two states of the file. All zero if there is no file. */
typedef struct
{
  dev_t           device;
  ino_t           inode;
  off_t           size;
  struct timespec modified;
  struct timespec changed;
} FileState;

struct _WsPathWatch
{
  char           *path;
  GMainContext   *context;
  WsPathWatchFunc func;
  gpointer        user_data;

  GHashTable   *monitors; /* directory -> GFileMonitor */
  GHashTable   *entries;  /* the paths of the relevant components, as a set */
  GSource      *interval;
  GCancellable *cancellable; /* of the check in progress */
  gboolean      has_state;
  FileState     state; /* at the last check at an interval */
};

static void directory_changed_cb (GFileMonitor     *monitor,
                                  GFile            *file,
                                  GFile            *other_file,
                                  GFileMonitorEvent event,
                                  WsPathWatch      *self);

static void
free_monitor (gpointer data)
{
  GFileMonitor *monitor = data;

  g_signal_handlers_disconnect_matched (monitor, G_SIGNAL_MATCH_FUNC, 0, 0, NULL, directory_changed_cb, NULL);
  g_file_monitor_cancel (monitor);
  g_object_unref (monitor);
}

/* --- the directories of a path --------------------------------------------------------------- */

static void
watch_entry (WsPathWatch *self,
             const char  *directory,
             const char  *entry)
{
  g_autoptr (GFile) file = NULL;
  GFileMonitor *monitor;

  g_hash_table_add (self->entries, g_strdup (entry));
  if (g_hash_table_contains (self->monitors, directory))
    return;

  /* Without a monitor, the check at an interval still works. */
  file = g_file_new_for_path (directory);
  monitor = g_file_monitor_directory (file, G_FILE_MONITOR_WATCH_MOVES, NULL, NULL);
  if (monitor == NULL)
    return;

  g_signal_connect (monitor, "changed", G_CALLBACK (directory_changed_cb), self);
  g_hash_table_insert (self->monitors, g_strdup (directory), monitor);
}

/* Returns the target of a link in the directory, followed by the rest of the path. */
static char *
join_link (const char *directory,
           const char *target,
           const char *rest)
{
  return g_path_is_absolute (target) ? g_build_filename (target, rest, NULL)
                                     : g_build_filename (directory, target, rest, NULL);
}

/* Follows the path as the kernel does, component by component. */
static void
watch_components (WsPathWatch *self,
                  const char  *path,
                  guint        n_links)
{
  g_auto (GStrv) components = g_strsplit (path, "/", -1);
  g_autofree char *directory = g_strdup ("/");

  for (guint i = 0; components[i] != NULL; i++)
    {
      g_autofree char *entry = NULL;
      g_autofree char *target = NULL;

      if (*components[i] == '\0' || g_str_equal (components[i], "."))
        continue;
      /* No component before this one is a link, so the text contains the real parent. */
      if (g_str_equal (components[i], ".."))
        {
          entry = g_path_get_dirname (directory);
          g_free (directory);
          directory = g_steal_pointer (&entry);
          continue;
        }

      entry = g_build_filename (directory, components[i], NULL);
      watch_entry (self, directory, entry);
      target = g_file_read_link (entry, NULL);
      if (target != NULL && n_links < MAX_LINKS)
        {
          g_autofree char *rest = g_strjoinv ("/", components + i + 1);
          g_autofree char *followed = join_link (directory, target, rest);

          watch_components (self, followed, n_links + 1);
          return;
        }

      g_free (directory);
      directory = g_steal_pointer (&entry);
    }
}

static void
watch_path (WsPathWatch *self)
{
  GHashTable *old = self->monitors;

  self->monitors = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, free_monitor);
  g_hash_table_remove_all (self->entries);

  /* A monitor emits its signals in the context that was the thread default when it was created. */
  g_main_context_push_thread_default (self->context);
  watch_components (self, self->path, 0);
  g_main_context_pop_thread_default (self->context);

  g_hash_table_unref (old);
}

static gboolean
is_watched_entry (WsPathWatch *self,
                  GFile       *file)
{
  return file != NULL && g_hash_table_contains (self->entries, g_file_peek_path (file));
}

static void
directory_changed_cb (GFileMonitor     *monitor,
                      GFile            *file,
                      GFile            *other_file,
                      GFileMonitorEvent event,
                      WsPathWatch      *self)
{
  if (!is_watched_entry (self, file) && !is_watched_entry (self, other_file))
    return;

  watch_path (self);
  self->func (self->user_data);
}

/* --- checks at an interval ------------------------------------------------------------------- */

static void
look_in_thread (GTask        *task,
                gpointer      source_object,
                gpointer      path,
                GCancellable *cancellable)
{
  FileState  *state = g_new0 (FileState, 1);
  struct stat status;

  /* In a thread: a mount that does not respond must not block the main loop. */
  if (stat (path, &status) == 0)
    *state = (FileState){ status.st_dev, status.st_ino, status.st_size, status.st_mtim, status.st_ctim };
  g_task_return_pointer (task, state, g_free);
}

static gboolean
is_same_time (const struct timespec *a,
              const struct timespec *b)
{
  return a->tv_sec == b->tv_sec && a->tv_nsec == b->tv_nsec;
}

static gboolean
is_same_state (const FileState *a,
               const FileState *b)
{
  return a->device == b->device && a->inode == b->inode && a->size == b->size &&
         is_same_time (&a->modified, &b->modified) && is_same_time (&a->changed, &b->changed);
}

static void
looked_cb (GObject      *source,
           GAsyncResult *result,
           gpointer      user_data)
{
  WsPathWatch          *self = user_data;
  g_autofree FileState *state = g_task_propagate_pointer (G_TASK (result), NULL);
  gboolean              is_changed;

  if (state == NULL) /* cancelled: the watch was freed */
    return;

  g_clear_object (&self->cancellable);
  is_changed = self->has_state && !is_same_state (state, &self->state);
  self->state = *state;
  self->has_state = TRUE;
  if (!is_changed)
    return;

  watch_path (self);
  self->func (self->user_data);
}

static gboolean
interval_cb (gpointer user_data)
{
  WsPathWatch *self = user_data;
  g_autoptr (GTask) task = NULL;

  if (self->cancellable != NULL) /* the last check has not finished */
    return G_SOURCE_CONTINUE;

  self->cancellable = g_cancellable_new ();
  g_main_context_push_thread_default (self->context);
  task = g_task_new (NULL, self->cancellable, looked_cb, self);
  g_main_context_pop_thread_default (self->context);
  g_task_set_task_data (task, g_strdup (self->path), g_free);
  g_task_run_in_thread (task, look_in_thread);
  return G_SOURCE_CONTINUE;
}

/* --- construction ---------------------------------------------------------------------------- */

WsPathWatch *
ws_path_watch_new (const char     *path,
                   GMainContext   *context,
                   WsPathWatchFunc func,
                   gpointer        user_data)
{
  WsPathWatch *self = g_new0 (WsPathWatch, 1);

  g_assert (g_path_is_absolute (path));

  self->path = g_strdup (path);
  self->context = g_main_context_ref (context);
  self->func = func;
  self->user_data = user_data;
  self->entries = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  self->monitors = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, free_monitor);
  watch_path (self);

  self->interval = g_timeout_source_new_seconds (WS_PATH_WATCH_INTERVAL_S);
  g_source_set_callback (self->interval, interval_cb, self, NULL);
  g_source_attach (self->interval, context);
  interval_cb (self);
  return self;
}

void
ws_path_watch_free (WsPathWatch *self)
{
  g_source_destroy (self->interval);
  g_source_unref (self->interval);
  if (self->cancellable != NULL)
    g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->cancellable);
  g_hash_table_unref (self->monitors);
  g_hash_table_unref (self->entries);
  g_main_context_unref (self->context);
  g_free (self->path);
  g_free (self);
}
