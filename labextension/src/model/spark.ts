/** A curve as a small line: the path to draw and the words that say the same. */
import type { Curve } from './contract';

export interface Spark {
  /** The `d` of an SVG path. */
  path: string;
  /** Where the line ends. */
  end: [number, number];
  first: number;
  last: number;
  low: number;
}

const EDGE = 2; // room for the width of the line and the dot at its end

/** Return the line for `curve` in a box of `width` by `height` pixels, or null for less than two points. */
export function spark(curve: Curve | null, width: number, height: number): Spark | null {
  const points = curve?.points ?? [];
  const head = points[0];
  const tail = points.at(-1);
  if (!head || !tail || points.length < 2) {
    return null;
  }
  const values = points.map(([, value]) => value);
  const low = Math.min(...values);
  const high = Math.max(...values);
  const across = scale(head[0], tail[0], EDGE, width - EDGE);
  const up = scale(low, high, height - EDGE, EDGE);
  const placed = points.map(([step, value]) => [across(step), up(value)] as [number, number]);
  return {
    path: placed.map(([x, y], index) => `${index ? 'L' : 'M'}${x.toFixed(1)} ${y.toFixed(1)}`).join(''),
    end: placed.at(-1) ?? [0, 0],
    first: head[1],
    last: tail[1],
    low
  };
}

function scale(from: number, to: number, start: number, end: number): (value: number) => number {
  // A level line lies in the middle.
  return value => (to === from ? (start + end) / 2 : start + ((value - from) / (to - from)) * (end - start));
}
