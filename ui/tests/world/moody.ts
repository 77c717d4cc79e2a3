import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Moody {
  readonly url: string;
  readonly close: () => void;
}

/** A receiver that is not well: `/gone` refuses for good, `/busy` wants to be asked later, anything else accepts. */
export async function startMoody(): Promise<Moody> {
  const server = createServer((request, response) => {
    request.resume();
    if (request.url?.startsWith('/gone') === true) {
      response.writeHead(404).end('no_service');
    } else if (request.url?.startsWith('/busy') === true) {
      response.writeHead(503).end('down for maintenance');
    } else {
      response.writeHead(200).end('ok');
    }
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}
