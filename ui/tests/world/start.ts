import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Receivers } from './hooks';
import { startMoody } from './moody';

export interface Started {
  /** Where the server listens. */
  readonly url: string;
  /** Where the stand-ins for Slack and the others listen. */
  readonly receivers: Receivers;
  readonly stop: () => Promise<void>;
}

export interface StartOptions {
  /** The program `campana`. */
  readonly campana: string;
  /** The server's port; any free one unless given. */
  readonly port?: number;
  /** Where everything is kept; a new folder unless given. */
  readonly folder?: string;
}

interface Greeting {
  readonly urls: { readonly slack: string; readonly teams: string; readonly webhook: string };
  readonly environment: Record<string, string>;
}

/** Starts a server on a database of its own, and receivers that it may reach: no account and no network are needed. */
export async function startServer({ campana, port = 0, folder }: StartOptions): Promise<Started> {
  const home = folder ?? (await mkdtemp(join(tmpdir(), 'campana-ui-')));
  const moody = await startMoody();
  const receive = spawn(campana, ['receive', '--json', '--port', '0', '--smtp-port', '0'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const greeting = JSON.parse(await firstLine(receive)) as Greeting;
  const database = `sqlite://${join(home, 'campana.db')}`;
  const server = spawn(campana, ['server', 'start', '--port', String(port), '--database-url', database], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: {
      ...process.env,
      ...greeting.environment,
      HOME: home,
      RUST_LOG: 'warn',
      CAMPANA__SMTP__FROM: 'Campana <campana@example.com>',
      CAMPANA__NETWORK__ALLOW: '127.0.0.0/8',
    },
  });
  const url = /http:\/\/\S+/.exec(await firstLine(server))?.[0];
  if (url === undefined) {
    throw new Error('the server did not say where it listens');
  }
  const { slack, teams, webhook } = greeting.urls;
  return {
    url,
    receivers: { slack, teams, webhook, gone: `${moody.url}/gone`, busy: `${moody.url}/busy` },
    stop: async () => {
      await Promise.all([ended(server), ended(receive)]);
      moody.close();
    },
  };
}

/** The first line of a program's output; the rest is read and forgotten, so that the program can go on. */
function firstLine(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    if (child.stdout === null) {
      reject(new Error('the program has no output'));
      return;
    }
    child.on('error', reject);
    child.on('exit', (code) => reject(new Error(`the program ended with ${code} before it said anything`)));
    createInterface({ input: child.stdout }).on('line', resolve);
  });
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode === null) {
    child.kill('SIGTERM');
    await once(child, 'exit');
  }
}
