// Class 25.
const { Worker } = require('worker_threads');
for (let i = 0; i < 3; ++i) new Worker('for (;;);', { eval: true });
setImmediate(() => { for (;;); });
