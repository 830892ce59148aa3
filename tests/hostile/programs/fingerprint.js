// Class 38.
const os = require('os');
check('host name', os.hostname() === 'box', os.hostname());
check('user', os.userInfo().username === 'user' && os.userInfo().uid === 1000, os.userInfo().username);
check('links', Object.keys(os.networkInterfaces()).every((name) => name === 'lo'), Object.keys(os.networkInterfaces()));
check('home', os.homedir() === '/work', os.homedir());
const report = JSON.stringify(process.report.getReport());
check('report names no path of the host', !report.includes(process.env.HOST_CANARY + '"') || report.split(process.env.HOST_CANARY).length === 2);
for (const path of ['/etc/hostname', '/etc/machine-id', '/sys', '/run', '/var']) refused(`stat ${path}`, () => fs.statSync(path), 'ENOENT');
console.log('done');
