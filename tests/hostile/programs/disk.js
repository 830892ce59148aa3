// Class 3.
process.on('SIGXFSZ', () => {});
const full = ['ENOSPC', 'EFBIG'];
function fill(path) {
  const file = fs.openSync(path, 'w');
  try { for (let i = 0; i < 100; ++i) fs.writeSync(file, Buffer.alloc(1 << 20)); } finally { fs.closeSync(file); }
}
for (const folder of ['/work', '/tmp', '/dev/shm']) {
  refused(`fill ${folder}`, () => fill(`${folder}/big`), ...full);
  fs.unlinkSync(`${folder}/big`);
  refused(`a sparse file in ${folder}`, () => fs.truncateSync(fs.openSync(`${folder}/sparse`, 'w'), 2 ** 40), ...full);
}
refused('a hundred thousand files', () => { for (let i = 0; i < 100000; ++i) fs.writeFileSync(`/tmp/f${i}`, ''); }, ...full);
for (let i = 0; i < 100000 && fs.existsSync(`/tmp/f${i}`); ++i) fs.unlinkSync(`/tmp/f${i}`);
refused('copy without end', () => { for (let i = 0; ; ++i) fs.cpSync('/usr/bin', `/tmp/c${i}`, { recursive: true }); }, ...full);
console.log('done');
