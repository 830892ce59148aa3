// Classes 4, 5, 6, 27.
const canary = process.env.HOST_CANARY;
const path = require('path');
for (const file of [canary, '/etc/shadow', '/root/.npmrc', '/root/.ssh', '/var/log', '/run/secrets', '/sys', '/etc/machine-id', '/.dockerenv']) {
  refused(`read ${file}`, () => fs.readFileSync(file), 'ENOENT');
  refused(`watch ${file}`, () => fs.watch(file), 'ENOENT');
  refused(`real path of ${file}`, () => fs.realpathSync(file), 'ENOENT');
  refused(`copy ${file}`, () => fs.cpSync(file, '/work/copy', { recursive: true }), 'ENOENT');
  refused(`through /proc/self/root ${file}`, () => fs.readFileSync(path.join('/proc/self/root', file)), 'ENOENT', 'EACCES');
  refused(`above the root ${file}`, () => fs.readFileSync(`/work${'/..'.repeat(40)}${file}`), 'ENOENT');
}
for (const file of ['/proc/1/environ', '/proc/1/mem', '/proc/kcore', '/proc/1/fd/0', '/proc/slabinfo', '/proc/vmallocinfo', '/proc/kpagecount']) {
  refused(`read ${file}`, () => { const f = fs.openSync(file); if (fs.readSync(f, Buffer.alloc(1), 0, 1, 0) === 0) throw { code: 'empty' }; });
}
refused('memory of another process', () => fs.writeSync(fs.openSync('/proc/1/mem', 'r+'), 'x', 0));
for (const file of ['/usr/lib/x', process.execPath, '/etc/hosts', '/dev/shmx', '/packages/node_modules', '/cache/x', ...(process.env.HOST_READ_ONLY || '/x').split(' ')]) {
  refused(`write ${file}`, () => fs.appendFileSync(file, 'x'), 'EROFS', 'EACCES', 'ETXTBSY', 'ENOENT');
  refused(`remove ${file}`, () => fs.rmSync(file), 'EROFS', 'EACCES', 'EPERM', 'ENOENT', 'EBUSY');
}
const odd = fs.readdirSync('/proc/self/fd').map((fd) => { try { return fs.readlinkSync(`/proc/self/fd/${fd}`); } catch { return ''; } })
  .filter((to) => to.startsWith('/') && !/memfd:input|^\/dev\/(null|urandom)|^\/proc\/\d+\/fd$/.test(to));
check('descriptors lead nowhere', odd.length === 0, odd);
check('no secret in the environment', !JSON.stringify(process.env).includes('sings') && !JSON.stringify(process.report.getReport()).includes('sings'));
console.log('done');
