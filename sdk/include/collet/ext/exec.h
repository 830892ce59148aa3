/* collet.exec/1 - run a program in the kernel's sandbox. Host service.
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * The box has no network but `hosts` and APP_NETWORK, no host files but the `roots`, an empty environment
 * but `env`, a fresh /work (current directory, writable, HOME) and /tmp, and is
 * gone with everything in it, but /work of a SESSION, when `done` is called. Memory, processes, CPU and
 * disk follow the call's size; the time limit is the call's own. The end of the
 * call ends the run. call.id 0: `run` needs a call, INVALID; `runtime` does not.
 */
#ifndef COLLET_EXT_EXEC_H
#define COLLET_EXT_EXEC_H

#include "collet/abi.h"

#ifdef __cplusplus
extern "C" {
#endif

#define COLLET_EXEC_ID "collet.exec/1"

/* collet_exec_request.flags */
#define COLLET_EXEC_APP_ROOT 0x1u /* mount the target app's root read-only at /app
                                     and start there; show the folders that the
                                     operator named for the app (apps.NAME.roots) */
#define COLLET_EXEC_APP_ENV 0x2u  /* add the target app's config vars to env, where
                                     they replace an entry of the same name */
#define COLLET_EXEC_LIVE_OUTPUT 0x4u /* report output as progress while it runs */
#define COLLET_EXEC_APP_SCRATCH 0x10u /* with APP_ROOT: /app can be written. What is
                                         written lies in the box's own file system
                                         and is thrown away with it */

#define COLLET_EXEC_FILES 0x20u /* a folder /out, whose files come back in the result */
#define COLLET_EXEC_APP_NETWORK 0x40u /* the program may reach what the operator named
                                         for the target app (apps.NAME.network), as if
                                         it stood in `hosts`. If that is anything,
                                         HTTPS_PROXY and https_proxy are added to env,
                                         where it has no entry of that name */

#define COLLET_EXEC_SESSION 0x80u /* /work stays as it is for the next run of the same
                                     session; see `session`. Not with `keep` */

/* collet_exec_input.flags */
#define COLLET_EXEC_INPUT_LATE 0x1u /* the program reads it to its end, once it is
     ready to use it: the host may start such programs ahead of need and keep them
     waiting, each for one run. Everything else of the request must then be the same
     for all calls, or nothing is gained. At most one input of a request. */

#define COLLET_EXEC_INPUT_FORK 0x2u /* with LATE: the host may start the program once,
     let it come to its first read() of this input, and fork it there for every run
     that wants the same. For a program that by then has one thread, no descriptor of
     its own but events, and no state that two runs may not share: random numbers are
     to be seeded after the read. argv, env, roots and the other inputs decide which
     runs want the same. The copy finds /packages, /cache, /app and /out only after the
     read. */

/* Bytes that the program finds open for reading at descriptor `fd`, as a file or as a
 * pipe. */
typedef struct collet_exec_input {
  int32_t fd; /* 0 or 3..9 */
  uint32_t flags;
  collet_str data;
} collet_exec_input;

/* What the program leaves in /out is kept under a key when it exits with 0, and later
 * programs may be shown it. What is kept under that key already is not made again: then
 * nothing runs, and the result says EXITED and 0. Calls that want the same at the same
 * time wait for one of them; what failed is not tried again for a minute. Links that
 * lead out of the tree, devices and the like make it fail; so does too much of it. */
typedef struct collet_exec_keep {
  uint32_t struct_size;
  uint32_t seconds_max; /* older ones are made again; 0: they do not age */
  collet_str key;   /* any text, as long as an input may be; each plugin has its own.
                       It must tell everything that decides the content */
  collet_str label; /* for people: "python: numpy, pandas" */
} collet_exec_keep;

typedef struct collet_exec_request {
  uint32_t struct_size;
  uint32_t flags;
  const collet_str *argv; /* argv[0] is an absolute path inside the box */
  const collet_str *env;  /* "NAME=value" */
  const collet_str *roots; /* host paths shown read-only under the same path */
  const collet_exec_input *inputs; /* descriptor 0 without one reads EOF */
  uint32_t argv_count;
  uint32_t env_count;
  uint32_t root_count;
  uint32_t input_count;
  int32_t capture_fd; /* 0: none; 3..9: what the program writes there comes back
                         as `captured` */
  uint32_t timeout_ms; /* 0: the call's remaining time; never more than that */
  const collet_exec_keep *keep; /* NULL: /out is not kept */
  const collet_str *trees; /* keys, shown read-only at /packages and at /cache; an empty
                              one shows nothing there */
  const collet_str *hosts; /* "HOST:PORT" that the program may reach, by HTTP CONNECT to
                              127.0.0.1:3128 and with TLS for that very host; a "!" in
                              front: also when its address is a private one */
  uint32_t tree_count; /* 0..2 */
  uint32_t host_count;
  collet_str session; /* with SESSION. A name of 1..128 bytes: the session of that name of
                         the call's caller, each plugin its own, until nothing has used it
                         for sandbox.session_idle_seconds. "": the session of the agent run
                         that the call belongs to, until that ends. Programs of one session
                         run one after the other; nothing but the files in /work stays, which
                         have the disk of the session's first run for themselves */
} collet_exec_request;

/* A file that the program left in /out. Comes in arrays, so it never grows. */
typedef struct collet_exec_file {
  collet_str name; /* path below /out */
  collet_str data;
} collet_exec_file;

/* collet_exec_result.outcome */
#define COLLET_EXEC_EXITED 1       /* by itself; returncode says how */
#define COLLET_EXEC_SIGNALLED 2    /* by a signal of its own making */
#define COLLET_EXEC_TIMEOUT 3      /* killed at the time limit; returncode -2 */
#define COLLET_EXEC_OOM 4          /* killed at the memory limit */
#define COLLET_EXEC_OUTPUT_LIMIT 5 /* killed for too much output */
#define COLLET_EXEC_CANCELLED 6    /* killed since the call was cancelled */
#define COLLET_EXEC_UNAVAILABLE 7  /* this host cannot isolate; nothing ran */
#define COLLET_EXEC_CAPACITY 8     /* no room within the time limit; nothing ran */
#define COLLET_EXEC_FAILED 9       /* the program could not be started */

/* collet_exec_result.session */
#define COLLET_EXEC_SESSION_NEW 1u       /* /work began empty with this run */
#define COLLET_EXEC_SESSION_CONTINUED 2u /* it held what earlier runs had left */

typedef struct collet_exec_result {
  uint32_t struct_size;
  int32_t outcome;
  int32_t returncode; /* exit code; -signal; -2 at the time limit */
  int32_t signal;     /* 0: none */
  collet_str stdout_text; /* UTF-8 repaired; head and tail around a marker if long */
  collet_str stderr_text;
  collet_str captured; /* bytes from capture_fd */
  collet_str message;  /* why, for every outcome but EXITED; with the remedy */
  uint64_t wall_us;
  uint64_t cpu_us;
  uint64_t max_rss_bytes;
  uint64_t stdout_omitted_bytes;
  uint64_t stderr_omitted_bytes;
  const collet_exec_file *files; /* with COLLET_EXEC_FILES */
  uint32_t file_count;
  uint32_t files_skipped; /* left out: links, too large, too many */
  collet_str first_skipped; /* "name: why" */
  uint32_t session; /* COLLET_EXEC_SESSION_*; 0: the program ran in none */
  uint32_t reserved;
} collet_exec_result;

/* Called exactly once for each `run` that answered PENDING, maybe before `run`
 * has returned, and also when the call has ended meanwhile, maybe after its
 * finish. Runs on a thread that serves other calls too: must be quick, must not
 * block. [io] */
typedef void (*collet_exec_done_fn)(void *user, const collet_exec_result *result);

typedef struct collet_exec {
  uint32_t struct_size;
  uint32_t reserved;
  /* PENDING: `done` will come, at the latest soon after the call's deadline,
   * cancellation or finish. After anything else it does not come:
   * INVALID: the request is malformed (argv[0] no absolute path, a text with a
   * NUL byte, a descriptor out of range or used twice, too many or too long), or
   * wants the target app of a call that has none, or APP_SCRATCH without APP_ROOT,
   * or SESSION with `keep` or with a name that is too long.
   * DENIED: the tool's effects name neither RUNS_CODE nor RUNS_PROGRAMS, or APP_ENV
   * without SECRETS, or hosts or APP_NETWORK without NETWORK. NOT_FOUND: nothing is kept under a key
   * of `trees`. CLOSED: the call is over. UNAVAILABLE: a flag that this host
   * does not know. What only shows later is an outcome: a host that cannot isolate, a
   * program that is not there. [any] */
  collet_status (*run)(collet_call call, const collet_exec_request *request,
                       collet_exec_done_fn done, void *user);
  /* The operator's interpreter for a language ("python"), as a JSON object
   * {"interpreter": path, "roots": [path...]} from sandbox.runtimes. Works for
   * call.id 0. NOT_FOUND: none configured; look for one yourself. [any] */
  collet_status (*runtime)(collet_call call, collet_str language, collet_text_fn found,
                           void *user);
} collet_exec;

COLLET_SIZE_(collet_exec_input, 24);
COLLET_AT_(collet_exec_input, fd, 0);
COLLET_AT_(collet_exec_input, flags, 4);
COLLET_AT_(collet_exec_input, data, 8);
COLLET_SIZE_(collet_exec_keep, 40);
COLLET_AT_(collet_exec_keep, struct_size, 0);
COLLET_AT_(collet_exec_keep, seconds_max, 4);
COLLET_AT_(collet_exec_keep, key, 8);
COLLET_AT_(collet_exec_keep, label, 24);
COLLET_SIZE_(collet_exec_file, 32);
COLLET_AT_(collet_exec_file, name, 0);
COLLET_AT_(collet_exec_file, data, 16);
COLLET_SIZE_(collet_exec_request, 112);
COLLET_AT_(collet_exec_request, struct_size, 0);
COLLET_AT_(collet_exec_request, flags, 4);
COLLET_AT_(collet_exec_request, argv, 8);
COLLET_AT_(collet_exec_request, env, 16);
COLLET_AT_(collet_exec_request, roots, 24);
COLLET_AT_(collet_exec_request, inputs, 32);
COLLET_AT_(collet_exec_request, argv_count, 40);
COLLET_AT_(collet_exec_request, env_count, 44);
COLLET_AT_(collet_exec_request, root_count, 48);
COLLET_AT_(collet_exec_request, input_count, 52);
COLLET_AT_(collet_exec_request, capture_fd, 56);
COLLET_AT_(collet_exec_request, timeout_ms, 60);
COLLET_AT_(collet_exec_request, keep, 64);
COLLET_AT_(collet_exec_request, trees, 72);
COLLET_AT_(collet_exec_request, hosts, 80);
COLLET_AT_(collet_exec_request, tree_count, 88);
COLLET_AT_(collet_exec_request, host_count, 92);
COLLET_AT_(collet_exec_request, session, 96);
COLLET_SIZE_(collet_exec_result, 160);
COLLET_AT_(collet_exec_result, struct_size, 0);
COLLET_AT_(collet_exec_result, outcome, 4);
COLLET_AT_(collet_exec_result, returncode, 8);
COLLET_AT_(collet_exec_result, signal, 12);
COLLET_AT_(collet_exec_result, stdout_text, 16);
COLLET_AT_(collet_exec_result, stderr_text, 32);
COLLET_AT_(collet_exec_result, captured, 48);
COLLET_AT_(collet_exec_result, message, 64);
COLLET_AT_(collet_exec_result, wall_us, 80);
COLLET_AT_(collet_exec_result, cpu_us, 88);
COLLET_AT_(collet_exec_result, max_rss_bytes, 96);
COLLET_AT_(collet_exec_result, stdout_omitted_bytes, 104);
COLLET_AT_(collet_exec_result, stderr_omitted_bytes, 112);
COLLET_AT_(collet_exec_result, files, 120);
COLLET_AT_(collet_exec_result, file_count, 128);
COLLET_AT_(collet_exec_result, files_skipped, 132);
COLLET_AT_(collet_exec_result, first_skipped, 136);
COLLET_AT_(collet_exec_result, session, 152);
COLLET_AT_(collet_exec_result, reserved, 156);
COLLET_SIZE_(collet_exec, 24);
COLLET_AT_(collet_exec, struct_size, 0);
COLLET_AT_(collet_exec, reserved, 4);
COLLET_AT_(collet_exec, run, 8);
COLLET_AT_(collet_exec, runtime, 16);

#ifdef __cplusplus
}
#endif

#endif /* COLLET_EXT_EXEC_H */
