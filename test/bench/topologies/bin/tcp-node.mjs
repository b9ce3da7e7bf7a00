// Raw TCP relay in Node: what any JS proxy pays at least. Usage: tcp-node.mjs PORT UPSTREAM_PORT
import net from 'node:net';
const [port, upstreamPort] = process.argv.slice(2).map(Number);
net
  .createServer({ noDelay: true }, (a) => {
    const b = net.connect({ port: upstreamPort, host: '127.0.0.1', noDelay: true });
    a.pipe(b).pipe(a);
    a.on('error', () => b.destroy());
    b.on('error', () => a.destroy());
  })
  .listen(port, '127.0.0.1');
process.stdin.resume().on('end', () => process.exit(0));
