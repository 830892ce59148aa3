/* collet.http/1 - outgoing HTTP through the host's guard. Host service.
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * The host reads the URL, checks host, port and every address right before it connects
 * to it, verifies TLS, follows redirects with the same checks, decompresses, and ends the
 * exchange with the call. Public addresses may be reached, and what the operator has named
 * (egress.allow_private). A plugin whose manifest asks for "http:HOST" ("http:*.HOST" for
 * those below) and not for "http" reaches these alone. Needs a call: call.id 0 is INVALID.
 */
#ifndef COLLET_EXT_HTTP_H
#define COLLET_EXT_HTTP_H

#include "collet/abi.h"

#ifdef __cplusplus
extern "C" {
#endif

#define COLLET_HTTP_ID "collet.http/1"

/* collet_http_result.flags */
#define COLLET_HTTP_FROM_CACHE 0x1u /* the body was there already */

/* collet_http_request.flags */
#define COLLET_HTTP_NO_REDIRECTS 0x1u /* hand out 3xx answers as they are */
#define COLLET_HTTP_NO_CACHE 0x2u     /* neither keep the answer nor take a kept one: else
                                         a GET without credentials may be answered from
                                         what a call of the same plugin has fetched, by
                                         the rules of HTTP */

typedef struct collet_http_header {
  collet_str name;
  collet_str value;
} collet_http_header;

/* A piece of the body, decompressed, as it comes. 0: go on; else no more of it is wanted,
 * and the result says CANCELLED. As collet_http_done_fn otherwise. [io] */
typedef int32_t (*collet_http_body_fn)(void *user, collet_str piece);

typedef struct collet_http_request {
  uint32_t struct_size;
  uint32_t flags;
  collet_str method; /* absent: GET */
  collet_str url;    /* http or https, absolute, without user info */
  collet_str body;   /* absent: none */
  const collet_http_header *headers;
  uint32_t header_count;
  uint32_t timeout_ms;         /* 0: the call's remaining time; never more */
  uint64_t response_bytes_max; /* of the decompressed body. 0: the host's cap; never
                                  more */
  collet_http_body_fn on_body; /* NULL: the body comes with the result */
} collet_http_request;

typedef struct collet_http_result {
  uint32_t struct_size;
  collet_status status; /* OK: there is an answer, of whatever http_status. DENIED:
                           by the guard. LIMIT: longer than response_bytes_max, or too
                           many redirects; `body` holds what came. TIMEOUT, CANCELLED,
                           UNAVAILABLE (no connection), INVALID (URL, header, body) */
  int32_t http_status;
  uint32_t header_count;
  const collet_http_header *headers; /* names in lower case; without those of the
                                        connection and of compression */
  collet_str body;
  collet_str url;     /* after redirects */
  collet_str message; /* why, unless OK */
  uint32_t flags;
  uint32_t reserved;
} collet_http_result;

/* Called exactly once for each `request` that answered PENDING, maybe before
 * `request` has returned, and also when the call has ended meanwhile, maybe after
 * its finish. Runs on a thread that serves other calls too: must be quick, must
 * not block. [io] */
typedef void (*collet_http_done_fn)(void *user, const collet_http_result *result);

typedef struct collet_http {
  uint32_t struct_size;
  uint32_t reserved;
  /* PENDING: `done` will come. INVALID: the request is malformed. DENIED: the
   * tool's effects do not name NETWORK. UNAVAILABLE: this host has no outgoing
   * HTTP, or does not know a flag. CLOSED: the call is over. The end of the call
   * ends the exchange. [any] */
  collet_status (*request)(collet_call call, const collet_http_request *request,
                           collet_http_done_fn done, void *user);
} collet_http;

COLLET_SIZE_(collet_http_header, 32);
COLLET_AT_(collet_http_header, name, 0);
COLLET_AT_(collet_http_header, value, 16);
COLLET_SIZE_(collet_http_request, 88);
COLLET_AT_(collet_http_request, struct_size, 0);
COLLET_AT_(collet_http_request, flags, 4);
COLLET_AT_(collet_http_request, method, 8);
COLLET_AT_(collet_http_request, url, 24);
COLLET_AT_(collet_http_request, body, 40);
COLLET_AT_(collet_http_request, headers, 56);
COLLET_AT_(collet_http_request, header_count, 64);
COLLET_AT_(collet_http_request, timeout_ms, 68);
COLLET_AT_(collet_http_request, response_bytes_max, 72);
COLLET_AT_(collet_http_request, on_body, 80);
COLLET_SIZE_(collet_http_result, 80);
COLLET_AT_(collet_http_result, struct_size, 0);
COLLET_AT_(collet_http_result, status, 4);
COLLET_AT_(collet_http_result, http_status, 8);
COLLET_AT_(collet_http_result, header_count, 12);
COLLET_AT_(collet_http_result, headers, 16);
COLLET_AT_(collet_http_result, body, 24);
COLLET_AT_(collet_http_result, url, 40);
COLLET_AT_(collet_http_result, message, 56);
COLLET_AT_(collet_http_result, flags, 72);
COLLET_AT_(collet_http_result, reserved, 76);
COLLET_SIZE_(collet_http, 16);
COLLET_AT_(collet_http, struct_size, 0);
COLLET_AT_(collet_http, reserved, 4);
COLLET_AT_(collet_http, request, 8);

#ifdef __cplusplus
}
#endif

#endif /* COLLET_EXT_HTTP_H */
