import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { STANDARD, take } from '../src/model/settings';

interface Schema {
  properties: Record<string, { default: unknown; title: string; description: string }>;
  additionalProperties: boolean;
}

const schema = JSON.parse(readFileSync('schema/plugin.json', 'utf8')) as Schema;

describe('settings', () => {
  test('what is set counts, and what is of another type does not', () => {
    const settings = { ...STANDARD };
    take(settings, { pollSeconds: 5, notifyFailed: 'yes', runsShown: null, other: 1 });
    expect(settings).toEqual({ ...STANDARD, pollSeconds: 5 });
  });

  test('what is no longer set is as it was', () => {
    const settings = { ...STANDARD, pollSeconds: 9 };
    take(settings, {});
    expect(settings).toEqual(STANDARD);
  });

  test('the schema describes each of them, with the same standard', () => {
    const standards = Object.entries(schema.properties).map(([name, { default: value }]) => [name, value]);
    expect(Object.fromEntries(standards)).toEqual(STANDARD);
    expect(schema.additionalProperties).toBe(false);
    expect(Object.values(schema.properties).every(each => each.title && each.description)).toBe(true);
  });
});
