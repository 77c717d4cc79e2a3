import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Receivers } from './hooks';
import { startMoody } from './moody';
import { Program } from './program';

/** A message, as `campana receive --json` tells of it. */
export interface Received {
  readonly kind: string;
  readonly outcome: string;
  readonly message?: unknown;
}

export interface Started {
  /** Where the server listens. */
  readonly url: string;
  /** Where the stand-ins for Slack and the others listen. */
  readonly receivers: Receivers;
  /** What has arrived there, in its order. */
  readonly received: () => readonly Received[];
  readonly stop: () => Promise<void>;
}

export interface StartOptions {
  /** The program `campana`. */
  readonly campana: string;
  /** The server's port; any free one unless given. */
  readonly port?: number;
  /** Where everything is kept; unless given, a new folder, which goes when the server is stopped. */
  readonly folder?: string;
}

interface Greeting {
  readonly urls: { readonly slack: string; readonly teams: string; readonly webhook: string };
  readonly environment: Record<string, string>;
}

export const databaseIn = (folder: string) => `sqlite://${join(folder, 'campana.db')}`;

/** Starts a server on a database of its own, and receivers that it may reach: no account and no network are needed. */
export async function startServer({ campana, port = 0, folder }: StartOptions): Promise<Started> {
  const home = folder ?? (await mkdtemp(join(tmpdir(), 'campana-ui-')));
  const moody = await startMoody();
  const receive = await Program.start(campana, ['receive', '--json', '--port', '0', '--smtp-port', '0']);
  const greeting = JSON.parse(receive.lines[0] ?? '') as Greeting;
  const start = ['server', 'start', '--port', String(port), '--database-url', databaseIn(home)];
  const server = await Program.start(campana, start, {
    ...process.env,
    ...greeting.environment,
    HOME: home,
    RUST_LOG: process.env['RUST_LOG'] ?? 'error',
    CAMPANA__SMTP__FROM: 'Campana <campana@example.com>',
    CAMPANA__NETWORK__ALLOW: '127.0.0.0/8',
  });
  const url = /http:\/\/\S+/.exec(server.lines[0] ?? '')?.[0];
  if (url === undefined) {
    throw new Error('the server did not say where it listens');
  }
  const { slack, teams, webhook } = greeting.urls;
  return {
    url,
    receivers: { slack, teams, webhook, gone: `${moody.url}/gone`, busy: `${moody.url}/busy` },
    received: () => receive.lines.slice(1).map((line) => JSON.parse(line) as Received),
    stop: async () => {
      await Promise.all([server.stop(), receive.stop()]);
      moody.close();
      if (folder === undefined) {
        await rm(home, { recursive: true });
      }
    },
  };
}
