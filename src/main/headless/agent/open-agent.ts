import { Buffer } from 'node:buffer';
import type { FastifyInstance } from 'fastify';
import type { Snapshot } from '../../../shared/domain/snapshot.ts';
import { AppError } from '../../../shared/rpc/errors.ts';
import type { App, AppPorts } from '../../app-contract.ts';
import { ErrorReports } from '../../diagnostics/error-reports.ts';
import type { Log, OpenUrl } from '../../ports.ts';
import type { Program, ProgramOptions } from '../../rpc/program.ts';
import { SERVE_PORT } from '../local-address.ts';
import { feedRoutes } from '../server/feed-routes.ts';
import { type LoopbackServer, openLoopbackServer } from '../server/loopback-server.ts';
import { Metrics } from '../server/metrics.ts';
import { webhookRoutes } from '../server/webhook-routes.ts';
import { VERSION } from '../version.ts';
import { removeAgentFile, writeAgentFile } from './agent-file.ts';
import { reportCrash } from './crash.ts';
import { type OpenSample, Sample } from './sample.ts';
import { ServedProgram } from './served-program.ts';

export interface AgentOptions {
  /** Left out: the usual one, or any that is free where that is taken. */
  readonly port: number | undefined;
  /** The built screens. */
  readonly screensDir: string;
  /** Left out: the headless host. */
  readonly host?: ProgramOptions['host'];
  /** Starts a sample for whoever wants to try the program out; left out where there is none to offer. */
  readonly openSample?: OpenSample;
  /** Where all of it is made up. */
  readonly sample?: Snapshot['host']['sample'];
  /** Left out: the screens are in a browser already, and commands print or open the address themselves. */
  readonly openUrl?: OpenUrl;
  /** Left out where there is no desktop. */
  readonly desktop?: ProgramOptions['desktop'];
}

/** The program at work on its own, with a server for its screens, its commands and whoever reads its feeds. */
export interface ServingAgent {
  /** `http://127.0.0.1:PORT` */
  readonly origin: string;
  /** The app; another object after a backup was restored. */
  readonly app: App;
  readonly program: Program;
  /** Errors in it are reported, where a server for that is set. */
  readonly log: Log;
  /** For a process that is the agent's own: what nobody catches in it is reported before it ends. */
  watchProcess(): void;
  /** Syncs at once, and from then on by itself. */
  start(): Promise<void>;
  /** An address that opens the screens in a browser of this computer, once. */
  link(): string;
  /** Finishes the write in progress, answers whoever waits, and gives the data directory up. */
  stop(): Promise<void>;
}

const SECRET_BYTES = 32;

/**
 * Makes this process the owner of the data directory and listens; commands find it from then on.
 * @throws AppError CONFLICT, detail `locked`, when another process owns it; INVALID_INPUT, detail `port`
 */
export async function openAgent(ports: AppPorts, options: AgentOptions): Promise<ServingAgent> {
  const metrics = new Metrics(ports.clock);
  const reports = new ErrorReports({
    ...ports,
    dsn: async () => (await ports.settings()).values().errorReportDsn,
  });
  const { log } = reports;
  const watched = { ...ports, log, fetch: metrics.watchedFetch(ports.fetch) };
  let server: LoopbackServer | null = null;
  const link = (): string => server?.link() ?? '';
  const origin = (): string | null => server?.origin ?? null;
  const openUrl = options.openUrl ?? (async () => undefined);
  const sample = new Sample(options.openSample);
  let unwatchProcess = (): void => undefined;
  const program = await ServedProgram.open({
    ports: watched,
    link,
    onApp: (app) => metrics.watch(app),
    host: options.host ?? { kind: 'headless', version: VERSION, locale: null },
    openUrl,
    desktop: options.desktop,
    served: () => ({
      origin: origin(),
      isSample: options.sample ?? null,
      sample: sample.origin === null ? null : { url: sample.origin },
    }),
    sample: {
      async open(isEnrolled) {
        // Screens in a browser are left for those of the sample, and lead back; a window stays as it is.
        const inBrowser = options.openUrl === undefined;
        const url = await sample.open(isEnrolled, inBrowser ? origin() : null);
        await openUrl(url);
        return url;
      },
      close: () => sample.close(),
    },
  });
  program.subscribe((message) => {
    // Whoever has enrolled has real data to look at.
    if (message.kind === 'event' && message.event === 'snapshot' && program.snapshot().enrolled) {
      void sample.close();
    }
  });
  try {
    const secret = Buffer.from(ports.random.bytes(SECRET_BYTES)).toString('base64url');
    const opened = await openOnPort(options.port, (port) =>
      openLoopbackServer({
        program,
        ports: watched,
        port,
        secret,
        version: VERSION,
        screensDir: options.screensDir,
        metrics: () => metrics.exposition(),
        publicRoutes: (routes: FastifyInstance) => {
          feedRoutes(routes, () => program.app.feeds);
          webhookRoutes(routes, () => program.app.webhooks);
        },
      }),
    );
    server = opened;
    writeAgentFile(ports.dataDir, { pid: process.pid, port: opened.port, secret, version: VERSION });
    return {
      origin: opened.origin,
      get app() {
        return program.app;
      },
      program,
      log,
      watchProcess() {
        const report = reports.report.bind(reports);
        unwatchProcess = reportCrash({ process, clock: ports.clock, report });
      },
      start: () => program.app.agent.start(),
      link,
      async stop() {
        removeAgentFile(ports.dataDir);
        await sample.end();
        await program.stop();
        metrics.unwatch();
        await opened.close();
        unwatchProcess();
      },
    };
  } catch (error) {
    await program.stop();
    throw error;
  }
}

/** A port that was asked for is that or none; the usual one may be taken by another profile. */
async function openOnPort(
  wanted: number | undefined,
  open: (port: number) => Promise<LoopbackServer>,
): Promise<LoopbackServer> {
  if (wanted !== undefined) return open(wanted);
  try {
    return await open(SERVE_PORT);
  } catch (error) {
    if (error instanceof AppError && error.detail === 'port') return open(0);
    throw error;
  }
}
