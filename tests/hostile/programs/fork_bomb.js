// Class 1: processes, and workers, which are threads.
const { spawn } = require('child_process');
const { Worker } = require('worker_threads');
let failed = 0;
function more() {
  const workers = process.argv[2] === 'workers';
  for (let i = 0; i < 4; ++i) {
    try {
      const one = workers ? new Worker('while (true) ;', { eval: true }) : spawn('/bin/sleep', ['60'], { detached: true });
      one.on('error', () => { ++failed; });
    } catch { ++failed; }
  }
  setImmediate(more);
}
more();
