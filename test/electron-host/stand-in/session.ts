import { EventEmitter } from 'node:events';
import { needsReady, world } from './world.ts';

type Handler = (request: Request) => Response | Promise<Response>;
type Decide = (answer: never) => void;
type BeforeRequest = (details: { url: string }, decide: (answer: { cancel?: boolean }) => void) => void;

class Protocol {
  readonly #handlers = new Map<string, Handler>();

  handle(scheme: string, handler: Handler): void {
    needsReady('protocol.handle');
    if (!world.schemes.has(scheme)) throw new Error(`The scheme ${scheme} has no privileges`);
    if (this.#handlers.has(scheme)) throw new Error(`Failed to register protocol: ${scheme}`);
    this.#handlers.set(scheme, handler);
  }

  handlerOf(url: string): Handler | undefined {
    return this.#handlers.get(url.slice(0, url.indexOf(':')));
  }
}

/** A session with what the program set on it. Electron grants whatever nobody decides about. */
export class Session extends EventEmitter {
  readonly protocol = new Protocol();
  #permissionRequest: ((contents: null, permission: string, decide: Decide) => void) | null = null;
  #permissionCheck: ((contents: null, permission: string) => boolean) | null = null;
  #device: ((details: object) => boolean) | null = null;
  #beforeRequest: BeforeRequest | null = null;

  readonly webRequest = {
    onBeforeRequest: (listener: BeforeRequest): void => {
      this.#beforeRequest = listener;
    },
  };

  setPermissionRequestHandler(handler: (contents: null, permission: string, decide: Decide) => void): void {
    this.#permissionRequest = handler;
  }

  setPermissionCheckHandler(handler: (contents: null, permission: string) => boolean): void {
    this.#permissionCheck = handler;
  }

  setDevicePermissionHandler(handler: (details: object) => boolean): void {
    this.#device = handler;
  }

  setDisplayMediaRequestHandler(): void {}

  /** Whether a page gets a permission: asked, checked, and for a device. */
  async permits(permission: string): Promise<readonly boolean[]> {
    const asked = await new Promise<boolean>((resolve) => {
      if (this.#permissionRequest === null) resolve(true);
      else this.#permissionRequest(null, permission, resolve as Decide);
    });
    return [asked, this.#permissionCheck?.(null, permission) ?? true, this.#device?.({}) ?? true];
  }

  cancels(url: string): Promise<boolean> {
    return new Promise((resolve) => {
      if (this.#beforeRequest === null) resolve(false);
      else this.#beforeRequest({ url }, ({ cancel = false }) => resolve(cancel));
    });
  }
}

const partitions = new Map<string, Session>();

export const session = {
  get defaultSession(): Session {
    return session.fromPartition('');
  },
  fromPartition(name: string): Session {
    needsReady('session.fromPartition');
    const known = partitions.get(name) ?? new Session();
    partitions.set(name, known);
    return known;
  },
};

export const protocol = {
  registerSchemesAsPrivileged(schemes: readonly { readonly scheme: string }[]): void {
    if (world.ready) {
      throw new Error('protocol.registerSchemesAsPrivileged should be called before app is ready');
    }
    for (const { scheme } of schemes) world.schemes.add(scheme);
  },
};
