import { nullTranslator } from '@jupyterlab/translation';
import { describe, expect, test } from 'vitest';
import { spark } from '../src/model/spark';
import * as words from '../src/model/words';
import { aRun, ended } from './sample';

const trans = nullTranslator.load('tunebook');

test.each([
  [0, '0 B'],
  [999, '999 B'],
  [1_000, '1 kB'],
  [92_000_000, '92 MB'],
  [999_600_000, '1 GB'],
  [1_234_567_890, '1.2 GB'],
  [143_771_000_000, '144 GB'],
  [5e15, '5,000 TB']
])('%d bytes are %s', (count, said) => {
  expect(words.bytes(count)).toBe(said);
});

test.each([
  [0.4, '0 s'],
  [59.4, '59 s'],
  [95, '1 min 35 s'],
  [3_600, '1 h 0 min'],
  [90_061, '1 d 1 h'],
  [-5, '0 s']
])('%d seconds are %s', (seconds, said) => {
  expect(words.duration(seconds, trans)).toBe(said);
});

test.each([
  [30, 'just now'],
  [-30, 'just now'],
  [300, '5 min ago'],
  [7_200, '2 h ago'],
  [200_000, '2 d ago']
])('%d seconds back is %s', (past, said) => {
  expect(words.ago(1_000_000 - past, 1_000_000, trans)).toBe(said);
});

test('quantities have three digits', () => {
  expect([0.123456, 2, 12345.6].map(words.quantity)).toEqual(['0.123', '2', '12,346']);
});

test('a run is called by its kind, model and data', () => {
  expect(words.runName(aRun(), trans)).toBe('Tune smollm2-135m-instruct · alerts.csv');
  expect(words.runName({ kind: 'count', model: '', data: '' }, trans)).toBe('Count');
  expect(words.runName({ kind: '', model: '', data: '' }, trans)).toBe('Run');
});

test('the figure says what it measures', () => {
  expect(words.figureWords(aRun().figure)).toBe('val. accuracy 0.84');
  expect(words.figureWords({ name: 'loss', words: 'loss', value: 0.41234, part: 'nf4', share: false })).toBe(
    'loss 0.412 (nf4)'
  );
  expect(words.figureWords(null)).toBe('');
});

describe('what is left', () => {
  test('goes down with the clock of the server, not below nothing', () => {
    expect(words.left(aRun(), 1130)).toBe(65);
    expect(words.left(aRun(), 2000)).toBe(0);
  });
  test('is not known without an estimate, and not said after the end', () => {
    expect(words.left(aRun({ eta_s: null }), 1130)).toBe(null);
    expect(words.left(ended(), 1130)).toBe(null);
  });
  test('the share is a number from 0 to 1, or unknown', () => {
    expect(words.share(aRun())).toBeCloseTo(1 / 3);
    expect(words.share(aRun({ done: 200 }))).toBe(1);
    expect(words.share(aRun({ total: null }))).toBe(null);
  });
});

test('every state has a word', () => {
  const states = [
    'queued',
    'starting',
    'running',
    'stopping',
    'stopped',
    'finished',
    'failed',
    'crashed'
  ] as const;
  expect(states.map(state => words.stateWord(state, trans))).toEqual(states);
});

describe('a curve as a line', () => {
  test('spans its box, high values up', () => {
    const line = spark(
      {
        name: 'loss',
        points: [
          [0, 2],
          [5, 1],
          [10, 0]
        ]
      },
      100,
      20
    );
    expect(line?.path).toBe('M2.0 2.0L50.0 10.0L98.0 18.0');
    expect(line).toMatchObject({ end: [98, 18], first: 2, last: 0, low: 0 });
  });
  test('that is level lies in the middle', () => {
    expect(
      spark(
        {
          name: 'loss',
          points: [
            [0, 1],
            [1, 1]
          ]
        },
        100,
        20
      )?.path
    ).toBe('M2.0 10.0L98.0 10.0');
  });
  test('needs two points', () => {
    expect(spark({ name: 'loss', points: [[0, 1]] }, 100, 20)).toBe(null);
    expect(spark(null, 100, 20)).toBe(null);
  });
});
