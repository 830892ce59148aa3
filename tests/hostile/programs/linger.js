// Classes 20, 21.
const way = process.argv[2];
if (way === 'deaf') { for (const name of ['SIGTERM', 'SIGINT', 'SIGHUP', 'SIGQUIT', 'SIGUSR2']) process.on(name, () => {}); setInterval(() => {}, 1000); }
if (way === 'spin') for (;;);
if (way === 'promise') { const again = () => Promise.resolve().then(again); again(); }
if (way === 'atomics') Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
if (way === 'exit') process.on('exit', () => { for (;;); });
if (way === 'closed') { for (const fd of [0, 1, 2]) fs.closeSync(fd); setInterval(() => {}, 1000); }
if (way === 'regex') /^(a+)+$/.test('a'.repeat(40) + 'b');
