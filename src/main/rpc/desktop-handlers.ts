import type { UpdateState } from '../../shared/domain/update.ts';
import type { Input } from '../../shared/rpc/contract.ts';
import type { Handlers } from '../../shared/rpc/dispatcher.ts';
import { AppError } from '../../shared/rpc/errors.ts';

/** What a file is asked for. */
export type FilePurpose = Input<'files.choose'>['for'];

/** Newer versions of the program. */
export interface Updates {
  state(): UpdateState;
  /** Looks now; resolves when that is known. What it finds, or why it could not, is in the state. */
  check(): Promise<void>;
  /** Ends the program and comes back as the version that waits. @throws AppError PRECONDITION_FAILED without one */
  install(): void;
  onChange(listener: () => void): () => void;
}

/** What only the desktop has. */
export interface DesktopParts {
  /** Asks by the system's own dialog: a full path, or null when nothing was chosen. */
  readonly chooseFile: (purpose: FilePurpose) => Promise<string | null>;
  /** Null where the program was not installed in a way that it can update itself. */
  readonly updates: Updates | null;
}

export type DesktopMethod = 'files.choose' | 'updates.check' | 'updates.install';

/** The methods of the desktop; refused where there is none. */
export function desktopHandlers(parts: DesktopParts | null): Pick<Handlers, DesktopMethod> {
  const updates = (): Updates => {
    if (parts?.updates) return parts.updates;
    throw new AppError(
      'PRECONDITION_FAILED',
      'This Calendar Sync does not update itself. A new version is installed as this one was.',
    );
  };
  return {
    'files.choose': async (input) => {
      if (parts === null) {
        throw new AppError(
          'PRECONDITION_FAILED',
          'Files are chosen in the desktop app. Give a path instead.',
        );
      }
      return { file: await parts.chooseFile(input.for) };
    },
    'updates.check': async () => {
      await updates().check();
      return {};
    },
    'updates.install': () => {
      updates().install();
      return {};
    },
  };
}
