// Class 23.
for (const name of ['SIGTERM', 'SIGKILL', 'SIGSTOP', 'SIGINT', 'SIGSEGV']) {
  process.kill(1, name);
  process.kill(process.ppid, name);
  refused(`the host by ${name}`, () => process.kill(Number(process.env.HOST_PID), name), 'ESRCH', 'EPERM');
}
require('child_process').spawn('/bin/sleep', ['60']);
process.kill(-1, 'SIGKILL');
console.log('done');
