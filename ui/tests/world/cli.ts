import { parseArgs } from 'node:util';
import { fillWorld } from './fill';
import { startMoody } from './moody';
import { startServer } from './start';

const USAGE = `Fills a server with a believable week.

  npm run world -- --campana PROGRAM [--port N] [--folder DIR]   starts server and receivers, fills, stays until Ctrl-C
  npm run world -- --url http://127.0.0.1:4200                   fills a server that runs; its [network] allow must have
                                                                 127.0.0.0/8, or its hooks reach nobody
`;

/** Says on stdout where things are, as JSON. */
export async function main(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      url: { type: 'string' },
      campana: { type: 'string' },
      port: { type: 'string', default: '0' },
      folder: { type: 'string' },
    },
  });
  if (values.url !== undefined) {
    await fillRunning(values.url);
  } else if (values.campana !== undefined) {
    await startAndFill(values.campana, Number(values.port), values.folder);
  } else {
    process.stdout.write(USAGE);
    process.exitCode = 2;
  }
}

async function fillRunning(url: string): Promise<void> {
  const moody = await startMoody();
  const ok = `${moody.url}/ok`;
  const receivers = {
    slack: ok,
    teams: ok,
    webhook: ok,
    gone: `${moody.url}/gone`,
    busy: `${moody.url}/busy`,
  };
  say({ url, ...(await fillWorld(url, receivers)) });
  moody.close();
}

async function startAndFill(campana: string, port: number, folder: string | undefined): Promise<void> {
  const started = await startServer({ campana, port, ...(folder === undefined ? {} : { folder }) });
  const world = await fillWorld(started.url, started.receivers);
  say({ url: started.url, receivers: started.receivers, ...world });
  const stop = () => void started.stop().then(() => process.exit(0));
  process.on('SIGINT', stop);
  process.on('SIGTERM', stop);
}

function say(what: object): void {
  process.stdout.write(`${JSON.stringify(what, null, 2)}\n`);
}
