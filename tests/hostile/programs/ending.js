// Class 29.
const way = process.argv[2];
if (way === 'exit') process.exit(3);
if (way === 'throw') throw new Error('x');
if (way === 'reject') Promise.reject(new Error('x'));
if (way === 'abort') process.abort();
if (way === 'deep') (function f() { f(); })();
if (way === 'kill') process.kill(process.pid, 'SIGKILL');
if (way === 'code') process.exitCode = 300;
if (way === 'closed') { fs.closeSync(1); fs.closeSync(2); process.reallyExit(5); }
