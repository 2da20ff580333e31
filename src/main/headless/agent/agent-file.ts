import { createHmac, timingSafeEqual } from 'node:crypto';
import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';

/** How a command finds the agent of a data directory, and how they know each other. */
export const AgentFile = z.object({
  pid: z.number().int(),
  port: z.number().int().min(1).max(65_535),
  /** Of this one process, for as long as it runs. */
  secret: z.string().min(32).max(200),
  version: z.string(),
});
export type AgentFile = Readonly<z.infer<typeof AgentFile>>;

const fileIn = (dataDir: string): string => join(dataDir, 'calendar-sync.agent.json');

/** Written by the owner of the data directory, readable by its user alone. */
export function writeAgentFile(dataDir: string, agent: AgentFile): void {
  const file = fileIn(dataDir);
  const partial = `${file}.partial`;
  // Made anew: what lies there may be a link, or open to others.
  rmSync(partial, { force: true });
  writeFileSync(partial, JSON.stringify(agent), { flag: 'wx', mode: 0o600 });
  renameSync(partial, file);
}

export function removeAgentFile(dataDir: string): void {
  rmSync(fileIn(dataDir), { force: true });
}

/** Null where there is none, or none that can be used. What it says may be out of date: its process may be gone. */
export function readAgentFile(dataDir: string): AgentFile | null {
  try {
    const agent = AgentFile.safeParse(JSON.parse(readFileSync(fileIn(dataDir), 'utf8')));
    return agent.success ? agent.data : null;
  } catch {
    return null;
  }
}

/**
 * What only somebody who knows the secret can answer to a number used once. By it a command knows that it speaks to the
 * agent, and not to whoever got its port afterwards, before it says anything.
 */
export const agentProof = (secret: string, nonce: string): string =>
  createHmac('sha256', secret).update(`agent\n${nonce}`).digest('base64url');

/** Compares in a time that does not depend on where they differ. */
export function sameText(a: string, b: string): boolean {
  const digest = (text: string): Buffer => createHmac('sha256', 'compare').update(text).digest();
  return timingSafeEqual(digest(a), digest(b));
}
