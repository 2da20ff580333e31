import { Button, Select } from '@mantine/core';
import { type ReactElement, useState } from 'react';
import type { Account } from '../../../shared/domain/account.ts';
import { Direction, writesEvents } from '../../../shared/domain/mapping.ts';
import type { Output } from '../../../shared/rpc/contract.ts';
import { type AppError, toAppError } from '../../../shared/rpc/errors.ts';
import { Failure } from '../../components/failure.tsx';
import { FormError } from '../../components/form-error.tsx';
import { ListSkeleton } from '../../components/screen-skeleton.tsx';
import { useAnswer, useClient, useSnapshot } from '../../program/use-program.ts';
import { text } from '../../text/text.ts';
import { canWrite } from '../mappings/mapping-draft.ts';
import styles from './first-run.module.css';
import { markSetup } from './setup-state.ts';

type Calendar = Output<'calendars.list'>['items'][number];

const OFF = 'off';

/** Chosen directions by account and calendar; what is not in it has its suggestion. */
type Choices = Readonly<Record<string, Direction | typeof OFF>>;

const keyOf = (account: Account, calendar: Calendar): string => `${account.id}\n${calendar.id}`;

/** For each calendar what goes where. The main one is suggested, the others are left alone. */
export function ChooseStep(): ReactElement {
  const { accounts } = useSnapshot();
  const client = useClient();
  const [choices, setChoices] = useState<Choices>({});
  const [listed, setListed] = useState<ReadonlyMap<Account, readonly Calendar[]>>(new Map());
  const [error, setError] = useState<AppError | null>(null);
  const [pending, setPending] = useState(false);
  const { firstRun } = text;

  const chosen = [...listed].flatMap(([account, calendars]) =>
    calendars.flatMap((calendar) => {
      const direction = choices[keyOf(account, calendar)] ?? suggestion(account, calendar);
      return direction === OFF ? [] : [{ accountId: account.id, calendarId: calendar.id, direction }];
    }),
  );
  const addAll = async (): Promise<void> => {
    setPending(true);
    setError(null);
    try {
      // Otherwise the timer would begin with the first mapping, before anybody has seen what it will do.
      await client.call('sync.pause', { until: 'resumed' });
      markSetup('setup-preview-due', true);
      for (const mapping of chosen) await client.call('mappings.add', mapping);
    } catch (thrown) {
      setError(toAppError(thrown));
      setPending(false);
    }
  };

  return (
    <>
      <p className={styles.lead}>{firstRun.chooseBody}</p>
      {accounts.map((account) => (
        <AccountCalendars
          key={account.id}
          account={account}
          choices={choices}
          onChoose={(key, direction) => setChoices({ ...choices, [key]: direction })}
          onListed={(calendars) => setListed((before) => new Map([...before, [account, calendars]]))}
        />
      ))}
      <FormError error={error} />
      <div className={styles.actions}>
        {chosen.length === 0 && listed.size > 0 && <p className={styles.lead}>{firstRun.chooseNone}</p>}
        <Button size="md" disabled={chosen.length === 0} loading={pending} onClick={() => void addAll()}>
          {firstRun.chooseAction}
        </Button>
      </div>
    </>
  );
}

function suggestion(account: Account, { primary, writable }: Calendar): Direction | typeof OFF {
  if (!primary && account.provider !== 'ics') return OFF;
  return writable && canWrite(account) ? 'two-way' : 'import';
}

interface AccountCalendarsProps {
  readonly account: Account;
  readonly choices: Choices;
  readonly onChoose: (key: string, direction: Direction | typeof OFF) => void;
  readonly onListed: (calendars: readonly Calendar[]) => void;
}

function AccountCalendars({ account, choices, onChoose, onListed }: AccountCalendarsProps): ReactElement {
  const { data, error, refetch } = useAnswer('calendars.list', { accountId: account.id });
  const [told, setTold] = useState<typeof data>();
  if (data !== undefined && data !== told) {
    setTold(data);
    queueMicrotask(() => onListed(data.items));
  }
  return (
    <section className={styles.account}>
      <h2 className={styles.accountName}>
        {text.desktop.providers[account.provider]} <span>{account.email}</span>
      </h2>
      {error !== null && (
        <Failure title={text.connections.states.error} error={error} onRetry={() => void refetch()} />
      )}
      {data === undefined && error === null && <ListSkeleton rows={2} />}
      <ul>
        {data?.items.map((calendar) => {
          const key = keyOf(account, calendar);
          const canExport = calendar.writable && canWrite(account);
          return (
            <li key={calendar.id} className={styles.calendar}>
              <span className={styles.calendarName}>
                {calendar.writable ? calendar.name : text.mappings.calendarReadOnly(calendar.name)}
              </span>
              <Select
                aria-label={calendar.name}
                allowDeselect={false}
                value={choices[key] ?? suggestion(account, calendar)}
                onChange={(value) => onChoose(key, value === OFF ? OFF : Direction.parse(value))}
                data={[
                  ...Direction.options
                    .filter((direction) => canExport || !writesEvents(direction))
                    .toReversed()
                    .map((value) => ({ value, label: text.mappings.directions[value] })),
                  { value: OFF, label: text.firstRun.directionOff },
                ]}
              />
            </li>
          );
        })}
      </ul>
    </section>
  );
}
