import { type CommandContext, print } from '../command.ts';
import { openSandbox } from '../demo/open-sandbox.ts';
import { EXIT, type ExitCode } from '../exit-code.ts';
import { stopped, untilStopped } from '../stop-signal.ts';

/** Only the servers, until they are stopped. */
export function sandbox(context: CommandContext, { port }: { readonly port?: number }): Promise<ExitCode> {
  return untilStopped(async (signal) => {
    const { sandbox: servers, enrolmentCode } = await openSandbox(port);
    try {
      const urls = servers.urls();
      const env = servers.env();
      print(context, { document: { urls, env }, text: () => sandboxText(urls, env, enrolmentCode) });
      await stopped(signal);
      return EXIT.done;
    } finally {
      await servers.close();
    }
  });
}

function sandboxText(
  urls: Readonly<Record<string, string>>,
  env: Readonly<Record<string, string>>,
  enrolmentCode: string,
): string {
  return [
    'A made-up booking system and calendars run on this computer until you press Ctrl-C.',
    '',
    ...Object.entries(urls).map(([name, url]) => `${name.padEnd(10)}${url}`),
    '',
    'To point the program at them, set:',
    '',
    ...Object.entries(env).map(([name, value]) => `export ${name}='${value}'`),
    '',
    `To enrol instead of using that token: calendar-sync enrol --url ${urls.booking} --code ${enrolmentCode}`,
  ].join('\n');
}
