import { notifications } from '@mantine/notifications';
import {
  keepPreviousData,
  type UseMutationResult,
  type UseQueryResult,
  useMutation,
  useQuery,
} from '@tanstack/react-query';
import { createContext, useCallback, useContext, useRef, useSyncExternalStore } from 'react';
import type { Snapshot } from '../../shared/domain/snapshot.ts';
import type { RpcClient } from '../../shared/rpc/client.ts';
import type { Input, Method, Output } from '../../shared/rpc/contract.ts';
import { type AppError, toAppError } from '../../shared/rpc/errors.ts';
import { text } from '../text/text.ts';
import type { Program, ProgramState } from './program.ts';

export const ProgramContext = createContext<Program | null>(null);

function useProgram(): Program {
  const program = useContext(ProgramContext);
  if (program === null) throw new TypeError('A screen stands outside of the program.');
  return program;
}

export const useClient = (): RpcClient => useProgram().client;

export function useProgramState(): ProgramState {
  const program = useProgram();
  return useSyncExternalStore(program.onChange, program.state);
}

/** The newest snapshot. Screens are shown only once there is one. */
export function useSnapshot(): Snapshot {
  const { snapshot } = useProgramState();
  if (snapshot === null) throw new TypeError('A screen is shown before the program has answered.');
  return snapshot;
}

export interface AskOptions {
  readonly enabled?: boolean;
  /** Keeps what is shown while the next answer is on its way, e.g. between two pages. */
  readonly keepPrevious?: boolean;
  /** Asked again whenever it is shown anew, for what changes without the snapshot. */
  readonly anew?: boolean;
}

/** What the program answers to a question; asked again when something has changed there. */
export function useAnswer<M extends Method>(
  method: M,
  input: Input<M>,
  { enabled = true, keepPrevious = false, anew = false }: AskOptions = {},
): UseQueryResult<Output<M>, AppError> {
  const client = useClient();
  return useQuery<Output<M>, AppError>({
    queryKey: [method, input],
    queryFn: () => client.call(method, input),
    enabled,
    ...(anew && { staleTime: 0 }),
    ...(keepPrevious && { placeholderData: keepPreviousData }),
  });
}

/** The program itself makes one of two, and says that a sync is over a moment before it answers who asked for it. */
const ONE_ANYWAY: ReadonlySet<Method> = new Set(['sync.now']);

/**
 * Something the program is asked to do. A failure is shown as a notification unless `onError` takes it. What is asked
 * again before it is done, as by a double click, is asked once: it would make two feeds.
 */
export function useAction<M extends Method>(
  method: M,
  options: {
    readonly onSuccess?: (output: Output<M>, input: Input<M>) => void;
    readonly onError?: (error: AppError) => void;
    /** Either way, once it has ended. */
    readonly onSettled?: () => void;
  } = {},
): UseMutationResult<Output<M>, AppError, Input<M>> {
  const client = useClient();
  const latest = useRef<Input<M>>(null);
  const action = useMutation<Output<M>, AppError, Input<M>>({
    mutationKey: [method],
    mutationFn: (input) => client.call(method, input),
    onError: options.onError ?? showFailure,
    ...(options.onSuccess && { onSuccess: options.onSuccess }),
    onSettled: (_output, _error, input) => {
      if (latest.current === input) latest.current = null;
      options.onSettled?.();
    },
  });
  const ask = action.mutate;
  const mutate = useCallback<typeof ask>(
    (...asked) => {
      const [input] = asked;
      const isAgain = JSON.stringify(latest.current) === JSON.stringify(input);
      if (isAgain && !ONE_ANYWAY.has(method)) return;
      latest.current = input ?? null;
      ask(...asked);
    },
    [ask, method],
  );
  return { ...action, mutate };
}

/** Says in a corner of the window what did not work. */
function showFailure(thrown: unknown): void {
  notifications.show({
    color: 'red',
    title: text.common.failed,
    message: toAppError(thrown).message,
    autoClose: 12_000,
  });
}
