import { createHash } from 'node:crypto';
import ICAL from 'ical.js';

/** How servers differ. The defaults are those of Radicale. */
export interface ServerManners {
  /** Knows sync-collection (RFC 6578). Default: true. */
  readonly syncs?: boolean;
  /** Has a `getctag`. Default: true. */
  readonly hasCtag?: boolean;
  /** Says the etag of what was written. Default: true. */
  readonly saysEtagOfWrites?: boolean;
  /**
   * Has no answer to a report that names an object which is gone, and lets it meet no condition: sabre/dav, to reports
   * before its version 2.0. Default: false.
   */
  readonly refusesWhatIsGone?: boolean;
  /** Names an object that has not changed, where it would have to say that none has. Default: false. */
  readonly tellsAgain?: boolean;
  /** Keeps what is created under a name of its own. Default: false. */
  readonly renames?: boolean;
  /** How many objects an answer to sync-collection names, after which the rest has to be asked for. Default: all. */
  readonly mostInOneAnswer?: number;
}

/** What became of a write, in HTTP's words. */
export interface Written {
  readonly status: 201 | 204 | 400 | 404 | 409 | 412;
  readonly etag?: string;
  /** The precondition that it was refused for (RFC 4791 section 5.3.2.1). */
  readonly refused?: string;
}

/** The conditions that a write is made on: the values of its headers. */
export interface Conditions {
  readonly ifMatch?: string | undefined;
  readonly ifNoneMatch?: string | undefined;
}

export type Synced =
  | {
      readonly kind: 'changes';
      readonly changed: readonly string[];
      readonly removed: readonly string[];
      readonly token: string;
      /** There is more than was said. */
      readonly isCutShort: boolean;
    }
  | { readonly kind: 'token-refused' };

type Etags = ReadonlyMap<string, string>;

const sha = (...parts: readonly string[]): string =>
  createHash('sha256').update(JSON.stringify(parts)).digest('hex');

/** Of all components with a UID, as RFC 4791 section 4.1 wants them to be one. @throws when the text cannot be read */
function uidOf(text: string): string | null {
  const calendar = ICAL.Component.fromString(text.trim());
  const uids = new Set(
    calendar.getAllSubcomponents('vevent').map((each) => each.getFirstPropertyValue('uid')),
  );
  const [uid] = uids;
  return uids.size === 1 && typeof uid === 'string' ? uid : null;
}

/**
 * A calendar collection as Radicale and Xandikos keep it: nothing but its objects. Etags, ctag and sync tokens are
 * worked out from what is there, so that whatever comes and goes again leaves all of them as they were.
 */
export class StandInCollection {
  readonly #manners: ServerManners;
  readonly #objects = new Map<string, string>();
  readonly #uids = new Map<string, string>();
  /** What there was, by the token that says so. */
  readonly #states = new Map<string, Etags>();
  #life = 0;
  #remarks = 0;
  displayName: string;
  /** IANA zone, or null where the calendar does not say. */
  readonly timeZone: string | null;

  constructor(manners: ServerManners, displayName: string, timeZone: string | null) {
    this.#manners = manners;
    this.displayName = displayName;
    this.timeZone = timeZone;
  }

  get manners(): ServerManners {
    return this.#manners;
  }

  names(): readonly string[] {
    return [...this.#objects.keys()];
  }

  text(name: string): string | null {
    return this.#objects.get(name) ?? null;
  }

  etag(name: string): string {
    return `"${sha(String(this.#life), name, this.#objects.get(name) ?? '')}"`;
  }

  /** Of all that is there, properties of the collection itself included. */
  ctag(): string | null {
    if (this.#manners.hasCtag === false) return null;
    return `"${sha(this.displayName, String(this.#remarks), ...[...this.#etags()].sort().flat())}"`;
  }

  put(name: string, text: string, { ifMatch, ifNoneMatch }: Conditions = {}): Written {
    const isThere = this.#objects.has(name);
    if (isThere && ifNoneMatch === '*') return { status: 412 };
    if (ifMatch !== undefined && (!isThere || ifMatch !== this.etag(name))) return { status: 412 };
    let uid: string | null;
    try {
      uid = uidOf(text);
    } catch {
      return { status: 400 };
    }
    if (uid === null) return { status: 409, refused: 'c:valid-calendar-object-resource' };
    const isTaken = [...this.#uids].some(([other, its]) => other !== name && its === uid);
    if (isTaken) return { status: 409, refused: 'c:no-uid-conflict' };
    const kept = this.#manners.renames === true && !isThere ? `kept-${sha(name).slice(0, 12)}.ics` : name;
    this.#objects.set(kept, text);
    this.#uids.set(kept, uid);
    const status = isThere ? 204 : 201;
    return this.#manners.saysEtagOfWrites === false ? { status } : { status, etag: this.etag(kept) };
  }

  delete(name: string, { ifMatch }: Conditions = {}): Written {
    if (!this.#objects.has(name)) {
      return { status: this.#manners.refusesWhatIsGone === true && ifMatch !== undefined ? 412 : 404 };
    }
    if (ifMatch !== undefined && ifMatch !== this.etag(name)) return { status: 412 };
    this.#objects.delete(name);
    this.#uids.delete(name);
    return { status: 204 };
  }

  /** What differs from when the token was handed out; '' for all that there is. */
  since(token: string): Synced {
    const was = token === '' ? new Map<string, string>() : this.#states.get(token);
    if (was === undefined) return { kind: 'token-refused' };
    const is = this.#etags();
    const changed = [...is.keys()].filter((name) => was.get(name) !== is.get(name));
    const removed = [...was.keys()].filter((name) => !is.has(name));
    if (this.#manners.tellsAgain === true && changed.length === 0)
      changed.push(...[...is.keys()].slice(0, 1));
    const most = this.#manners.mostInOneAnswer ?? Number.POSITIVE_INFINITY;
    const told = { changed: changed.slice(0, most), removed: removed.slice(0, most) };
    const known = new Map(was);
    for (const name of told.changed) known.set(name, is.get(name) ?? '');
    for (const name of told.removed) known.delete(name);
    const isCutShort = told.changed.length < changed.length || told.removed.length < removed.length;
    return { kind: 'changes', ...told, token: this.#tokenOf(known), isCutShort };
  }

  token(): string {
    return this.#tokenOf(this.#etags());
  }

  /** The ctag is another although no object has changed, as when a property of the collection has. */
  remark(): void {
    this.#remarks += 1;
  }

  /** As after the server was put back from a copy: no token counts any more. */
  forgetTokens(): void {
    this.#states.clear();
    this.#remarks += 1;
  }

  /** As after a move to another server: the same objects, and every etag is another. */
  moveHouse(): void {
    this.forgetTokens();
    this.#life += 1;
  }

  #etags(): Etags {
    return new Map(this.names().map((name) => [name, this.etag(name)]));
  }

  #tokenOf(state: Etags): string {
    const token = `http://example.com/sync/${sha(...[...state].sort().flat())}`;
    this.#states.set(token, state);
    return token;
  }
}
