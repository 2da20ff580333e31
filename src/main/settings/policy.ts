import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { SETTING_NAMES, type SettingName, Settings } from '../../shared/domain/settings.ts';

/** What an organisation says about the settings of its machines (`host.md`, Files). */
export interface Policy {
  /** In place of the program's own defaults: people may change them. */
  readonly defaults: Partial<Settings>;
  /** Locked. */
  readonly enforced: Partial<Settings>;
  /** Bounds of the interval where it is not enforced, in minutes. */
  readonly intervalBounds: { readonly min: number; readonly max: number };
  /** What could not be used, in sentences, with nothing in quotes: support could not read it (`personal.ts`). */
  readonly problems: readonly string[];
}

const INTERVAL_LIMITS = { min: 1, max: 1_440 };
const NONE: Policy = { defaults: {}, enforced: {}, intervalBounds: INTERVAL_LIMITS, problems: [] };

/** `$schema` is for the editor it was written in. */
const PARTS = ['defaults', 'enforced', '$schema'];

const Minutes = Settings.shape.intervalMinutes;
const Bounds = z
  .strictObject({ min: Minutes.default(INTERVAL_LIMITS.min), max: Minutes.default(INTERVAL_LIMITS.max) })
  .refine(({ min, max }) => min <= max, { error: 'min is greater than max' });

/** Where each operating system keeps machine-wide policy; only administrators can write there. */
export function policyFile(
  platform: NodeJS.Platform,
  environment: Readonly<Record<string, string | undefined>>,
): string {
  switch (platform) {
    case 'win32':
      return `${environment.ProgramData || 'C:\\ProgramData'}\\CalendarSync\\policy.json`;
    case 'darwin':
      return '/Library/Application Support/CalendarSync/policy.json';
    default:
      return '/etc/calendar-sync/policy.json';
  }
}

/** Reads a policy file. One that is not there is no policy; one that cannot be read is a problem, not a failure. */
export function readPolicy(file: string): Policy {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return NONE;
    return {
      ...NONE,
      problems: [`The policy file ${file} cannot be read. Ask IT to correct its permissions.`],
    };
  }
  try {
    return parsePolicy(JSON.parse(text.replace(/^\uFEFF/, '')));
  } catch {
    return { ...NONE, problems: [`The policy file ${file} is not JSON. Ask IT to correct it.`] };
  }
}

/**
 * A policy from outside. Each value stands by itself: a wrong or unknown one is named and passed over, so that a policy
 * written for another version still enforces the rest.
 */
export function parsePolicy(value: unknown): Policy {
  if (!isRecord(value))
    return { ...NONE, problems: ['The policy is not an object with defaults and enforced.'] };
  const problems: string[] = [];
  for (const name of Object.keys(value)) {
    if (!PARTS.includes(name)) problems.push(`The policy has an unknown part: ${name}.`);
  }
  const { intervalMinutes, ...enforcedRest } = tierOf(value, 'enforced', problems);
  const isChoice = isRecord(intervalMinutes);
  const bounds = isChoice ? Bounds.safeParse(intervalMinutes) : null;
  if (bounds !== null && !bounds.success) problems.push(said('enforced', 'intervalMinutes', bounds.error));
  const enforced =
    isChoice || intervalMinutes === undefined ? enforcedRest : { ...enforcedRest, intervalMinutes };
  return {
    defaults: checked('defaults', tierOf(value, 'defaults', problems), problems),
    enforced: checked('enforced', enforced, problems),
    intervalBounds: bounds?.success ? bounds.data : INTERVAL_LIMITS,
    problems,
  };
}

type Tier = 'defaults' | 'enforced';

function tierOf(
  policy: Readonly<Record<string, unknown>>,
  tier: Tier,
  problems: string[],
): Record<string, unknown> {
  const values = policy[tier];
  if (values === undefined) return {};
  if (isRecord(values)) return { ...values };
  problems.push(`The policy’s ${tier} is not an object.`);
  return {};
}

function checked(
  tier: Tier,
  values: Readonly<Record<string, unknown>>,
  problems: string[],
): Partial<Settings> {
  const kept: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(values)) {
    if (!isSetting(name)) {
      problems.push(`The policy’s ${tier}.${name} is not a setting of this version.`);
      continue;
    }
    const result = Settings.shape[name].safeParse(value);
    if (result.success) kept[name] = result.data;
    else problems.push(said(tier, name, result.error));
  }
  return kept as Partial<Settings>;
}

const said = (tier: Tier, name: string, error: z.ZodError): string =>
  `The policy’s ${tier}.${name} cannot be used: ${error.issues[0]?.message ?? 'it is wrong'}.`;

const isSetting = (name: string): name is SettingName => SETTING_NAMES.some((known) => known === name);

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
