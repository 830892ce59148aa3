/* Plugins that are wrong in one way each; WRONG_* says which. */
#include <stddef.h>

#include "collet/abi.h"
#include "collet/ext/commands.h"
#include "collet/note.h"

#if defined(WRONG_MAJOR)
#undef COLLET_ABI_MAJOR
#define COLLET_ABI_MAJOR 9u
#endif
#if defined(NEWER_MINOR)
#undef COLLET_TARGET_MINOR
#define COLLET_TARGET_MINOR 900u
#endif

#define STR(text) {text, sizeof(text) - 1}

#if defined(NO_NOTE)
#elif defined(BAD_MANIFEST)
COLLET_NOTE("{\"id\": \"Bad Id\", \"version\": \"1\"}");
#elif defined(MANIFEST_NOT_JSON)
COLLET_NOTE("{id: nope}");
#elif defined(UNKNOWN_CAPABILITY)
COLLET_NOTE("{\"id\": \"unknown_capability\", \"version\": \"1\", \"status\": \"beta\", \"capabilities\": [\"teleport\", \"kv\"]}");
#elif defined(NEEDS_UNASKED)
COLLET_NOTE("{\"id\": \"needs_unasked\", \"version\": \"1\", \"requires\": [\"collet.kv/1\"]}");
#elif defined(DUPLICATE_OF_OTHER)
COLLET_NOTE("{\"id\": \"duplicate_of_other\", \"version\": \"1\"}");
#else
COLLET_NOTE("{\"id\": \"broken\", \"version\": \"1\"}");
#endif

static collet_status create(const collet_host *host, collet_str config, collet_text_fn error, void *user, void **out) {
  (void)host;
  (void)config;
  (void)out;
#if defined(CREATE_FAILS)
  const collet_str why = STR("the moon is not full");
  error(user, why);
  return COLLET_E_UNAVAILABLE;
#else
  (void)error;
  (void)user;
  static int instance;
  *out = &instance;
  return COLLET_OK;
#endif
}

static void destroy(void *instance) { (void)instance; }

static collet_status list_tools(void *instance, collet_tool_fn each, void *user) {
  (void)instance;
  collet_tool tool = {.struct_size = sizeof(tool), .name = STR("broken_tool"), .description = STR("x"),
                      .input_schema = STR("{\"type\":\"object\"}")};
#if defined(BAD_SCHEMA)
  const collet_str schema = STR("{\"type\":\"nonsense\"}");
  tool.input_schema = schema;
#elif defined(BAD_NAME)
  const collet_str name = STR("no spaces");
  tool.name = name;
#elif defined(BAD_EXAMPLE)
  static const collet_example example = {sizeof(example), 0, STR("r"), STR("t"), STR("{\"n\":\"x\"}"), STR("r"), STR("a")};
  static const collet_example *const examples[] = {&example};
  const collet_str schema = STR("{\"type\":\"object\",\"properties\":{\"n\":{\"type\":\"integer\"}}}");
  tool.input_schema = schema;
  tool.examples = examples;
  tool.example_count = 1;
#elif defined(DUPLICATE_TOOL)
  each(user, &tool);
#elif defined(DUPLICATE_OF_OTHER)
  const collet_str name = STR("wait");
  tool.name = name;
#elif defined(SHORT_TOOL)
  tool.struct_size = 8;
#elif defined(ONE_BAD_TOOL)
  collet_tool bad = tool;
  const collet_str name = STR("no spaces");
  bad.name = name;
  /* The host says so at once, and takes the others before and after it. */
  if (each(user, &bad) != COLLET_E_INVALID) return COLLET_E_INTERNAL;
  if (each(user, &tool) != COLLET_OK) return COLLET_E_INTERNAL;
  if (each(user, &tool) != COLLET_E_INVALID) return COLLET_E_INTERNAL;
  const collet_str other = STR("other_tool");
  tool.name = other;
#endif
  each(user, &tool);
  return COLLET_OK;
}

static collet_status invoke(collet_call call, void *instance, collet_str tool, collet_str arguments) {
  (void)call;
  (void)instance;
  (void)tool;
  (void)arguments;
  return COLLET_OK; /* without finish */
}

#if defined(BAD_COMMANDS)
static collet_status list_commands(void *instance, collet_tool_fn each, void *user) {
  (void)instance;
  collet_tool command = {.struct_size = sizeof(command), .name = STR("groupless"), .description = STR("x"),
                         .input_schema = STR("{\"type\":\"object\"}")};
  if (each(user, &command) != COLLET_E_INVALID) return COLLET_E_INTERNAL;
  const collet_str name = STR("broken_tool"), group = STR("demo"), good = STR("good");
  command.name = name;
  command.name_space = group;
  if (each(user, &command) != COLLET_E_INVALID) return COLLET_E_INTERNAL;
  command.name = good;
  return each(user, &command) == COLLET_OK ? COLLET_OK : COLLET_E_INTERNAL;
}
static const void *get_extension(void *instance, collet_str id) {
  (void)instance;
  static const collet_commands table = {sizeof(table), 0, list_commands};
  return id.len == sizeof(COLLET_COMMANDS_ID) - 1 && id.ptr[7] == 'c' && id.ptr[8] == 'o' ? &table : NULL;
}
#endif

#if defined(SHORT_TABLE)
#define TABLE_SIZE 32
#else
#define TABLE_SIZE sizeof(collet_plugin)
#endif

static const collet_plugin plugin = {.struct_size = TABLE_SIZE, .abi_minor = 0, .create = create,
                                     .destroy = destroy, .list_tools = list_tools,
#if defined(BAD_COMMANDS)
                                     .get_extension = get_extension,
#endif
#if !defined(NO_INVOKE)
                                     .invoke = invoke
#endif
};

#if defined(NO_ENTRY)
const collet_plugin *some_other_name(void);
const collet_plugin *some_other_name(void) { return &plugin; }
#else
const collet_plugin *collet_plugin_entry_v1(uint32_t host_abi_minor) {
  (void)host_abi_minor;
  return &plugin;
}
#endif
#if defined(NO_INVOKE)
/* keeps the compiler quiet about the unused function */
typedef char collet_unused_[sizeof(&invoke)];
#endif
