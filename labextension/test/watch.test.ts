import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { Answer } from '../src/model/client';
import { Trouble } from '../src/model/trouble';
import { Watch } from '../src/model/watch';

type Ask = (etag: string) => Promise<Answer<number>>;

/** A watch whose questions the test answers, with its own clock. */
function watched(ask: Ask): { watch: Watch<number>; asked: string[]; states: string[] } {
  const asked: string[] = [];
  const states: string[] = [];
  const watch = new Watch<number>({
    ask: etag => {
      asked.push(etag);
      return ask(etag);
    },
    paceMs: value => value * 100
  });
  watch.changed.connect(() => states.push(watch.state));
  return { watch, asked, states };
}

const gone: Ask = () => Promise.reject(new Trouble('gone', 'nobody'));
const three: Ask = () => Promise.resolve({ value: 3, etag: 'e3' });

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

test('nothing is asked until somebody looks, nor after', async () => {
  const { watch, asked } = watched(three);
  await vi.advanceTimersByTimeAsync(60_000);
  expect([watch.state, asked.length]).toEqual(['asleep', 0]);
  watch.setAwake(true);
  await vi.advanceTimersByTimeAsync(0);
  expect([watch.state, watch.value]).toEqual(['fresh', 3]);
  watch.setAwake(false);
  await vi.advanceTimersByTimeAsync(60_000);
  expect([watch.state, asked.length]).toEqual(['asleep', 1]);
  watch.setAwake(true);
  await vi.advanceTimersByTimeAsync(0);
  expect(asked).toEqual(['', 'e3']);
});

test('the pace follows the answer, and the ETag goes with the question', async () => {
  const { watch, asked } = watched(three);
  watch.setAwake(true);
  await vi.advanceTimersByTimeAsync(299);
  expect(asked).toEqual(['']);
  await vi.advanceTimersByTimeAsync(1);
  expect(asked).toEqual(['', 'e3']);
  watch.dispose();
});

test('an unchanged answer keeps the value', async () => {
  const { watch } = watched(etag => Promise.resolve(etag ? { value: null, etag } : { value: 3, etag: 'e3' }));
  watch.setAwake(true);
  await vi.advanceTimersByTimeAsync(1000);
  expect([watch.value, watch.state]).toEqual([3, 'fresh']);
  watch.dispose();
});

describe('a server that goes away', () => {
  test('is asked less and less often, half a minute at most', async () => {
    const { watch, asked } = watched(gone);
    watch.setAwake(true);
    const times: number[] = [];
    for (let second = 0; second < 130; second += 1) {
      const before = asked.length;
      await vi.advanceTimersByTimeAsync(1000);
      if (asked.length > before) {
        times.push(second + 1);
      }
    }
    expect(times).toEqual([1, 3, 7, 15, 31, 61, 91, 121]);
    expect(watch.state).toBe('failing');
    watch.dispose();
  });

  test('keeps its last answer, says when it is asked next, and recovers', async () => {
    let ask = three;
    const { watch, states } = watched(etag => ask(etag));
    watch.setAwake(true);
    await vi.advanceTimersByTimeAsync(0);
    ask = gone;
    await vi.advanceTimersByTimeAsync(300);
    expect([watch.state, watch.value, watch.trouble?.kind]).toEqual(['failing', 3, 'gone']);
    expect(watch.retryAt).toBe(Date.now() + 1000);
    ask = three;
    await vi.advanceTimersByTimeAsync(1000);
    expect([watch.state, watch.trouble]).toEqual(['fresh', null]);
    expect(states).toContain('failing');
    watch.dispose();
  });

  test('is asked in full after a failure, since it may have forgotten', async () => {
    let ask = three;
    const { watch, asked } = watched(etag => ask(etag));
    watch.setAwake(true);
    await vi.advanceTimersByTimeAsync(0);
    ask = gone;
    await vi.advanceTimersByTimeAsync(300);
    ask = three;
    await vi.advanceTimersByTimeAsync(1000);
    expect(asked).toEqual(['', 'e3', '']);
    watch.dispose();
  });

  test('is asked at once when a person wants it', async () => {
    const { watch, asked } = watched(gone);
    watch.setAwake(true);
    await vi.advanceTimersByTimeAsync(8_000);
    const before = asked.length;
    await watch.refresh();
    expect(asked.length).toBe(before + 1);
    watch.dispose();
  });
});

test('a slow server is called slow, and then is not', async () => {
  let answer: (answer: Answer<number>) => void = () => undefined;
  const { watch } = watched(() => new Promise(done => (answer = done)));
  watch.setAwake(true);
  await vi.advanceTimersByTimeAsync(2_900);
  expect(watch.state).toBe('waiting');
  await vi.advanceTimersByTimeAsync(200);
  expect(watch.state).toBe('slow');
  answer({ value: 3, etag: '' });
  await vi.advanceTimersByTimeAsync(0);
  expect(watch.state).toBe('fresh');
  watch.dispose();
});

test('questions do not overlap: what is asked meanwhile is asked once, afterwards', async () => {
  const answers: ((answer: Answer<number>) => void)[] = [];
  const { watch, asked } = watched(() => new Promise(done => answers.push(done)));
  watch.setAwake(true);
  void watch.refresh();
  void watch.refresh();
  expect(asked.length).toBe(1);
  answers[0]?.({ value: 1, etag: '' });
  await vi.advanceTimersByTimeAsync(0);
  expect(asked.length).toBe(2);
  answers[1]?.({ value: 2, etag: '' });
  await vi.advanceTimersByTimeAsync(0);
  expect([asked.length, watch.value]).toEqual([2, 2]);
  watch.dispose();
});

test('what is assumed is shown until the server says something else', async () => {
  const { watch, asked } = watched(three);
  watch.setAwake(true);
  await vi.advanceTimersByTimeAsync(0);
  watch.assume(9);
  expect(watch.value).toBe(9);
  await watch.refresh();
  expect([watch.value, asked.at(-1)]).toEqual([3, '']);
  watch.dispose();
});

test('an error of our own is shown as an answer that cannot be read', async () => {
  const { watch } = watched(() => Promise.reject(new Error('odd')));
  watch.setAwake(true);
  await vi.advanceTimersByTimeAsync(0);
  expect([watch.trouble?.kind, watch.trouble?.message]).toEqual(['unreadable', 'Error: odd']);
  watch.dispose();
});

test('after its end it asks nothing and tells nobody', async () => {
  const { watch, asked, states } = watched(three);
  watch.setAwake(true);
  await vi.advanceTimersByTimeAsync(0);
  watch.dispose();
  const before = [asked.length, states.length];
  await vi.advanceTimersByTimeAsync(60_000);
  watch.setAwake(true);
  expect([asked.length, states.length]).toEqual(before);
});
