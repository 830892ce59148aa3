// Class 2: outside of V8's own heap, inside of it, and in many processes.
const held = [];
const way = process.argv[2];
if (way === 'buffers') for (;;) held.push(Buffer.alloc(1 << 20, 1));
if (way === 'heap') for (;;) held.push(new Array(1000).fill(held.length).map((x) => `${x}-${Math.random()}`));
if (way === 'shared') for (;;) new Uint8Array(new SharedArrayBuffer(1 << 20)).fill(1), held.push(held.at(-1));
if (way === 'wasm') for (;;) { const m = new WebAssembly.Memory({ initial: 16 }); new Uint8Array(m.buffer).fill(1); held.push(m); }
if (way === 'files') for (let i = 0; ; ++i) fs.writeFileSync(`/tmp/${i}`, Buffer.alloc(1 << 20, 1));
