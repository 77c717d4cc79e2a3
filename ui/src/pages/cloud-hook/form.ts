import type { Create_Cloud_Hook_Input, Update_Cloud_Hook_Input } from '~/api/generated/graphql';
import { type ConfigField, channelOf, type HookType } from './channels';
import { statesOfPreset } from './presets';

export type Subject = 'FLOW_RUN' | 'TASK_RUN' | 'ANY';
export type Scope = 'all' | 'project' | 'flow';

/** What stands in the form. Lists of the configuration are texts with a line for each. */
export interface HookValues {
  readonly name: string;
  readonly type: HookType;
  readonly config: Readonly<Record<string, string>>;
  readonly states: readonly string[];
  readonly events: readonly string[];
  readonly subject: Subject;
  readonly scope: Scope;
  readonly projectId: string | null;
  readonly versionGroupId: string | null;
  /** The project that a hook on a flow is narrowed to as well: versions of a flow may be in several. */
  readonly projectOfFlow: string | null;
  readonly includeParameters: boolean;
  readonly maxPerMinute: number | null;
  readonly template: string;
}

/** A hook as it is read. */
export interface SavedHook {
  readonly name: string;
  readonly type: string;
  readonly config: unknown;
  readonly states: unknown;
  readonly events: unknown;
  readonly subject: string;
  readonly project_id: string | null;
  readonly version_group_id: string | null;
  readonly include_parameters: boolean;
  readonly max_per_minute: number | null;
  readonly template: string | null;
}

/** The form of a hook that is to be made. */
export function newValues(versionGroupId?: string): HookValues {
  return {
    name: '',
    type: 'SLACK_WEBHOOK',
    config: { severity: 'error' },
    states: statesOfPreset('FAILED', []),
    events: [],
    subject: 'FLOW_RUN',
    scope: versionGroupId === undefined ? 'all' : 'flow',
    projectId: null,
    versionGroupId: versionGroupId ?? null,
    projectOfFlow: null,
    includeParameters: false,
    maxPerMinute: null,
    template: '',
  };
}

/** The form of a hook that is there; secrets are in it as they are shown, masked. */
export function valuesOf(hook: SavedHook): HookValues {
  return {
    name: hook.name,
    type: channelOf(hook.type).type,
    config: configTexts(hook.config),
    states: texts(hook.states),
    events: texts(hook.events),
    subject: hook.subject as Subject,
    scope: hook.version_group_id !== null ? 'flow' : hook.project_id !== null ? 'project' : 'all',
    projectId: hook.project_id,
    versionGroupId: hook.version_group_id,
    projectOfFlow: hook.version_group_id === null ? null : hook.project_id,
    includeParameters: hook.include_parameters,
    maxPerMinute: hook.max_per_minute,
    template: hook.template ?? '',
  };
}

/** What makes a hook of the form. */
export function createInput(values: HookValues): Create_Cloud_Hook_Input {
  return { ...common(values), type: values.type, config: configOf(values) };
}

/** What changes the hook to the form: all of it, so that what was emptied is taken away. */
export function updateInput(id: string, values: HookValues): Update_Cloud_Hook_Input {
  return { ...common(values), cloud_hook_id: id, config: configOf(values) };
}

/**
 * What previews the form: fields that are empty or masked have a sample in their place, since a message does not
 * depend on where it goes. So there is something to see before the first field is filled.
 */
export function previewInput(values: HookValues): Create_Cloud_Hook_Input {
  const tells = values.states.length + values.events.length > 0;
  return {
    ...common(values),
    ...(tells ? {} : { states: ['FAILED'] }),
    type: values.type,
    config: configWith(values, ({ key, kind, sample = '' }) =>
      kind === 'severity' ? (values.config[key] ?? sample) : sample,
    ),
  };
}

function common(values: HookValues) {
  const { name, states, events, subject, scope, projectId, versionGroupId, projectOfFlow } = values;
  return {
    name: name.trim() === '' ? defaultName(values) : name.trim(),
    states: [...states],
    events: [...events],
    subject,
    project_id: scope === 'project' ? projectId : scope === 'flow' ? projectOfFlow : null,
    version_group_id: scope === 'flow' ? versionGroupId : null,
    include_parameters: values.includeParameters,
    max_per_minute: values.maxPerMinute,
    template: values.template.trim() === '' ? null : values.template,
  };
}

/** The name of a hook that nobody has named. */
export function defaultName({ type }: Pick<HookValues, 'type'>): string {
  return `${channelOf(type).label} hook`;
}

function configOf(values: HookValues): Record<string, unknown> {
  return configWith(values, (field) => values.config[field.key] ?? '');
}

function configWith(values: HookValues, textOf: (field: ConfigField) => string): Record<string, unknown> {
  const entries = channelOf(values.type).fields.flatMap((field): [string, unknown][] => {
    const text = textOf(field).trim();
    if (text === '') {
      return [];
    }
    const isList = field.kind === 'texts' || field.kind === 'secrets';
    return [[field.key, isList ? lines(text) : text]];
  });
  return Object.fromEntries(entries);
}

function configTexts(config: unknown): Record<string, string> {
  if (typeof config !== 'object' || config === null) {
    return {};
  }
  const text = (value: unknown) => (Array.isArray(value) ? value.join('\n') : String(value ?? ''));
  return Object.fromEntries(Object.entries(config).map(([key, value]) => [key, text(value)]));
}

function lines(text: string): string[] {
  return text.split(/[\n,]/).flatMap((line) => (line.trim() === '' ? [] : [line.trim()]));
}

function texts(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((item) => typeof item === 'string') : [];
}
