/** Hooks that draw a component anew when what it shows has changed. */
import type { ISignal } from '@lumino/signaling';
import { useEffect, useReducer, useState } from 'react';

/** Draw anew whenever `signal` says so. */
export function useChanged(signal: ISignal<unknown, unknown>): void {
  const [, redraw] = useReducer((count: number) => count + 1, 0);
  useEffect(() => {
    const heard = () => {
      redraw();
    };
    signal.connect(heard);
    return () => {
      signal.disconnect(heard);
    };
  }, [signal]);
}

/** The time in milliseconds, a new one each second while `ticking`: for what goes on although nothing else changes. */
export function useNow(ticking: boolean): number {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    if (!ticking) {
      return undefined;
    }
    const timer = setInterval(() => {
      setNow(Date.now());
    }, 1000);
    return () => {
      clearInterval(timer);
    };
  }, [ticking]);
  return now;
}
