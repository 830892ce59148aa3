/* collet/abi.h - the contract between the Collet kernel and a tool plugin.
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * CONVENTIONS (read once, rely on everywhere)
 *
 *  1. Versions. The major version is the suffix of the one exported symbol,
 *     collet_plugin_entry_v1. Minor versions only append: slots and fields are
 *     never reordered, retyped or removed. Everything optional is a table with
 *     a string id and a revision ("collet.exec/1"), see collet/ext/. A header
 *     there that says DRAFT in its first line may change, and its id with it,
 *     in any release until that word is gone; all the rest is kept for as long
 *     as the major lives.
 *  2. struct_size is the first member of every struct that may grow. The writer
 *     sets it to sizeof(its own definition), at least the size that the struct
 *     had in 1.0: less is malformed (INVALID; a table or a tool is refused). The
 *     reader uses at most min(struct_size, its own sizeof) and takes the rest as
 *     zero.
 *  3. Text is collet_str: UTF-8, a length, no terminating NUL. {NULL, 0} is
 *     "absent", which is not the same as an empty text with a non-NULL ptr.
 *  4. Ownership. Every pointer passed to a function or a callback is borrowed
 *     until that function or callback returns, unless its comment says longer.
 *     The receiver copies what it wants to keep. Nothing is ever freed by the
 *     other side.
 *  5. Results that have no fixed size travel through a callback plus the `user`
 *     pointer handed in with it.
 *  6. Errors are a collet_status. No C++ exception, longjmp or Rust panic may
 *     cross this boundary, in either direction.
 *  7. Tolerance. The writer sets reserved members and bits to 0. A request to a
 *     service that sets one, or a flag that the service does not know, asks for
 *     something that this host cannot do: UNAVAILABLE, nothing was done.
 *     Everywhere else (tools, parts, progress, finish, results) the reader
 *     ignores what it does not know: reserved members, flags and bits; kinds it
 *     takes for the plainest one (text, a step). A status that it does not know
 *     counts as INTERNAL when negative; positive ones but PENDING are reserved,
 *     neither side returns one.
 *  8. Threads. Each function has a tag:
 *       [control]  create, destroy, list_tools, quiesce; never two at once for
 *                  the same instance;
 *       [worker]   invoke; up to concurrency_max at once, must not call back
 *                  into [control] functions;
 *       [io]       a thread that serves other calls too: must be quick, must
 *                  not block; several at once;
 *       [any]      any thread, at any time while the instance lives.
 *     The host holds no lock while it runs plugin code, and a service never
 *     calls back into the plugin before the service function has returned,
 *     except where a comment says so.
 *  9. Lifetime. Plugin code is callable from `create` until `destroy` returns.
 *     By then the plugin has joined its threads and fires no callback any more.
 *     The host calls `destroy` when every call has ended and every exchange
 *     that was begun with call.id 0 has had its `done`: once destroy has begun
 *     there is none to come. Host tables live as long as the process.
 * 10. Booleans are int32_t, 0 or 1. Times are milliseconds unless the name says
 *     otherwise, sizes are bytes.
 * 11. call.id 0 is the instance itself, outside of any call. No tool's effects
 *     stand behind it, so the manifest's capability alone decides; a service
 *     that needs a call answers INVALID. Each header of ext/ says which it is.
 */
#ifndef COLLET_ABI_H
#define COLLET_ABI_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define COLLET_ABI_MAJOR 1u
#define COLLET_ABI_MINOR 0u /* of this header */

/* The least minor that the plugin needs from its host; goes into its note and
 * its table. Define it before this header to use what a later minor added: with
 * the default a plugin also loads into older hosts than the header is. */
#ifndef COLLET_TARGET_MINOR
#define COLLET_TARGET_MINOR 0u
#endif
#if COLLET_TARGET_MINOR > COLLET_ABI_MINOR
#error "COLLET_TARGET_MINOR is higher than the minor of this header: take a newer SDK"
#endif

#if defined(_WIN32)
#define COLLET_EXPORT __declspec(dllexport)
#else
#define COLLET_EXPORT __attribute__((visibility("default")))
#endif

/* ---- status ------------------------------------------------------------ */

typedef int32_t collet_status;
#define COLLET_OK 0             /* done */
#define COLLET_PENDING 1        /* begun; the end is reported later */
#define COLLET_E_INVALID (-1)   /* an argument is wrong; the message says which */
#define COLLET_E_DENIED (-2)    /* policy or a missing grant */
#define COLLET_E_NOT_FOUND (-3)
#define COLLET_E_TIMEOUT (-4)   /* the deadline passed */
#define COLLET_E_CANCELLED (-5) /* the caller went away or gave up */
#define COLLET_E_LIMIT (-6)     /* a byte, count or size cap is used up */
#define COLLET_E_CLOSED (-7)    /* the call is over; stop working on it */
#define COLLET_E_UNAVAILABLE (-8) /* cannot be done here or now */
#define COLLET_E_INTERNAL (-9)  /* a bug, or a failure nobody foresaw */
#define COLLET_E_CONFLICT (-10) /* another state is there than the one expected */

/* ---- plain values ------------------------------------------------------ */

/* UTF-8 text or bytes, borrowed, not NUL-terminated. */
typedef struct collet_str {
  const char *ptr;
  uint64_t len;
} collet_str;

/* Names one running call, by value. `id` carries a generation, so a handle that
 * is used after the end of its call is harmless: functions answer CLOSED.
 * id 0 stands for "no call": the plugin instance itself (collet_host.self). */
typedef struct collet_call {
  const void *host; /* opaque */
  uint64_t id;
} collet_call;

/* Receives one text. Called zero or one time (once per entry where the comment
 * says `each`) before the function that was given it returns. */
typedef void (*collet_text_fn)(void *user, collet_str text);

/* ---- what a tool says about itself ------------------------------------- */

/* collet_tool.flags */
#define COLLET_TOOL_BLOCKING 0x1u   /* invoke may block: run it on the worker pool */
#define COLLET_TOOL_NEEDS_APP 0x2u  /* refuse a call without a target app */
#define COLLET_TOOL_IDEMPOTENT 0x4u /* the same call twice does no harm */

/* collet_tool.effects: what a call may do. Policy decides on these, so a tool
 * that leaves one out is refused the service that goes with it. */
#define COLLET_EFFECT_READS 0x1u     /* reads data of the target app or the operator */
#define COLLET_EFFECT_WRITES 0x2u    /* changes data outside the call */
#define COLLET_EFFECT_NETWORK 0x4u   /* opens connections */
#define COLLET_EFFECT_SECRETS 0x8u   /* uses credentials */
#define COLLET_EFFECT_RUNS_CODE 0x10u /* runs code that the model wrote */
#define COLLET_EFFECT_RUNS_PROGRAMS 0x20u /* runs a program of its own choice, not
                                             code that the model wrote */

/* collet_tool.exposure: the three legs of a data leak. */
#define COLLET_EXPOSES_PRIVATE_DATA 0x1u  /* brings private data into the run */
#define COLLET_EXPOSES_UNTRUSTED_TEXT 0x2u /* brings text of strangers into the run */
#define COLLET_EXPOSES_OUTBOUND 0x4u      /* can send data out */

/* One worked example, shown in the docs and used to teach small models. */
typedef struct collet_example {
  uint32_t struct_size;
  uint32_t reserved;
  collet_str request;   /* what a user asks */
  collet_str task;      /* what this tool is to do about it, one short sentence */
  collet_str arguments; /* JSON object, valid against input_schema */
  collet_str result;    /* what the tool answers */
  collet_str answer;    /* what the model then tells the user */
} collet_example;

/* Describes one tool. The host copies it during the callback. */
typedef struct collet_tool {
  uint32_t struct_size;
  uint32_t flags;         /* COLLET_TOOL_*; read anew at each listing */
  collet_str name;        /* ^[a-zA-Z0-9_-]{1,64}$ */
  collet_str name_space;  /* absent, or the first half of "namespace/name" */
  collet_str title;       /* for people; absent: the name */
  collet_str description; /* for the model */
  collet_str input_schema;  /* JSON Schema 2020-12 of the arguments; an object */
  collet_str config_schema; /* of runtime_params.tool_params; absent: none allowed
                               besides pinned arguments */
  collet_str output_schema; /* of JSON content; absent: unchecked */
  const collet_str *aliases; /* further names it answers to */
  const collet_example *const *examples;
  uint32_t alias_count;
  uint32_t example_count;
  uint32_t effects;  /* COLLET_EFFECT_* */
  uint32_t exposure; /* COLLET_EXPOSES_* */
  uint32_t timeout_ms;      /* default time limit of a call; 0: the host's */
  uint32_t concurrency_max; /* calls at once per instance; 0: no own limit */
} collet_tool;

/* Takes one tool. OK: it is offered. INVALID: this one tool is refused, for a
 * field that is wrong or a name that is taken; the reason is in the host's log
 * and list of plugins, and the others are offered all the same. LIMIT: too many
 * tools, or used up; more need not be shown. [control], or as `specialize` */
typedef collet_status (*collet_tool_fn)(void *user, const collet_tool *tool);

/* ---- one running call -------------------------------------------------- */

/* Facts about a call. Lives until the call is finished. */
typedef struct collet_call_info {
  uint32_t struct_size;
  uint32_t attempt;       /* 1 for the first try */
  collet_str request_id;  /* of the HTTP request */
  collet_str call_id;     /* of this tool call, as the model named it */
  collet_str caller;      /* id of the API key; never the key */
  collet_str tool;        /* the name the caller used (maybe an alias) */
  collet_str app;         /* target app; absent: none */
  collet_str size;        /* dyno_size, an entry of `sizes:` */
  collet_str tool_params; /* JSON object without the pinned arguments */
  int64_t deadline_ms;    /* time limit of the whole call */
  uint64_t output_bytes_max; /* emit answers LIMIT beyond this */
} collet_call_info;

/* collet_content.kind */
#define COLLET_CONTENT_TEXT 1  /* data: UTF-8 */
#define COLLET_CONTENT_JSON 2  /* data: one JSON value as text */
#define COLLET_CONTENT_IMAGE 3 /* data: the bytes; mime set */
#define COLLET_CONTENT_BLOB 4  /* data: an id of collet.blob/1; mime set */
#define COLLET_CONTENT_LINK 5  /* data: a URI; mime may be set */

/* What a call may say, beside output_bytes_max for the data of all parts. */
#define COLLET_PARTS_MAX 4096u         /* parts of one result */
#define COLLET_MIME_BYTES_MAX 256u     /* collet_content.mime */
#define COLLET_NAME_BYTES_MAX 1024u    /* collet_content.name */
#define COLLET_PROGRESS_BYTES_MAX 65536u /* collet_progress.text */
#define COLLET_MESSAGE_BYTES_MAX 16384u  /* collet_finish.message */
#define COLLET_DETAILS_BYTES_MAX 65536u  /* collet_finish.details */

typedef struct collet_content {
  uint32_t struct_size;
  int32_t kind;
  collet_str mime; /* absent: text/plain or application/json by kind */
  collet_str data; /* must not be absent; may be empty, but for JSON */
  collet_str name; /* file name or title; may be absent */
} collet_content;

/* collet_progress.kind */
#define COLLET_PROGRESS_STEP 1   /* done of total, text says what goes on */
#define COLLET_PROGRESS_STDOUT 2 /* text is a piece of live output */
#define COLLET_PROGRESS_STDERR 3

typedef struct collet_progress {
  uint32_t struct_size;
  int32_t kind;
  double done;  /* 0 if unknown */
  double total; /* 0 if unknown */
  collet_str text;
} collet_progress;

/* collet_finish.flags */
#define COLLET_FINISH_ERROR 0x1u /* the tool ran and failed; the content says how,
                                    and is not held against output_schema */
#define COLLET_FINISH_EMPTY 0x2u /* ran well but has nothing to say */
#define COLLET_FINISH_RETRYABLE 0x4u /* the same call may work later */

/* The end of a call. A negative status is an error result even without
 * COLLET_FINISH_ERROR. */
typedef struct collet_finish {
  uint32_t struct_size;
  uint32_t flags;
  collet_status status;
  int32_t reserved;
  collet_str message; /* shown to the model when status is negative; cut at
                         COLLET_MESSAGE_BYTES_MAX */
  collet_str details; /* JSON for the audit log only; may be absent; left out when
                         longer than COLLET_DETAILS_BYTES_MAX */
} collet_finish;

/* What a plugin may do with a call handle. All [any]. */
typedef struct collet_call_api {
  uint32_t struct_size;
  uint32_t reserved;
  /* Adds one part to the result. Copied before it returns. INVALID: data is
   * absent, or is no JSON where the kind is JSON. LIMIT: output_bytes_max or one
   * of the caps above would be passed. CLOSED: stop working. After each of these
   * nothing was added. */
  collet_status (*emit)(collet_call call, const collet_content *part);
  /* Tells a watcher that something moves. Rate-limited by the host; may drop,
   * and does so with a text longer than COLLET_PROGRESS_BYTES_MAX. */
  collet_status (*progress)(collet_call call, const collet_progress *progress);
  /* 1 once the call should stop: deadline passed, caller gone, host stopping.
   * After the deadline there is a short grace in which emit and finish still
   * count, so that a tool can hand out what it has; then they answer CLOSED. */
  int32_t (*cancelled)(collet_call call);
  /* Time left until the deadline; 0 when passed or the call is over. */
  int64_t (*remaining_ms)(collet_call call);
  /* NULL once the call is over. Lives until `finish`. */
  const collet_call_info *(*info)(collet_call call);
  /* Ends the call; exactly once. A second one answers CLOSED and is logged. The
   * call's strings (info, arguments) die with it. What services still do for the
   * call is stopped; their `done` comes all the same, maybe after this. INVALID:
   * `end` is malformed, and the call goes on. */
  collet_status (*finish)(collet_call call, const collet_finish *end);
} collet_call_api;

/* ---- host and plugin --------------------------------------------------- */

/* The host as one plugin instance sees it. Lives until `destroy` returns. */
typedef struct collet_host {
  uint32_t struct_size;
  uint32_t abi_minor; /* what the host speaks */
  collet_call self;   /* id 0; for service calls outside of any call */
  const collet_call_api *call;
  /* A service table by id ("collet.exec/1"), or NULL: unknown to this host, or
   * not granted. [any] */
  const void *(*get_service)(collet_call self, collet_str id);
} collet_host;

/* A plugin. Slots marked optional may be NULL. */
typedef struct collet_plugin {
  uint32_t struct_size;
  uint32_t abi_minor; /* least minor this plugin needs from the host */
  /* Makes one configured instance. `config` is a JSON object, checked against
   * the manifest's config_schema. On failure: a negative status, no instance,
   * and the reason through `error`. [control] */
  collet_status (*create)(const collet_host *host, collet_str config,
                          collet_text_fn error, void *error_user,
                          void **instance);
  /* Nothing of the instance is used afterwards. [control] */
  void (*destroy)(void *instance);
  /* Calls `each` once per tool, before it returns. The host asks after `create`
   * and again whenever it chooses; no service asks it to yet, one may come under
   * an id of its own. [control] */
  collet_status (*list_tools)(void *instance, collet_tool_fn each, void *user);
  /* Runs one call. `tool` is the tool's own name, `arguments` a JSON object that
   * passed input_schema, with defaults and pinned arguments filled in; both live
   * until `finish`. Either calls finish before it returns, and returns OK; or
   * returns PENDING, and finish is called from any thread, maybe before invoke
   * has returned; or returns a negative status without having called finish. A
   * tool without COLLET_TOOL_BLOCKING must return at once. [worker] */
  collet_status (*invoke)(collet_call call, void *instance, collet_str tool,
                          collet_str arguments);
  /* Optional. The call should end soon: push form of `cancelled`. Comes at most
   * once a call. It may cross the call's own beginning and end: one for a call
   * that this plugin does not know (look it up by call.id) must be ignored, and
   * `cancelled` answers 1 from then on. Must be quick; may call finish. [any] */
  void (*cancel)(collet_call call, void *instance);
  /* Optional. No new invoke will come; what runs has to end within deadline_ms.
   * Returns at once: it tells its calls to end and does not wait for them.
   * [control] */
  void (*quiesce)(void *instance, int64_t deadline_ms);
  /* Optional. A plugin-side extension by id, or NULL. [any] */
  const void *(*get_extension)(void *instance, collet_str id);
} collet_plugin;

/* The one exported symbol. NULL: this plugin does not work with such a host.
 * The table lives as long as the library is loaded. [control] */
typedef const collet_plugin *(*collet_plugin_entry_fn)(uint32_t host_abi_minor);
#define COLLET_ENTRY_SYMBOL "collet_plugin_entry_v1"
COLLET_EXPORT const collet_plugin *collet_plugin_entry_v1(uint32_t host_abi_minor);

#ifdef __cplusplus
}
#endif

#include "collet/abi_layout.h"

#endif /* COLLET_ABI_H */
