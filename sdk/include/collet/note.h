/* collet/note.h - who a plugin is, readable without loading it.
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * Code of a library runs as soon as it is loaded, so the host wants to know
 * before: an ELF note named "Collet" carries the ABI version and the manifest.
 * COLLET_NOTE("{...}") puts one there; use it once, at file level. COLLET_PLUGIN
 * of plugin.hpp does it for C++.
 *
 * The manifest is a JSON object:
 *   id            ^[a-z][a-z0-9_-]{0,63}$; required
 *   version       text; required
 *   description, license, homepage   text for people
 *   status        "stable" or "draft"
 *   capabilities  array of services it wants: "app", "secrets:NAME", "exec",
 *                 "http:HOST:PORT", "kv", "blob", "metrics"; "log" is free. One
 *                 that is not asked for is NULL.
 *   requires      array of service ids ("collet.exec/1") it cannot work without
 *   config_schema JSON Schema of the instance's configuration; absent: none
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
  uint32_t flags; /* 0 */
  uint32_t pointer_size;
} collet_note_header;

#ifdef __cplusplus
extern "C" {
#endif
COLLET_SIZE_(collet_note_header, 16);
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
                    {COLLET_ABI_MAJOR, COLLET_ABI_MINOR, 0, sizeof(void *)},    \
                    manifest}

#endif /* COLLET_NOTE_H */
