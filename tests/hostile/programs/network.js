// Classes 7, 8: everything at once, each must fail soon.
const net = require('net');
const dgram = require('dgram');
const http = require('http');
const dns = require('dns');
const port = Number(process.env.HOST_PORT);
const waits = [];
function fails(name, start) {
  waits.push(new Promise((resolve) => {
    const began = Date.now();
    start((error) => { check(`${name} fails at once`, Boolean(error) && Date.now() - began < 3000, error ? error.code : 'worked'); resolve(); });
  }));
}
for (const host of ['127.0.0.1', '127.1', '::1', '::ffff:7f00:1', '192.0.2.1', '2001:db8::1', '169.254.0.1', '100.64.0.1']) {
  fails(`connect to ${host}`, (end) => { const s = net.connect({ host, port }, () => end()); s.on('error', end); });
  fails(`get from ${host}`, (end) => http.get({ host, port, path: '/latest' }, () => end()).on('error', end));
}
fails('abstract socket', (end) => net.connect({ path: '\0' + process.env.HOST_ABSTRACT }, () => end()).on('error', end));
for (const path of ['/var/run/docker.sock', '/run/dbus/system_bus_socket', '/run/podman/podman.sock']) fails(path, (end) => net.connect(path, () => end()).on('error', end));
fails('a name', (end) => dns.lookup('example.invalid', (error) => end(error)));
fails('a question by UDP', (end) => { const s = dgram.createSocket('udp4'); s.send('x', 53, '192.0.2.53', (error) => { s.close(); end(error); }); });
fails('multicast', (end) => { const s = dgram.createSocket('udp4'); s.send('x', 5353, '224.0.0.251', (error) => { s.close(); end(error); }); });
Promise.all(waits).then(() => console.log('done'));
