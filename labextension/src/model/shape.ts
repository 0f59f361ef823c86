/**
 * Checks that what a server answered has the shape that the views rely on, and names the place where it has not.
 *
 * A shape is a function from an unknown value to a known one. What an answer holds beyond its shape is left alone, so
 * that a newer server may say more.
 */
export type Shape<T> = (value: unknown, at: string) => T;
export type Of<S> = S extends Shape<infer T> ? T : never;

/** An answer that cannot be read. */
export class ShapeError extends Error {
  constructor(
    readonly at: string,
    readonly wanted: string
  ) {
    super(`${at || 'answer'}: ${wanted}`);
  }
}

export const text: Shape<string> = (value, at) => {
  if (typeof value !== 'string') {
    throw new ShapeError(at, 'text');
  }
  return value;
};

export const number: Shape<number> = (value, at) => {
  if (typeof value !== 'number' || !Number.isFinite(value)) {
    throw new ShapeError(at, 'number');
  }
  return value;
};

export const truth: Shape<boolean> = (value, at) => {
  if (typeof value !== 'boolean') {
    throw new ShapeError(at, 'true or false');
  }
  return value;
};

export function oneOf<const T extends string>(...allowed: T[]): Shape<T> {
  return (value, at) => {
    if (!allowed.includes(value as T)) {
      throw new ShapeError(at, allowed.join(' | '));
    }
    return value as T;
  };
}

/** What may be missing or null reads as null. */
export function maybe<T>(shape: Shape<T>): Shape<T | null> {
  return (value, at) => (value === null || value === undefined ? null : shape(value, at));
}

/** What an older server leaves out reads as `standard`. */
export function otherwise<T>(shape: Shape<T>, standard: T): Shape<T> {
  return (value, at) => (value === null || value === undefined ? standard : shape(value, at));
}

export function list<T>(shape: Shape<T>): Shape<T[]> {
  return (value, at) => {
    if (!Array.isArray(value)) {
      throw new ShapeError(at, 'list');
    }
    return value.map((item, index) => shape(item, `${at}[${index}]`));
  };
}

export function record<T>(shape: Shape<T>): Shape<Record<string, T>> {
  return (value, at) =>
    Object.fromEntries(
      Object.entries(anObject(value, at)).map(([key, item]) => [key, shape(item, `${at}.${key}`)])
    );
}

export function object<F extends Record<string, Shape<unknown>>>(
  fields: F
): Shape<{ [K in keyof F]: Of<F[K]> }> {
  return (value, at) => {
    const given = anObject(value, at);
    const read = Object.entries(fields).map(([key, shape]) => [
      key,
      shape(given[key], at ? `${at}.${key}` : key)
    ]);
    return Object.fromEntries(read) as { [K in keyof F]: Of<F[K]> };
  };
}

/** A pair of numbers: a point of a curve. */
export const point: Shape<[number, number]> = (value, at) => {
  const pair = list(number)(value, at);
  if (pair.length !== 2) {
    throw new ShapeError(at, 'two numbers');
  }
  return pair as [number, number];
};

function anObject(value: unknown, at: string): Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new ShapeError(at, 'object');
  }
  return value as Record<string, unknown>;
}
