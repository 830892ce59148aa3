/* Class 18: the same machine through other doors. */
#include "prelude.h"
#ifdef __x86_64__
static long old_gate(long number, long first) {
  long result;
  __asm__ volatile("int $0x80" : "=a"(result) : "a"(number), "b"(first) : "memory");
  return result;
}
/* In a segment of 32-bit code, where the processor itself is another one. */
static void far_away(void) {
  unsigned char* code = mmap(NULL, 8192, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS | MAP_32BIT, -1, 0);
  memcpy(code, "\xb8\x14\x00\x00\x00\xcd\x80\xcb", 8);  /* mov eax, getpid; int 0x80; retf */
  const struct { uint32_t offset; uint16_t segment; } __attribute__((packed)) target = {(uint32_t)(uintptr_t)code, 0x23};
  __asm__ volatile("lcall *%0" ::"m"(target) : "rax", "memory");
}
int main(int argc, char** argv) {
  const char* way = mode(argc, argv);
  check("about to", 1, 0);
  if (strcmp(way, "getpid") == 0) old_gate(20, 0);
  if (strcmp(way, "exit") == 0) old_gate(1, 0);
  if (strcmp(way, "fork") == 0) old_gate(2, 0);
  if (strcmp(way, "far") == 0) far_away();
  if (strcmp(way, "x32") == 0) syscall(0x40000000 + 39);
  if (strcmp(way, "x32_ptrace") == 0) syscall(0x40000000 + 521, 0, 0, 0, 0);
  if (strcmp(way, "x32_unshare") == 0) syscall(0x40000000 + 272, CLONE_NEWUSER);
  check("survived", 0, 0);
  return done();
}
#else
int main(void) { raise(SIGSYS); }
#endif
