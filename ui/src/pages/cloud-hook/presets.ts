import { STATES, stateLook, statesOf } from '~/components/states';

export const PRESETS = ['ALL', 'FINISHED', 'SUCCESS', 'FAILED', 'CUSTOM'] as const;
export type Preset = (typeof PRESETS)[number];

/** The names of states as hooks have them. */
const upper = (names: readonly string[]) => names.map((name) => name.toUpperCase());

const SUCCESS = ['SUCCESS', 'CACHED', 'MAPPED', 'SKIPPED'];
const FAILED = upper(statesOf('failed').filter((name) => name !== 'ClientFailed'));

/** What each preset stands for: every state that is a case of the one it is named after. A hook keeps the list. */
const LISTS: Readonly<Record<Exclude<Preset, 'CUSTOM'>, readonly string[]>> = {
  ALL: upper(STATES.map(({ name }) => name)),
  FINISHED: ['FINISHED', 'LOOPED', ...SUCCESS, 'CANCELLED', ...FAILED],
  SUCCESS,
  FAILED,
};

/** The states of a preset; those that are chosen already, of the one whose list is one's own. */
export function statesOfPreset(preset: Preset, chosen: readonly string[]): readonly string[] {
  return preset === 'CUSTOM' ? chosen : LISTS[preset];
}

/** The preset that has just these states. */
export function presetOf(states: readonly string[]): Preset {
  const chosen = new Set(states.map((state) => state.toUpperCase()));
  const fits = (list: readonly string[]) =>
    list.length === chosen.size && list.every((state) => chosen.has(state));
  return PRESETS.find((preset) => preset !== 'CUSTOM' && fits(LISTS[preset])) ?? 'CUSTOM';
}

/** What a list of states says in few words: the preset's name, or the states' own. */
export function statesText(states: readonly string[]): string {
  const preset = presetOf(states);
  if (preset !== 'CUSTOM') {
    return { ALL: 'All states', FINISHED: 'Finished', SUCCESS: 'Success', FAILED: 'Failed' }[preset];
  }
  return states.length === 0 ? 'No states' : states.map((state) => stateLook(state).word).join(', ');
}
