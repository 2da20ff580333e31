import { AppError } from '../../../shared/rpc/errors.ts';
import { findAgent } from '../agent/find-agent.ts';
import type { CommandContext } from '../command.ts';
import { sampleOf } from '../demo/open-sample.ts';
import { EXIT, type ExitCode } from '../exit-code.ts';
import { installFetch } from '../network.ts';
import { openPorts } from '../open-client.ts';
import { stopped, untilStopped } from '../stop-signal.ts';
import { beThrifty } from '../thrift.ts';

/** The headless agent: timer, push, screens, feeds and metrics, until it is stopped. */
export async function serve(
  context: CommandContext,
  { port }: { readonly port?: number },
): Promise<ExitCode> {
  beThrifty();
  await installFetch();
  await refuseSecond(context);
  const { openAgent } = await import('../agent/open-agent.ts');
  return untilStopped(async (signal) => {
    const agent = await openAgent(await openPorts(context), {
      port,
      screensDir: context.screensDir,
      openSample: sampleOf(context),
    });
    agent.watchProcess();
    try {
      await agent.start();
      context.terminal.err(`ready: ${agent.link()}`);
      await stopped(signal);
      return EXIT.done;
    } finally {
      await agent.stop();
    }
  });
}

async function refuseSecond({ dataDir, terminal }: CommandContext): Promise<void> {
  const running = await findAgent(dataDir);
  if (running === null) return;
  const { url } = await running.client.call('screens.link', {});
  running.close();
  terminal.err(`open: ${url}`);
  throw new AppError(
    'CONFLICT',
    'Calendar Sync serves this data directory already. Stop that one first, or choose another with --data-dir.',
    { detail: 'locked' },
  );
}
