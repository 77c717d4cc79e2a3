import { useState } from 'react';
import type { ApiError } from '~/api/errors';
import { CreateFlowRunDocument } from '~/api/generated/graphql';
import { useChange } from '~/api/useChange';
import type { Flow } from '../useFlow';
import {
  changedOf,
  type Field,
  fieldOf,
  type Parameter,
  parametersOf,
  readField,
  readObject,
} from './parameters';

export type Problems = Readonly<Record<string, string>>;

export interface RunForm {
  readonly parameters: readonly Parameter[];
  readonly mode: 'form' | 'json';
  /** Takes along what was written in the other mode, unless that cannot be read. */
  readonly setMode: (mode: 'form' | 'json') => void;
  readonly fields: Readonly<Record<string, Field>>;
  readonly setField: (name: string, field: Field) => void;
  readonly json: string;
  readonly setJson: (json: string) => void;
  readonly name: string;
  readonly setName: (name: string) => void;
  /** In the reader's own zone, as the picker writes it; null is now. */
  readonly at: string | null;
  readonly setAt: (at: string | null) => void;
  readonly labels: readonly string[];
  readonly setLabels: (labels: string[]) => void;
  readonly context: string;
  readonly setContext: (context: string) => void;
  /** By field: `parameter day`, `json`, `context`. */
  readonly problems: Problems;
  readonly error: ApiError | null;
  readonly isStarting: boolean;
  readonly start: () => void;
}

/** What is written into the form, and starting the run with it. */
export function useRunForm(flow: Flow, onStarted: (flowRunId: string) => void): RunForm {
  const parameters = parametersOf(flow.parameters, flow.flow_group.default_parameters);
  const [mode, changeMode] = useState<'form' | 'json'>('form');
  const [fields, setFields] = useState<Record<string, Field>>(() => fieldsOf(parameters, {}));
  const [json, setJson] = useState('');
  const [name, setName] = useState('');
  const [at, setAt] = useState<string | null>(null);
  const [labels, setLabels] = useState<string[]>([]);
  const [context, setContext] = useState('');
  const [problems, setProblems] = useState<Problems>({});
  const creation = useChange(CreateFlowRunDocument);

  const readParameters = () => (mode === 'json' ? readJson(json) : readFields(parameters, fields));

  const setMode = (next: 'form' | 'json') => {
    const read = readParameters();
    setProblems(read.problems);
    if (Object.keys(read.problems).length > 0) {
      return;
    }
    if (next === 'json') {
      setJson(JSON.stringify(read.values, null, 2));
    } else {
      setFields(fieldsOf(parameters, read.values));
    }
    changeMode(next);
  };

  const start = () => {
    const { values, problems: found } = readParameters();
    const inContext = readObject(context);
    const all = 'problem' in inContext ? { ...found, context: inContext.problem } : found;
    setProblems(all);
    if (Object.keys(all).length > 0 || 'problem' in inContext) {
      return;
    }
    const input = {
      flow_id: flow.id,
      parameters: changedOf(parameters, values),
      ...(context.trim() === '' ? {} : { context: inContext.value }),
      ...(labels.length === 0 ? {} : { labels }),
      ...(name.trim() === '' ? {} : { flow_run_name: name.trim() }),
      ...(at === null ? {} : { scheduled_start_time: new Date(at).toISOString() }),
    };
    creation.mutate({ input }, { onSuccess: ({ create_flow_run }) => onStarted(create_flow_run.id) });
  };

  const setField = (changed: string, field: Field) => setFields((old) => ({ ...old, [changed]: field }));
  const { error, isPending: isStarting } = creation;
  return {
    ...{ parameters, mode, setMode, fields, setField, json, setJson, name, setName, at, setAt },
    ...{ labels, setLabels, context, setContext, problems, error, isStarting, start },
  };
}

interface ReadAll {
  readonly values: Readonly<Record<string, unknown>>;
  readonly problems: Problems;
}

function readFields(parameters: readonly Parameter[], fields: Readonly<Record<string, Field>>): ReadAll {
  const values: Record<string, unknown> = {};
  const problems: Record<string, string> = {};
  for (const parameter of parameters) {
    const read = readField(parameter, fields[parameter.name] ?? '');
    if ('problem' in read) {
      problems[`parameter ${parameter.name}`] = read.problem;
    } else {
      values[parameter.name] = read.value;
    }
  }
  return { values, problems };
}

function readJson(json: string): ReadAll {
  const read = readObject(json);
  return 'problem' in read
    ? { values: {}, problems: { json: read.problem } }
    : { values: read.value, problems: {} };
}

function fieldsOf(parameters: readonly Parameter[], values: Readonly<Record<string, unknown>>) {
  return Object.fromEntries(
    parameters.map((parameter) => {
      const { name, fallback } = parameter;
      return [
        name,
        fieldOf({ ...parameter, fallback: Object.hasOwn(values, name) ? values[name] : fallback }),
      ];
    }),
  );
}
