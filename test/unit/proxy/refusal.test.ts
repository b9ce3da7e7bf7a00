import { once } from 'node:events';
import net from 'node:net';
import { afterEach, expect, it } from 'vitest';
import { refuse } from '../../../src/proxy/handshake';
import { cleanUp, later } from '../fidelity/bed';

afterEach(cleanUp);

it('a client that was refused has its answer, and cannot keep the connection by staying half-open', async () => {
  const server = net.createServer({ allowHalfOpen: true });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  later(() => server.close());
  const accepted = once(server, 'connection') as Promise<[net.Socket]>;
  const client = net.connect({ port: (server.address() as net.AddressInfo).port, allowHalfOpen: true });
  later(() => client.destroy());
  // What a client in a hurry sends behind its request.
  client.write('early');
  const [socket] = await accepted;
  socket.on('error', () => undefined);
  const closed = once(socket, 'close');
  await once(socket, 'readable');
  refuse(socket, 403, 'No.');
  const [answer] = (await once(client, 'data')) as [Buffer];
  expect(String(answer)).toMatch(/^HTTP\/1\.1 403 Forbidden\r\n[\s\S]*Connection: close\r\n\r\n\{.*"No\."/);
  await closed;
});
