import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { TroubleKind } from '../src/model/trouble';
import { Trouble } from '../src/model/trouble';
import * as contract from '../src/model/contract';
import { aRun, listOf } from './sample';
import { FakeServer, json } from './server';

let server: FakeServer;
beforeEach(async () => {
  server = new FakeServer();
  await server.start();
});
afterEach(() => server.stop());

async function trouble(asking: Promise<unknown>): Promise<Trouble> {
  const error: unknown = await asking.then(
    () => null,
    (reason: unknown) => reason
  );
  expect(error).toBeInstanceOf(Trouble);
  return error as Trouble;
}

const runs = (patienceMs?: number) => server.client(patienceMs).get(['runs'], contract.runList);

test('what is asked for is read, and what is beyond the contract is left alone', async () => {
  server.answer({ ...listOf({ ...aRun(), news: 1 } as never), more: true });
  const found = await runs();
  expect(found.runs).toEqual([aRun()]);
  expect(Object.keys(found)).toEqual(['runs', 'total', 'living']);
});

test('names are escaped, and what is not asked for is not said', async () => {
  server.answer({ name: 'x', freed_bytes: 1 });
  await server.client().delete(['models', 'org/name ü?'], contract.anything);
  server.answer(listOf());
  await server
    .client()
    .get(['runs'], contract.runList, { text: 'a&b', limit: 50, kind: undefined, state: '' });
  expect(server.asked.slice(-2).map(each => each.path)).toEqual([
    '/tunebook/api/models/org%2Fname%20%C3%BC%3F',
    '/tunebook/api/runs?text=a%26b&limit=50'
  ]);
});

test('a body goes as JSON, and only where there is one', async () => {
  server.answer({ path: 'a.ipynb' });
  await server.client().post(['runs', 'x', 'notebook'], { folder: 'work' }, contract.path);
  expect(server.asked.at(-1)).toMatchObject({ method: 'POST', body: { folder: 'work' } });
  expect(server.asked.at(-1)?.headers['content-type']).toBe('application/json');
  server.answer(listOf());
  await runs();
  expect(server.asked.at(-1)?.headers['content-type']).toBeUndefined();
});

test('an unchanged answer is no answer, and the clock is heard with it', async () => {
  server.answerTagged(listOf(aRun()), '"v1"');
  const client = server.client();
  const first = await client.ask(['runs'], {}, contract.runList);
  expect(first.etag).toBe('"v1"');
  client.ahead = 0;
  const second = await client.ask(['runs'], { etag: first.etag }, contract.runList);
  expect(second).toEqual({ value: null, etag: '"v1"' });
  expect(client.now()).toBeCloseTo(5000, 0);
});

describe('what goes wrong is told apart', () => {
  const cases: [string, TroubleKind, () => void][] = [
    [
      'a refusal',
      'refused',
      () => {
        server.answer({ message: 'No.', fix: 'Ask later.', type: 'KitError' }, { status: 409 });
      }
    ],
    [
      'a path that is not allowed',
      'denied',
      () => {
        server.answer({ message: 'No.', fix: '', type: 'HTTPError' }, { status: 403 });
      }
    ],
    [
      'a stranger',
      'denied',
      () => {
        server.play = (_, response) => response.writeHead(403).end('<html>');
      }
    ],
    [
      'no such routes',
      'absent',
      () => {
        server.play = (_, response) => response.writeHead(404).end('<html>');
      }
    ],
    [
      'a run that is not there',
      'refused',
      () => {
        server.answer({ message: 'No.', type: 'RunNotFoundError' }, { status: 404 });
      }
    ],
    [
      'a proxy without a server',
      'gone',
      () => {
        server.play = (_, response) => response.writeHead(502).end('<html>');
      }
    ],
    [
      'not JSON',
      'unreadable',
      () => {
        server.play = (_, response) => response.end('{"runs": [');
      }
    ],
    [
      'another shape',
      'unreadable',
      () => {
        server.answer({ runs: {} });
      }
    ],
    [
      'a missing field',
      'unreadable',
      () => {
        server.answer(listOf({ ...aRun(), state: 'dancing' } as never));
      }
    ],
    [
      'a connection that breaks',
      'gone',
      () => {
        server.play = (_, response) => response.destroy();
      }
    ],
    [
      'half an answer',
      'gone',
      () => {
        server.play = (_, response) => {
          response.writeHead(200, { 'Content-Length': '1000' }).write('{"runs"');
          setTimeout(() => response.destroy(), 20);
        };
      }
    ]
  ];
  test.each(cases)('%s is %s', async (_, kind, arrange) => {
    arrange();
    expect((await trouble(runs())).kind).toBe(kind);
  });

  test('the words of a refusal arrive', async () => {
    server.answer({ message: 'It runs.', fix: 'Stop it first.', type: 'KitError' }, { status: 409 });
    const refused = await trouble(runs());
    expect([refused.message, refused.fix, refused.status]).toEqual(['It runs.', 'Stop it first.', 409]);
  });

  test('the place that cannot be read is named', async () => {
    server.answer(listOf(aRun(), { ...aRun(), done: 'x' } as never));
    expect((await trouble(runs())).message).toBe('runs[1].done: number');
  });
});

test('a server that never answers is given up', async () => {
  server.play = () => undefined;
  const refused = await trouble(runs(50));
  expect([refused.kind, refused.message]).toEqual(['gone', 'timeout']);
});

test('a server that stops in the middle of an answer is given up', async () => {
  server.play = (_, response) => response.writeHead(200).write('{"ru');
  expect((await trouble(runs(80))).kind).toBe('gone');
});

test('an empty answer where there must be one is trouble', async () => {
  server.play = (_, response) => response.writeHead(304).end();
  expect((await trouble(runs())).kind).toBe('unreadable');
});

test('a server that is not there is gone', async () => {
  const client = server.client();
  await server.stop();
  expect((await trouble(client.get(['machine'], contract.machine))).kind).toBe('gone');
  await server.start();
  server.play = (_, response) => {
    json(response, { path: 'x' });
  };
  await expect(client.get(['x'], contract.path)).resolves.toEqual({ path: 'x' });
});
