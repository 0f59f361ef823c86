/** What a person can set; the schema in `schema/plugin.json` describes each. */
export interface Settings {
  pollSeconds: number;
  notifyFinished: boolean;
  notifyFailed: boolean;
  runsShown: number;
}

export const STANDARD: Readonly<Settings> = {
  pollSeconds: 2,
  notifyFinished: true,
  notifyFailed: true,
  runsShown: 50
};

/** Take what was set into `settings`; what has another type than it should counts for nothing. */
export function take(settings: Settings, set: Readonly<Record<string, unknown>>): void {
  const known: Record<string, unknown> = { ...STANDARD };
  for (const name of Object.keys(known)) {
    if (typeof set[name] === typeof known[name]) {
      known[name] = set[name];
    }
  }
  Object.assign(settings, known);
}
