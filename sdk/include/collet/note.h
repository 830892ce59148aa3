/* collet/note.h - who a plugin is, readable without loading it.
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * Code of a library runs as soon as it is loaded, so the host wants to know
 * before: an ELF note named "Collet" carries the ABI version and the manifest.
 * COLLET_NOTE("{...}") puts one there; use it once, at file level. COLLET_PLUGIN
 * of plugin.hpp does it for C++. A library that serves several majors has a note
 * for each; the host reads the one of its own.
 *
 * The manifest is a JSON object:
 *   id            ^[a-z][a-z0-9_-]{0,63}$; required
 *   version       text; required
 *   description, license, homepage   text for people
 *   status        "stable" or "draft"; any other word counts as draft
 *   capabilities  array of services it wants, see below. get_service gives NULL
 *                 for one that is not asked for.
 *   requires      array of service ids ("collet.exec/1") it cannot work without:
 *                 the one list that makes a host refuse the plugin
 *   config_schema JSON Schema of the instance's configuration; absent: none
 *
 * A capability is a service, or a service, ':' and a detail that narrows it:
 *   "app" "exec" "kv" "blob" "metrics"   these have no details
 *   "secrets:NAME"    the secret of that name; any characters after the first ':'
 *   "secrets"         any secret that the operator gave to this plugin, but only
 *                     inside a call (see ext/secrets.h)
 *   "http:HOST:PORT"  a DNS name or IP address ([...] around an IPv6 one) and a
 *                     decimal port
 *   "http"            any host that the server's own rules allow
 * "log" is free; asking for it does no harm. The operator may grant less than is
 * asked for. One that the host does not know is ignored with a line in its log,
 * so a plugin may ask for services of newer hosts and do without.
 */
#ifndef COLLET_NOTE_H
#define COLLET_NOTE_H

#include "collet/abi.h"

#define COLLET_NOTE_NAME "Collet"
#define COLLET_NOTE_MANIFEST 1u /* note type: header and manifest */

/* Begins the note's description; the manifest follows, ended by NUL or the end. */
typedef struct collet_note_header {
  uint32_t major;
  uint32_t minor; /* least minor this plugin needs from the host */
  uint32_t flags; /* 0; a host refuses a plugin with one of bits 0 to 15 that it
                     does not know, and ignores bits 16 to 31 */
  uint32_t pointer_size;
} collet_note_header;

#ifdef __cplusplus
extern "C" {
#endif
COLLET_SIZE_(collet_note_header, 16);
COLLET_AT_(collet_note_header, major, 0);
COLLET_AT_(collet_note_header, minor, 4);
COLLET_AT_(collet_note_header, flags, 8);
COLLET_AT_(collet_note_header, pointer_size, 12);
#ifdef __cplusplus
}
#endif

#define COLLET_NOTE(manifest)                                                   \
  __attribute__((section(".note.collet"), used, aligned(4))) static const struct { \
    uint32_t name_size;                                                         \
    uint32_t description_size;                                                  \
    uint32_t type;                                                              \
    char name[8];                                                               \
    collet_note_header header;                                                  \
    char text[sizeof(manifest)];                                                \
  } collet_note_ = {sizeof(COLLET_NOTE_NAME),                                   \
                    sizeof(collet_note_header) + sizeof(manifest),              \
                    COLLET_NOTE_MANIFEST,                                       \
                    COLLET_NOTE_NAME,                                           \
                    {COLLET_ABI_MAJOR, COLLET_TARGET_MINOR, 0, sizeof(void *)},    \
                    manifest}

#endif /* COLLET_NOTE_H */
