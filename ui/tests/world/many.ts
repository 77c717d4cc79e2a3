import { Api, state } from './api';
import { Random } from './random';

/** Runs in one request. */
const BATCH = 50;
/** Requests at the same time. */
const WORKERS = 4;
const SECOND = 1_000;
const HOUR = 3_600 * SECOND;
const DAYS_30 = 30 * 86_400 * SECOND;
/** How many of them fail, from 0 to 1. */
const FAILING = 0.02;

interface Flow {
  readonly id: string;
  readonly parameters: readonly { readonly name: string }[];
}

const iso = (at: number) => new Date(at).toISOString();

/** Adds `count` runs of the last 30 days, which are over, to the flows that are there. */
export async function addRuns(url: string, count: number, seed = 11): Promise<void> {
  const api = new Api(url);
  const { flow } = await api.ask<{ flow: Flow[] }>(
    '{ flow(where: { archived: { _eq: false } }) { id parameters } }',
  );
  let left = count;
  const work = async (random: Random) => {
    while (left > 0) {
      const size = Math.min(BATCH, left);
      left -= size;
      await addSome(api, random, flow, size);
    }
  };
  await Promise.all(Array.from({ length: WORKERS }, (_, worker) => work(new Random(seed + worker))));
}

async function addSome(api: Api, random: Random, flows: readonly Flow[], size: number): Promise<void> {
  const starts = Array.from({ length: size }, () => Date.now() - random.between(HOUR, DAYS_30));
  const inputs = starts.map((at) => {
    const { id, parameters } = random.pick(flows);
    const given = parameters.map(({ name }) => [name, iso(at).slice(0, 10)]);
    return { flow_id: id, scheduled_start_time: iso(at), parameters: Object.fromEntries(given) };
  });
  const names = inputs.map((_, index) => `r${index}`);
  const types = names.map((name) => `$${name}: create_flow_run_input!`);
  const fields = names.map((name) => `${name}: create_flow_run(input: $${name}) { id }`);
  const query = `mutation(${types.join(', ')}) { ${fields.join('\n')} }`;
  const variables = Object.fromEntries(inputs.map((input, index) => [`r${index}`, input]));
  const made = await api.ask<Record<string, { id: string }>>(query, variables);
  const states = starts.flatMap((at, index) => {
    const flow_run_id = made[`r${index}`]?.id;
    const start = at + random.between(1, 9) * SECOND;
    const end = start + random.between(5, 900) * SECOND;
    const over =
      random.next() < FAILING
        ? state('Failed', 'Some reference tasks failed.')
        : state('Success', 'All reference tasks succeeded.');
    return [
      { flow_run_id, state: state('Running', 'Running flow.'), timestamp: iso(start) },
      { flow_run_id, state: over, timestamp: iso(end) },
    ];
  });
  await api.change('set_flow_run_states', { states }, 'states { status }');
}
