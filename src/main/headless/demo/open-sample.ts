import type { OpenSample } from '../agent/sample.ts';
import type { Host } from '../command.ts';

/** Makes the sample of a host: the demo's made-up company, loaded when somebody asks for it. */
export const sampleOf =
  ({ environment, screensDir }: Pick<Host, 'environment' | 'screensDir'>): OpenSample =>
  async (leaveTo, signal) => {
    const { openDemoWorld } = await import('./demo-world.ts');
    const world = await openDemoWorld({ environment }, undefined, signal);
    try {
      const agent = await world.serve({ port: 0, screensDir, sample: { leaveTo } });
      // The first sync is part of what there is to see.
      await agent.start();
      return { origin: agent.origin, link: () => agent.link(), close: () => world.close() };
    } catch (error) {
      await world.close();
      throw error;
    }
  };
