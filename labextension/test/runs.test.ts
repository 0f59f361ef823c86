import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { Run } from '../src/model/contract';
import type { Ended } from '../src/model/ending';
import { Runs } from '../src/model/runs';
import { aRun, ended, listOf } from './sample';
import { FakeServer, json } from './server';

let server: FakeServer;
let runs: Runs;
let endings: Ended[];

beforeEach(async () => {
  server = new FakeServer();
  await server.start();
  runs = new Runs({ client: server.client(), paceMs: () => 2_000, limit: 50 });
  endings = [];
  runs.ended.connect((_, run) => endings.push(run));
});

afterEach(async () => {
  runs.dispose();
  await server.stop();
});

async function show(...shown: Run[]): Promise<void> {
  server.answer(listOf(...shown));
  await runs.watch.refresh();
}

/** Answer a deed with `said`, and the list, which is asked for afterwards, with `list`. */
function answerDeed(said: unknown, status: number, ...list: Run[]): void {
  server.play = (asked, response) => {
    if (asked.method === 'GET') {
      json(response, listOf(...list));
    } else {
      json(response, said, { status });
    }
  };
}

test('the list is asked for with its words and its length', async () => {
  await show(aRun());
  runs.find('  alerts failed ');
  await vi.waitFor(() => {
    expect(server.paths.at(-1)).toBe('GET runs?text=alerts+failed&limit=50');
  });
  const before = server.paths.length;
  runs.find('alerts failed');
  expect(server.paths.length).toBe(before);
  runs.showMore();
  await vi.waitFor(() => {
    expect(server.paths.at(-1)).toBe('GET runs?text=alerts+failed&limit=200');
  });
});

test('it is asked for more often while something lives', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  const asked = vi.fn();
  server.play = (_, response) => {
    asked();
    json(response, listOf(aRun()));
  };
  runs.watch.setAwake(true);
  await vi.waitFor(() => {
    expect(runs.watch.state).toBe('fresh');
  });
  await vi.advanceTimersByTimeAsync(1_000);
  await vi.waitFor(() => {
    expect(asked).toHaveBeenCalledTimes(2);
  });
  vi.useRealTimers();
});

describe('a deed', () => {
  test('shows at once what the server says of the run', async () => {
    await show(aRun());
    answerDeed({ run: aRun({ state: 'stopping' }) }, 202, aRun({ state: 'stopping' }));
    const stopping = runs.stop(aRun().id);
    expect(runs.busy.get(aRun().id)).toBe('stop');
    await expect(stopping).resolves.toBe(true);
    expect(runs.shown[0]?.state).toBe('stopping');
    expect(runs.busy.size).toBe(0);
  });

  test('is asked once, however often the button is pressed', async () => {
    await show(aRun());
    answerDeed({ run: aRun({ state: 'stopping' }) }, 202, aRun({ state: 'stopping' }));
    const [first, second] = await Promise.all([runs.stop(aRun().id), runs.stop(aRun().id)]);
    expect([first, second]).toEqual([true, false]);
    expect(server.paths.filter(path => path.startsWith('POST')).length).toBe(1);
  });

  test('that is refused leaves its reason with the run until the next', async () => {
    const run = ended({ state: 'stopped', resumable: true });
    await show(run);
    answerDeed({ message: 'Another tab was first.', fix: 'Look again.', type: 'KitError' }, 409, aRun());
    await expect(runs.resume(run.id)).resolves.toBe(false);
    expect(runs.refusals.get(run.id)).toMatchObject({
      message: 'Another tab was first.',
      fix: 'Look again.'
    });
    await vi.waitFor(() => {
      expect(runs.shown[0]?.state).toBe('running');
    }); // and the truth is fetched
    answerDeed({ run: aRun({ state: 'stopping' }) }, 202, aRun({ state: 'stopping' }));
    await runs.stop(run.id);
    expect(runs.refusals.size).toBe(0);
  });

  test('on a server that is gone says so', async () => {
    await show(aRun());
    await server.stop();
    await expect(runs.stop(aRun().id)).resolves.toBe(false);
    expect(runs.refusals.get(aRun().id)?.kind).toBe('gone');
    await server.start();
  });
});

test('a run that is removed goes at once, is no longer ticked, and comes back', async () => {
  const other = ended({ id: 'other' });
  await show(ended(), other);
  runs.choose(ended().id, true);
  answerDeed({ id: ended().id }, 200, other);
  await expect(runs.remove(ended().id)).resolves.toBe(true);
  expect(runs.shown.map(run => run.id)).toEqual(['other']);
  expect(runs.chosen.size).toBe(0);
  answerDeed({ run: ended() }, 200, ended(), other);
  await runs.restore(ended().id);
  expect(runs.shown.length).toBe(2);
  expect(server.paths).toContain(`POST runs/${ended().id}/restore`);
});

test('what can be compared is compared, in the order of the list', async () => {
  await show(ended({ id: 'a' }), ended({ id: 'b', comparable: false }), ended({ id: 'c' }));
  for (const id of ['c', 'b', 'a', 'gone']) {
    runs.choose(id, true);
  }
  expect(runs.comparing).toEqual(['a', 'c']);
  answerDeed({ path: 'work/comparison.ipynb' }, 201);
  await expect(runs.compare('work')).resolves.toBe('work/comparison.ipynb');
  expect(server.asked.find(each => each.method === 'POST')?.body).toEqual({
    ids: ['a', 'c'],
    folder: 'work'
  });
  runs.choose('a', false);
  expect(runs.chosen.has('a')).toBe(false);
});

test('a run becomes a notebook, or stays one with a reason', async () => {
  await show(ended());
  answerDeed({ path: 'tune-abcd.ipynb' }, 201, ended());
  await expect(runs.reproduce(ended().id, '')).resolves.toBe('tune-abcd.ipynb');
  answerDeed({ message: 'Its spec cannot be read.', type: 'SpecError' }, 409, ended());
  await expect(runs.reproduce(ended().id, '')).resolves.toBe(null);
  expect(runs.refusals.get(ended().id)?.message).toBe('Its spec cannot be read.');
});

describe('endings', () => {
  test('of runs that were seen alive are told, once', async () => {
    await show(aRun());
    await show(ended());
    await show(ended());
    expect(endings.map(run => run.state)).toEqual(['finished']);
  });

  test('from before anybody looked are not told', async () => {
    await show(ended());
    await show(ended({ state: 'failed' }));
    expect(endings).toEqual([]);
  });

  test('that the server tells are told, and not again by the list', async () => {
    await show(aRun());
    runs.tellEnded(ended({ state: 'crashed' }));
    await show(ended({ state: 'crashed' }));
    runs.tellEnded(ended({ state: 'crashed' }));
    expect(endings.map(run => run.state)).toEqual(['crashed']);
  });

  test('of a run that was taken up again are told anew', async () => {
    await show(aRun());
    await show(ended({ state: 'stopped' }));
    await show(aRun({ attempt: 2 }));
    await show(ended());
    expect(endings.map(run => run.state)).toEqual(['stopped', 'finished']);
  });
});
