/** Variables that are secrets: a browser, and whatever else is started from here, does without. */
const SECRETS = [
  'BOOKING_API_TOKEN',
  'CALENDAR_ENCRYPTION_KEY',
  'GOOGLE_CLIENT_SECRET',
  'MICROSOFT_CLIENT_SECRET',
] as const;

/** A copy of the environment of this process, which then has no secrets left to hand on to the programs that it starts. */
export function takeSecrets(environment: NodeJS.ProcessEnv): Readonly<NodeJS.ProcessEnv> {
  const taken = { ...environment };
  for (const name of SECRETS) delete environment[name];
  return taken;
}
