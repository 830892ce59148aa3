/* Class 22: a child that forks away from every signal. */
#include "prelude.h"
int main(int argc, char** argv) {
  for (int i = 0; i < 10; ++i) {
    if (fork() != 0) continue;
    setsid();
    for (int n = 1; n < 65; ++n) signal(n, SIG_IGN);
    for (;;) { if (fork() == 0) { setsid(); usleep(1000); continue; } _exit(0); }
  }
  usleep(20000);
  return done();
}
