/** A state as the API takes it. */
export interface StateJson {
  readonly type: string;
  readonly message: string;
  readonly [key: string]: unknown;
}

/** A client of the API for tests: any operation, the answer as it comes. */
export class Api {
  readonly url: string;
  readonly #headers: Record<string, string>;

  /** Without a key unless there are any. */
  constructor(url: string, key?: string) {
    this.url = url;
    this.#headers = {
      'content-type': 'application/json',
      ...(key === undefined ? {} : { authorization: `Bearer ${key}` }),
    };
  }

  async ask<Result>(query: string, variables: Record<string, unknown> = {}): Promise<Result> {
    const response = await fetch(new URL('/graphql', this.url), {
      method: 'POST',
      headers: this.#headers,
      body: JSON.stringify({ query, variables }),
    });
    const { data, errors } = (await response.json()) as { data: Result; errors?: { message: string }[] };
    if (errors !== undefined) {
      throw new Error(`${query.slice(0, 80)}: ${errors.map(({ message }) => message).join('; ')}`);
    }
    return data;
  }

  /** Runs a mutation of the name `name` whose input type is `<name>_input`, and returns its payload. */
  async change<Payload = { id: string }>(name: string, input: object, fields = 'id'): Promise<Payload> {
    const query = `mutation($input: ${name}_input!) { payload: ${name}(input: $input) { ${fields} } }`;
    return (await this.ask<{ payload: Payload }>(query, { input })).payload;
  }
}

export function state(type: string, message: string, more: Record<string, unknown> = {}): StateJson {
  return { type, message, context: {}, cached_inputs: {}, _result: { type: 'NoResultType' }, ...more };
}
