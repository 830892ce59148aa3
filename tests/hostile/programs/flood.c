/* Class 19: output by calls that copy nothing, and a pipe made small. */
#include "prelude.h"
#include <sys/sendfile.h>

int main(int argc, char** argv) {
  const char* way = mode(argc, argv);
  static char piece[1 << 20];
  memset(piece, 0x1b, sizeof piece);
  if (strcmp(way, "small") == 0) fcntl(1, F_SETPIPE_SZ, 4096);
  if (strcmp(way, "large") == 0) fcntl(1, F_SETPIPE_SZ, 1 << 20);
  if (strcmp(way, "impatient") == 0) fcntl(1, F_SETFL, O_NONBLOCK);
  if (strcmp(way, "packets") == 0) fcntl(1, F_SETFL, O_DIRECT);
  const int zero = open("/dev/zero", O_RDONLY);
  for (;;) {
    if (strcmp(way, "splice") == 0) splice(zero, NULL, 1, NULL, 1 << 20, 0);
    else if (strcmp(way, "sendfile") == 0) sendfile(1, zero, NULL, 1 << 30);
    else if (strcmp(way, "bytes") == 0) { if (write(1, piece, 1) < 0) pause(); }
    else if (write(1, piece, sizeof piece) < 0 && errno != EAGAIN) pause();
  }
}
