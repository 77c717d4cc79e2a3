/** What a field of the form is for. A declaration has no type, and so its default tells. */
export type ParameterKind = 'text' | 'number' | 'switch' | 'json';

export interface Parameter {
  readonly name: string;
  readonly isRequired: boolean;
  readonly kind: ParameterKind;
  /** What the run gets when nothing is given. */
  readonly fallback: unknown;
}

/** What a field holds: text for everything but a switch. */
export type Field = string | boolean;

interface Declaration {
  readonly name: string;
  readonly default?: unknown;
  readonly required?: unknown;
}

function isDeclaration(value: unknown): value is Declaration {
  return typeof value === 'object' && value !== null && 'name' in value && typeof value.name === 'string';
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The parameters that a flow declares, with the defaults of its group over its own. */
export function parametersOf(declared: unknown, defaults: unknown): Parameter[] {
  const over = isObject(defaults) ? defaults : {};
  return (Array.isArray(declared) ? declared : []).filter(isDeclaration).map((declaration) => {
    const { name } = declaration;
    const isGiven = Object.hasOwn(over, name);
    const fallback = isGiven ? over[name] : declaration.default;
    return { name, isRequired: declaration.required === true && !isGiven, kind: kindOf(fallback), fallback };
  });
}

function kindOf(fallback: unknown): ParameterKind {
  switch (typeof fallback) {
    case 'number':
      return 'number';
    case 'boolean':
      return 'switch';
    case 'string':
      return 'text';
    default:
      return 'json';
  }
}

/** What the field shows at first. */
export function fieldOf({ kind, fallback }: Parameter): Field {
  if (kind === 'switch') {
    return fallback === true;
  }
  if (fallback === undefined || fallback === null) {
    return '';
  }
  return typeof fallback === 'object' ? JSON.stringify(fallback, null, 2) : String(fallback);
}

export type Read = { readonly value: unknown } | { readonly problem: string };

/** The value that a field stands for; `undefined` for one that was left empty, which means the default. */
export function readField(parameter: Parameter, field: Field): Read {
  if (typeof field === 'boolean') {
    return { value: field };
  }
  const { kind, isRequired } = parameter;
  const text = kind === 'text' ? field : field.trim();
  if (text === '' && kind !== 'text') {
    return isRequired ? { problem: 'The run needs a value' } : { value: undefined };
  }
  if (kind === 'number') {
    return Number.isFinite(Number(text)) ? { value: Number(text) } : { problem: 'Write a number' };
  }
  return kind === 'json' ? readLoose(text) : { value: text };
}

/**
 * JSON, or text that is plainly no JSON: a parameter without a default may be anything, and whoever writes `2026-11-21`
 * means a text.
 */
function readLoose(text: string): Read {
  try {
    return { value: JSON.parse(text) };
  } catch {
    return /^[[{"]/.test(text) ? { problem: 'This is not valid JSON' } : { value: text };
  }
}

/** An object in JSON; empty text is an empty one. */
export function readObject(
  text: string,
): { readonly value: Readonly<Record<string, unknown>> } | { readonly problem: string } {
  if (text.trim() === '') {
    return { value: {} };
  }
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? { value } : { problem: 'Write a JSON object: {"name": "value"}' };
  } catch (error) {
    return { problem: error instanceof Error ? error.message : 'This is not valid JSON' };
  }
}

/** What is sent: only what differs from the defaults, so that those of a later version are not overridden. */
export function changedOf(
  parameters: readonly Parameter[],
  values: Readonly<Record<string, unknown>>,
): Record<string, unknown> {
  const fallbacks = new Map(parameters.map(({ name, fallback }) => [name, fallback]));
  return Object.fromEntries(
    Object.entries(values).filter(
      ([name, value]) =>
        value !== undefined &&
        (!fallbacks.has(name) || JSON.stringify(value) !== JSON.stringify(fallbacks.get(name))),
    ),
  );
}
