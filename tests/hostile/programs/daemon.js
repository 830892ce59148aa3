// Class 22.
const { spawn } = require('child_process');
for (let i = 0; i < 10; ++i) spawn('/bin/sh', ['-c', 'trap "" TERM HUP; sleep 60'], { detached: true, stdio: i % 2 ? 'ignore' : 'inherit' }).unref();
fs.writeSync(1, 'done\n');
process.exit(0);
