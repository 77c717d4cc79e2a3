import { describe, expect, test } from 'vitest';
import { PRESETS, presetOf, statesOfPreset, statesText } from './presets';

describe('presets', () => {
  test('have every state that is a case of their own', () => {
    expect(statesOfPreset('FAILED', [])).toEqual(['FAILED', 'TIMEDOUT', 'TRIGGERFAILED', 'VALIDATIONFAILED']);
    expect(statesOfPreset('SUCCESS', [])).toEqual(['SUCCESS', 'CACHED', 'MAPPED', 'SKIPPED']);
    expect(new Set(statesOfPreset('FINISHED', []))).toEqual(
      new Set([
        ...['FINISHED', 'LOOPED', 'SUCCESS', 'CACHED', 'MAPPED', 'SKIPPED', 'CANCELLED'],
        ...['FAILED', 'TIMEDOUT', 'TRIGGERFAILED', 'VALIDATIONFAILED'],
      ]),
    );
    expect(statesOfPreset('ALL', [])).toHaveLength(21);
  });

  test('are known by their states, in any order and case', () => {
    for (const preset of PRESETS.filter((name) => name !== 'CUSTOM')) {
      expect(presetOf(statesOfPreset(preset, []).toReversed())).toBe(preset);
    }
    expect(presetOf(['skipped', 'Mapped', 'CACHED', 'SUCCESS'])).toBe('SUCCESS');
    expect(presetOf(['FAILED'])).toBe('CUSTOM');
    expect(presetOf([])).toBe('CUSTOM');
  });

  test('a list of one’s own begins with what was chosen', () => {
    expect(statesOfPreset('CUSTOM', ['RUNNING'])).toEqual(['RUNNING']);
  });

  test('are told by their names, other lists by the states', () => {
    expect(statesText(statesOfPreset('FAILED', []))).toBe('Failed');
    expect(statesText(['RUNNING', 'TIMEDOUT'])).toBe('Running, Timed out');
  });
});
