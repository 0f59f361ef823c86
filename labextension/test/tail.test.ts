import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { LogTail } from '../src/model/tail';
import { FakeServer, json } from './server';

let server: FakeServer;
let tail: LogTail;
let log: string;
let over: boolean;

beforeEach(async () => {
  server = new FakeServer();
  await server.start();
  log = 'one\n';
  over = false;
  server.play = (asked, response) => {
    const wanted = Number(new URL(asked.path, 'http://x').searchParams.get('offset'));
    const offset = wanted < 0 ? Math.max(0, log.length + wanted) : wanted;
    json(response, { text: log.slice(offset), offset, next: log.length, bytes: log.length, over });
  };
  tail = new LogTail(server.client(), 'r1');
});

afterEach(async () => {
  tail.dispose();
  await server.stop();
});

test('the end is read first, then what comes', async () => {
  log = `${'x'.repeat(70_000)}\none\n`;
  await tail.watch.refresh();
  expect([tail.text.length, tail.cut]).toEqual([65_536, true]);
  log += 'two\n';
  await tail.watch.refresh();
  expect(tail.text.endsWith('one\ntwo\n')).toBe(true);
  expect(server.paths).toEqual(['GET runs/r1/log?offset=-65536', 'GET runs/r1/log?offset=70005']);
});

test('a log that is complete is not asked for again', async () => {
  over = true;
  tail.setAwake(true);
  await vi.waitFor(() => {
    expect(tail.complete).toBe(true);
  });
  expect(tail.watch.state).toBe('asleep');
  tail.setAwake(true);
  expect(tail.watch.state).toBe('asleep');
  expect(server.paths.length).toBe(1);
});

test('what comes in parts is put together at once', async () => {
  const whole = 'abcdefgh';
  server.play = (asked, response) => {
    const wanted = Number(new URL(asked.path, 'http://x').searchParams.get('offset'));
    const offset = Math.max(wanted, 0);
    json(response, {
      text: whole.slice(offset, offset + 3),
      offset,
      next: Math.min(offset + 3, 8),
      bytes: 8,
      over: true
    });
  };
  tail.setAwake(true);
  await vi.waitFor(() => {
    expect(tail.text).toBe(whole);
  });
});

test('a log too long for a page keeps its end', async () => {
  const parts = ['a'.repeat(900_000), 'b'.repeat(200_000)];
  let offset = 0;
  server.play = (_, response) => {
    const text = parts.shift() ?? '';
    json(response, { text, offset, next: offset + text.length, bytes: 2_000_000, over: false });
    offset += text.length;
  };
  await tail.watch.refresh();
  await tail.watch.refresh();
  expect([tail.text.length, tail.text.at(-1), tail.cut]).toEqual([1_000_000, 'b', true]);
});
