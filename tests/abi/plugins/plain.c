/* A plugin in plain C11: the header and nothing else. `reverse` answers at once,
 * `later` from a thread of its own. */
#define _POSIX_C_SOURCE 200809L
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "collet/abi.h"
#include "collet/note.h"

COLLET_NOTE("{\"id\": \"plain_c\", \"version\": \"1.0.0\"}");

#define STR(text) {text, sizeof(text) - 1}

/* One call of `later`, on its way. */
typedef struct job {
  struct job *next;
  const collet_host *host;
  collet_call call;
  int cancelled;
} job;

typedef struct instance {
  const collet_host *host;
  pthread_mutex_t mutex;
  pthread_cond_t wake;
  pthread_t thread;
  job *jobs;
  int stopping;
} instance;

static void finish(const collet_host *host, collet_call call, collet_status status, const char *text) {
  if (status >= 0) {
    const collet_content part = {sizeof(part), COLLET_CONTENT_TEXT, {NULL, 0}, {text, strlen(text)}, {NULL, 0}};
    host->call->emit(call, &part);
  }
  const collet_finish end = {sizeof(end), 0, status, 0, {status < 0 ? text : NULL, status < 0 ? strlen(text) : 0}, {NULL, 0}};
  host->call->finish(call, &end);
}

/* Ends each job after a moment, or at once when it was cancelled. */
static void *work(void *user) {
  instance *self = user;
  pthread_mutex_lock(&self->mutex);
  while (!self->stopping || self->jobs) {
    if (!self->jobs) {
      pthread_cond_wait(&self->wake, &self->mutex);
      continue;
    }
    job *first = self->jobs;
    if (!first->cancelled && !self->stopping && self->host->call->remaining_ms(first->call) > 0) {
      struct timespec soon;
      clock_gettime(CLOCK_REALTIME, &soon);
      soon.tv_nsec += 2000000;
      if (soon.tv_nsec >= 1000000000) {
        soon.tv_nsec -= 1000000000;
        ++soon.tv_sec;
      }
      if (pthread_cond_timedwait(&self->wake, &self->mutex, &soon) == 0) continue;
      const collet_call_info *info = self->host->call->info(first->call);
      if (info && info->tool_params.len > 2) continue; /* any tool_params: wait for ever */
    }
    self->jobs = first->next;
    const int cancelled = first->cancelled || self->host->call->cancelled(first->call);
    pthread_mutex_unlock(&self->mutex);
    finish(self->host, first->call, cancelled ? COLLET_E_CANCELLED : COLLET_OK, cancelled ? "given up" : "later is now");
    free(first);
    pthread_mutex_lock(&self->mutex);
  }
  pthread_mutex_unlock(&self->mutex);
  return NULL;
}

static collet_status create(const collet_host *host, collet_str config, collet_text_fn error, void *error_user,
                            void **out) {
  (void)config;
  instance *self = calloc(1, sizeof(*self));
  if (!self) {
    const collet_str why = STR("out of memory");
    error(error_user, why);
    return COLLET_E_INTERNAL;
  }
  self->host = host;
  pthread_mutex_init(&self->mutex, NULL);
  pthread_cond_init(&self->wake, NULL);
  pthread_create(&self->thread, NULL, work, self);
  *out = self;
  return COLLET_OK;
}

static void destroy(void *raw) {
  instance *self = raw;
  pthread_mutex_lock(&self->mutex);
  self->stopping = 1;
  pthread_cond_signal(&self->wake);
  pthread_mutex_unlock(&self->mutex);
  pthread_join(self->thread, NULL);
  pthread_cond_destroy(&self->wake);
  pthread_mutex_destroy(&self->mutex);
  free(self);
}

static collet_status list_tools(void *raw, collet_tool_fn each, void *user) {
  (void)raw;
  const collet_tool reverse = {.struct_size = sizeof(reverse), .name = STR("reverse"),
                               .description = STR("Reverses its arguments, byte by byte."),
                               .input_schema = STR("{\"type\":\"object\"}")};
  const collet_tool later = {.struct_size = sizeof(later), .name = STR("later"),
                             .description = STR("Answers later; with tool_params never."),
                             .input_schema = STR("{\"type\":\"object\"}"),
                             .config_schema = STR("{\"type\":\"object\"}")};
  each(user, &reverse);
  each(user, &later);
  return COLLET_OK;
}

static collet_status reverse(instance *self, collet_call call, collet_str arguments) {
  char *text = malloc(arguments.len + 1);
  if (!text) return COLLET_E_INTERNAL;
  for (uint64_t i = 0; i < arguments.len; ++i) text[i] = arguments.ptr[arguments.len - 1 - i];
  text[arguments.len] = 0;
  finish(self->host, call, COLLET_OK, text);
  free(text);
  return COLLET_OK;
}

static collet_status invoke(collet_call call, void *raw, collet_str tool, collet_str arguments) {
  instance *self = raw;
  if (tool.len == 7 && memcmp(tool.ptr, "reverse", 7) == 0) return reverse(self, call, arguments);
  job *added = calloc(1, sizeof(*added));
  if (!added) return COLLET_E_INTERNAL;
  added->call = call;
  pthread_mutex_lock(&self->mutex);
  added->next = self->jobs;
  self->jobs = added;
  pthread_cond_signal(&self->wake);
  pthread_mutex_unlock(&self->mutex);
  return COLLET_PENDING;
}

static void cancel(collet_call call, void *raw) {
  instance *self = raw;
  pthread_mutex_lock(&self->mutex);
  for (job *each = self->jobs; each; each = each->next) {
    if (each->call.id == call.id) each->cancelled = 1;
  }
  pthread_cond_signal(&self->wake);
  pthread_mutex_unlock(&self->mutex);
}

static const collet_plugin plugin = {
    .struct_size = sizeof(collet_plugin), .abi_minor = 0, .create = create, .destroy = destroy,
    .list_tools = list_tools, .invoke = invoke, .cancel = cancel};

const collet_plugin *collet_plugin_entry_v1(uint32_t host_abi_minor) {
  (void)host_abi_minor;
  return &plugin;
}
