// Class 19.
const way = process.argv[2];
if (way === 'log') for (;;) console.log('x'.repeat(10000));
if (way === 'sync') for (;;) fs.writeSync(2, 'é'.repeat(10000));
if (way === 'halves') for (;;) { fs.writeSync(1, Buffer.from([0xe2, 0x82])); fs.writeSync(2, Buffer.from([0xac])); }
