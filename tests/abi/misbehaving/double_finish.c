/* Talks to the host without the glue: finishes twice, emits after the end, uses
 * made-up handles, returns an error without finish. */
#include <string.h>

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
  static const char *const names[] = {"c_finishes_twice", "c_forgets_finish", "c_returns_error", "c_asks_after_end"};
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

static collet_status invoke(collet_call call, void *instance, collet_str tool, collet_str arguments) {
  (void)instance;
  (void)arguments;
  const collet_finish end = {.struct_size = sizeof(end)};
  if (memcmp(tool.ptr, "c_returns_error", tool.len) == 0) return COLLET_E_UNAVAILABLE;
  if (memcmp(tool.ptr, "c_forgets_finish", tool.len) == 0) return COLLET_OK;
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
                                     .destroy = destroy, .list_tools = list_tools, .invoke = invoke};

const collet_plugin *collet_plugin_entry_v1(uint32_t host_abi_minor) {
  (void)host_abi_minor;
  return &plugin;
}
