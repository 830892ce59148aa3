/* Talks to the host without the glue: finishes twice, emits after the end, uses
 * made-up handles, returns an error without finish. */
#define _POSIX_C_SOURCE 200809L
#include <string.h>
#include <time.h>

#include "collet/abi.h"
#include "collet/note.h"

COLLET_NOTE("{\"id\": \"double_finish\", \"version\": \"1\"}");

#define STR(text) {text, sizeof(text) - 1}

static const collet_host *the_host;

static collet_status create(const collet_host *host, collet_str config, collet_text_fn error, void *user, void **out) {
  (void)config;
  (void)error;
  (void)user;
  static int instance;
  the_host = host;
  *out = &instance;
  return COLLET_OK;
}

static void destroy(void *instance) { (void)instance; }

static collet_status list_tools(void *instance, collet_tool_fn each, void *user) {
  (void)instance;
  static const char *const names[] = {"c_finishes_twice", "c_forgets_finish", "c_returns_error", "c_asks_after_end",
                                      "c_says_it_wrong", "c_fails_at_length", "c_waits_for_push", "c_slow_quiesce"};
  for (unsigned i = 0; i < sizeof(names) / sizeof(names[0]); ++i) {
    const collet_tool tool = {.struct_size = sizeof(tool), .name = {names[i], strlen(names[i])}, .description = STR("x"),
                              .input_schema = STR("{\"type\":\"object\"}")};
    each(user, &tool);
  }
  return COLLET_OK;
}

static collet_status emit(collet_call call, const char *text) {
  const collet_content part = {sizeof(part), COLLET_CONTENT_TEXT, {NULL, 0}, {text, strlen(text)}, {NULL, 0}};
  return the_host->call->emit(call, &part);
}

static collet_status emit_part(collet_call call, int32_t kind, const char *text, uint64_t len, uint64_t mime_len) {
  const char *mime = "text/plain";
  const collet_content part = {sizeof(part), kind, {mime_len ? mime : NULL, mime_len}, {text, len}, {NULL, 0}};
  return the_host->call->emit(call, &part);
}

/* Each wrong word is refused and leaves nothing behind. The lengths are lies: a
 * host that copied first would read past the end. */
static collet_status says_it_wrong(collet_call call) {
  const collet_content small = {8, COLLET_CONTENT_TEXT, {NULL, 0}, STR("small"), {NULL, 0}};
  const collet_finish short_end = {.struct_size = 4};
  const collet_progress short_step = {.struct_size = 4};
  const collet_progress long_step = {.struct_size = sizeof(long_step), .kind = COLLET_PROGRESS_STDOUT, .text = {"x", (uint64_t)1 << 62}};
  const int refused = emit_part(call, COLLET_CONTENT_TEXT, NULL, 0, 0) == COLLET_E_INVALID &&
                      emit_part(call, COLLET_CONTENT_JSON, "{nope", 5, 0) == COLLET_E_INVALID &&
                      emit_part(call, COLLET_CONTENT_JSON, "", 0, 0) == COLLET_E_INVALID &&
                      emit_part(call, COLLET_CONTENT_TEXT, "x", (uint64_t)1 << 62, 0) == COLLET_E_LIMIT &&
                      emit_part(call, COLLET_CONTENT_TEXT, "x", 1, COLLET_MIME_BYTES_MAX + 1) == COLLET_E_LIMIT &&
                      the_host->call->emit(call, &small) == COLLET_E_INVALID &&
                      the_host->call->progress(call, &short_step) == COLLET_E_INVALID &&
                      the_host->call->progress(call, &long_step) == COLLET_OK /* dropped */ &&
                      the_host->call->finish(call, &short_end) == COLLET_E_INVALID;
  emit(call, refused ? "all refused" : "one was taken");
  const collet_finish end = {.struct_size = sizeof(end), .details = {"x", (uint64_t)1 << 62}};
  the_host->call->finish(call, &end);
  return COLLET_OK;
}

static collet_status fails_at_length(collet_call call) {
  static char words[COLLET_MESSAGE_BYTES_MAX + 1];
  memset(words, 'x', sizeof(words));
  const collet_finish end = {.struct_size = sizeof(end), .status = COLLET_E_CONFLICT, .message = {words, sizeof(words)}};
  return the_host->call->finish(call, &end);
}

/* Never asks whether it is cancelled: the push is all that it hears. */
static _Atomic uint64_t waiting_id;

static void cancel(collet_call call, void *instance) {
  (void)instance;
  const collet_finish end = {.struct_size = sizeof(end), .status = COLLET_E_CANCELLED};
  if (call.id == waiting_id) the_host->call->finish(call, &end);
}

static _Atomic int quiesce_is_slow;

static int64_t now_ms(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* Takes all the time there is, which it must not. */
static void quiesce(void *instance, int64_t deadline_ms) {
  (void)instance;
  const int64_t end = now_ms() + deadline_ms;
  while (quiesce_is_slow && now_ms() < end) continue;
  quiesce_is_slow = 0;
}

static int is_named(collet_str tool, const char *name) {
  return tool.len == strlen(name) && memcmp(tool.ptr, name, tool.len) == 0;
}

static collet_status invoke(collet_call call, void *instance, collet_str tool, collet_str arguments) {
  (void)instance;
  (void)arguments;
  if (tool.len >= 16 && memcmp(tool.ptr, "c_waits_for_push", 16) == 0) {
    waiting_id = call.id;
    return COLLET_PENDING;
  }
  const collet_finish end = {.struct_size = sizeof(end)};
  if (is_named(tool, "c_fails_at_length")) return fails_at_length(call);
  if (is_named(tool, "c_slow_quiesce")) {
    quiesce_is_slow = 1;
    return the_host->call->finish(call, &end);
  }
  if (is_named(tool, "c_says_it_wrong")) return says_it_wrong(call);
  if (is_named(tool, "c_returns_error")) return COLLET_E_UNAVAILABLE;
  if (is_named(tool, "c_forgets_finish")) return COLLET_OK;
  emit(call, "first");
  the_host->call->finish(call, &end);
  const collet_status late = emit(call, "late");
  const collet_status twice = the_host->call->finish(call, &end);
  const collet_call made_up = {call.host, call.id + (1u << 20)};
  const collet_status foreign = emit(made_up, "foreign");
  const int all_closed = late == COLLET_E_CLOSED && twice == COLLET_E_CLOSED && foreign == COLLET_E_CLOSED &&
                         the_host->call->info(call) == NULL && the_host->call->cancelled(call) == 1 &&
                         the_host->call->remaining_ms(call) == 0;
  return all_closed ? COLLET_OK : COLLET_E_INTERNAL;
}

static const collet_plugin plugin = {.struct_size = sizeof(collet_plugin), .abi_minor = 0, .create = create,
                                     .destroy = destroy, .list_tools = list_tools, .invoke = invoke, .cancel = cancel,
                                     .quiesce = quiesce};

const collet_plugin *collet_plugin_entry_v1(uint32_t host_abi_minor) {
  (void)host_abi_minor;
  return &plugin;
}
