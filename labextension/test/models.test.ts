import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { ModelShelf } from '../src/model/models';
import { aRun, ended, someModels } from './sample';
import { FakeServer, json } from './server';

let server: FakeServer;
let shelf: ModelShelf;

beforeEach(async () => {
  server = new FakeServer();
  await server.start();
  shelf = new ModelShelf(server.client(), () => 2_000);
  server.answer(someModels());
  await shelf.watch.refresh();
});

afterEach(async () => {
  shelf.dispose();
  await server.stop();
});

function answerDeed(said: unknown, status: number, models: unknown): void {
  server.play = (asked, response) => {
    if (asked.method === 'GET') {
      json(response, models);
    } else {
      json(response, said, { status });
    }
  };
}

test('a model that is wanted is asked for, and shown on its way', async () => {
  const getting = aRun({ kind: 'get', model: 'qwen3-0.6b', unit: 'B' });
  answerDeed({ run: getting }, 202, someModels([getting]));
  const asking = shelf.get('qwen3-0.6b');
  expect(shelf.busy.get('qwen3-0.6b')).toBe('get');
  await expect(asking).resolves.toBe(true);
  expect(shelf.watch.value?.getting[0]?.model).toBe('qwen3-0.6b');
  expect(server.asked.find(each => each.method === 'POST')?.body).toEqual({ name: 'qwen3-0.6b' });
});

test('a model in use stays, with the reason', async () => {
  answerDeed({ message: 'A run uses it.', fix: 'Stop the run.', type: 'KitError' }, 409, someModels());
  await expect(shelf.remove('smollm2-135m-instruct')).resolves.toBe(false);
  expect(shelf.refusals.get('smollm2-135m-instruct')?.fix).toBe('Stop the run.');
  expect(shelf.busy.size).toBe(0);
});

test('a model that is removed goes', async () => {
  answerDeed({ name: 'smollm2-135m-instruct', freed_bytes: 92_000_000 }, 200, {
    ...someModels(),
    models: []
  });
  await expect(shelf.remove('smollm2-135m-instruct')).resolves.toBe(true);
  expect(shelf.watch.value?.models).toEqual([]);
  expect(server.paths).toContain('DELETE models/smollm2-135m-instruct');
});

test('what is on its way can be stopped', async () => {
  answerDeed({ run: ended({ kind: 'get', state: 'stopped' }) }, 202, someModels());
  await expect(shelf.stop('qwen3-0.6b', 'r1')).resolves.toBe(true);
  expect(server.paths).toContain('POST runs/r1/stop');
});

test('two presses are one question', async () => {
  answerDeed({ run: aRun({ kind: 'get' }) }, 202, someModels());
  await expect(Promise.all([shelf.get('x'), shelf.get('x')])).resolves.toEqual([true, false]);
});

test('it is asked for seldom, and often while a model is on its way', async () => {
  const pace = (getting: Parameters<typeof someModels>[0]) => {
    const options = shelf.watch.options;
    return options.paceMs(someModels(getting) as never);
  };
  expect(pace([])).toBe(10_000);
  expect(pace([ended({ kind: 'get', state: 'failed' })])).toBe(10_000);
  expect(pace([aRun({ kind: 'get' })])).toBe(1_000);
  const changed = vi.fn();
  shelf.changed.connect(changed);
  await shelf.watch.refresh();
  expect(changed).toHaveBeenCalled();
});
