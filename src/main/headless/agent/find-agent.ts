import { randomBytes } from 'node:crypto';
import { z } from 'zod';
import { createRpcClient, type RpcClient } from '../../../shared/rpc/client.ts';
import { AppError } from '../../../shared/rpc/errors.ts';
import { SocketTransport } from '../../../shared/rpc/socket-transport.ts';
import { VERSION } from '../version.ts';
import { type AgentFile, agentProof, readAgentFile, sameText } from './agent-file.ts';

/** An agent on this computer answers in milliseconds, or it is busy with something long. */
const ANSWER_MS = 3_000;

const Introduction = z.object({ version: z.string(), proof: z.string() });

/** A connection to the agent that owns a data directory. */
export interface RemoteAgent {
  readonly client: RpcClient;
  /** `http://127.0.0.1:PORT` */
  readonly origin: string;
  close(): void;
}

/**
 * The agent that runs on this data directory, or null when none answers. The file that names it proves nothing: its
 * process may have been killed and its port be somebody else's. So it is asked to show that it knows the secret, before
 * it is told anything.
 * @throws AppError CONFLICT when it is of another version
 */
export async function findAgent(dataDir: string): Promise<RemoteAgent | null> {
  const agent = await lookForAgent(dataDir);
  return agent === 'silent' ? null : agent;
}

/** As `findAgent`, and tells an agent that hangs, or whatever has its port now, from none at all. */
export async function lookForAgent(dataDir: string): Promise<RemoteAgent | 'silent' | null> {
  const agent = readAgentFile(dataDir);
  if (agent === null) return null;
  const introduced = await introduction(agent);
  if (introduced !== 'genuine') return introduced === 'silent' ? 'silent' : null;
  if (agent.version !== VERSION) {
    throw new AppError(
      'CONFLICT',
      `Calendar Sync ${agent.version} is running here, and this is ${VERSION}. Stop it and start it again.`,
    );
  }
  return connectTo(agent);
}

async function introduction({ port, secret }: AgentFile): Promise<'genuine' | 'silent' | 'none'> {
  const nonce = randomBytes(24).toString('base64url');
  try {
    const answer = await fetch(`http://127.0.0.1:${port}/agent?nonce=${nonce}`, {
      redirect: 'error',
      signal: AbortSignal.timeout(ANSWER_MS),
    });
    const answered = Introduction.safeParse(await answer.json());
    const isGenuine = answered.success && sameText(answered.data.proof, agentProof(secret, nonce));
    return isGenuine ? 'genuine' : 'none';
  } catch (error) {
    return error instanceof DOMException && error.name === 'TimeoutError' ? 'silent' : 'none';
  }
}

function connectTo({ port, secret }: AgentFile): RemoteAgent {
  const transport = new SocketTransport({
    retry: null,
    connect: ({ onOpen, onText, onClose }) => {
      const socket = new WebSocket(`ws://127.0.0.1:${port}/rpc`, {
        headers: { authorization: `Bearer ${secret}` },
      });
      socket.addEventListener('open', onOpen);
      socket.addEventListener('message', ({ data }) => onText(String(data)));
      socket.addEventListener('close', onClose);
      return socket;
    },
  });
  return {
    client: createRpcClient(transport),
    origin: `http://127.0.0.1:${port}`,
    close: () => transport.close(),
  };
}
