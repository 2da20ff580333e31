import { createRpcClient, type RpcClient } from '../../shared/rpc/client.ts';
import { AppError } from '../../shared/rpc/errors.ts';
import { MemoryTransport } from '../../shared/rpc/memory-transport.ts';
import type { AppPorts } from '../app-contract.ts';
import type { Program } from '../rpc/program.ts';
import { findAgent, lookForAgent, type RemoteAgent } from './agent/find-agent.ts';
import type { CommandContext } from './command.ts';
import { prepareDataDirectory } from './data-directory.ts';
import { localAddress } from './local-address.ts';
import { createPorts } from './ports.ts';
import { VERSION } from './version.ts';

/** Whoever carries a command out: the agent that runs here, or this process. The command cannot tell. */
export interface Client extends RpcClient {
  /** Where programs of this computer reach the feeds while an agent serves them. */
  readonly origin: string;
}

/** How long a command waits for another one to finish with the data directory. */
const OWNER_WAIT_MS = 5_000;
/** How long it goes on asking an agent that did not answer, for something that is read only. */
const SILENT_WAIT_MS = 1_000;
/** Between two looks at whether it has, or whether its owner is an agent that can be asked. */
const LOOK_AGAIN_MS = 200;

const HOST = { kind: 'headless', version: VERSION, locale: null } as const;

/** The ports of this process on a data directory that is ready to be used. */
export async function openPorts({ environment, dataDir }: CommandContext): Promise<AppPorts> {
  prepareDataDirectory(dataDir);
  return createPorts(environment, dataDir);
}

/**
 * Runs `work` by the agent that owns the data directory, or else as its owner.
 * @throws AppError CONFLICT, detail `locked`, when another process owns it that neither lets go nor answers
 */
export async function withClient<T>(
  context: CommandContext,
  work: (client: Client) => Promise<T>,
): Promise<T> {
  const agent = await findAgent(context.dataDir);
  if (agent !== null) return withAgent(agent, work);
  return withOwned(context, await openPorts(context), work);
}

/**
 * Runs `work` by the agent, beside whoever owns the data directory, or as its owner where there is no database yet.
 * @throws AppError CONFLICT, detail `locked`, when an agent owns it that hangs: what is stored is not what it would say
 */
export async function withLook<T>(context: CommandContext, work: (client: Client) => Promise<T>): Promise<T> {
  const agent = await lookForAgent(context.dataDir);
  if (agent !== null && agent !== 'silent') return withAgent(agent, work);
  const ports = await openPorts(context);
  if (agent === 'silent') return withOwned(context, ports, work, SILENT_WAIT_MS);
  const { openLookApp } = await import('../app.ts');
  try {
    const app = openLookApp(ports);
    try {
      const { createLookProgram } = await import('../rpc/program.ts');
      return await work(clientOf(createLookProgram(app, { ports, host: HOST })));
    } finally {
      app.close();
    }
  } catch (error) {
    if (!(error instanceof AppError && error.detail === 'needs-migration')) throw error;
  }
  return withOwned(context, ports, work);
}

async function withAgent<T>(agent: RemoteAgent, work: (client: Client) => Promise<T>): Promise<T> {
  try {
    return await work({ ...agent.client, origin: agent.origin });
  } finally {
    agent.close();
  }
}

async function withOwned<T>(
  context: CommandContext,
  ports: AppPorts,
  work: (client: Client) => Promise<T>,
  waitMs = OWNER_WAIT_MS,
): Promise<T> {
  const owner = await own(context, ports, waitMs);
  if (owner.kind === 'agent') return withAgent(owner.agent, work);
  const { app } = owner;
  const { createProgram } = await import('../rpc/program.ts');
  const unserved = (): never => {
    throw new AppError('PRECONDITION_FAILED', 'Nothing is served here. Run “calendar-sync serve” first.');
  };
  const program = createProgram({
    app,
    ports,
    host: HOST,
    openUrl: async () => undefined,
    handlers: {
      'data.restore': unserved,
      'screens.link': unserved,
      'sample.open': unserved,
      'sample.close': unserved,
    },
  });
  try {
    return await work(clientOf(program));
  } finally {
    program.close();
    app.close();
  }
}

type Owner =
  | { readonly kind: 'self'; readonly app: Awaited<ReturnType<typeof import('../app.ts').openApp>> }
  | { readonly kind: 'agent'; readonly agent: RemoteAgent };

/** Becomes the owner, or finds out that an agent has become it meanwhile. */
async function own({ dataDir }: CommandContext, ports: AppPorts, waitMs: number): Promise<Owner> {
  const { openApp } = await import('../app.ts');
  const deadline = ports.clock.now().getTime() + waitMs;
  for (;;) {
    try {
      return { kind: 'self', app: await openApp(ports, { lockWaitMs: LOOK_AGAIN_MS }) };
    } catch (error) {
      if (!(error instanceof AppError && error.detail === 'locked')) throw error;
      if (ports.clock.now().getTime() >= deadline) throw error;
      const agent = await findAgent(dataDir);
      if (agent !== null) return { kind: 'agent', agent };
    }
  }
}

function clientOf(program: Program): Client {
  const transport = new MemoryTransport((message) => program.dispatch(message));
  program.subscribe((message) => transport.push(message));
  return { ...createRpcClient(transport), origin: localAddress() };
}
