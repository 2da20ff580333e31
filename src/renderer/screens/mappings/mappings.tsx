import { ActionIcon, Button, Menu, Skeleton, VisuallyHidden } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import IconArrowsLeftRight from '@tabler/icons-react/icons/IconArrowsLeftRight';
import IconDots from '@tabler/icons-react/icons/IconDots';
import IconPlus from '@tabler/icons-react/icons/IconPlus';
import { type ReactElement, useState } from 'react';
import { Link } from 'wouter';
import type { Account } from '../../../shared/domain/account.ts';
import { imports } from '../../../shared/domain/mapping.ts';
import type { Snapshot } from '../../../shared/domain/snapshot.ts';
import { Confirm } from '../../components/confirm.tsx';
import { EmptyState } from '../../components/empty-state.tsx';
import { KeepOrRemove } from '../../components/keep-or-remove.tsx';
import { LinkButton } from '../../components/link-button.tsx';
import { ProviderMark } from '../../components/provider-mark.tsx';
import { Page } from '../../layout/page.tsx';
import { useAction, useAnswer, useSnapshot } from '../../program/use-program.ts';
import { text } from '../../text/text.ts';
import { useCalendarName, useListedName } from './calendar-name.ts';
import { MappingEditor } from './mapping-editor.tsx';
import styles from './mappings.module.css';

type MappingRow = Snapshot['mappings'][number];

/** What is open above the table. */
type Opened =
  | { readonly kind: 'nothing' }
  | { readonly kind: 'add' }
  | { readonly kind: 'edit' | 'remove' | 'resync'; readonly mapping: MappingRow };

const NOTHING: Opened = { kind: 'nothing' };

/** Which calendars are kept in step, and how. */
export function Mappings(): ReactElement {
  const { mappings, accounts } = useSnapshot();
  const [opened, setOpened] = useState<Opened>(NOTHING);
  const close = (): void => setOpened(NOTHING);
  const add = (
    <Button leftSection={<IconPlus size={17} aria-hidden />} onClick={() => setOpened({ kind: 'add' })}>
      {text.mappings.add}
    </Button>
  );
  return (
    <Page
      title={text.mappings.title}
      lead={text.mappings.lead}
      actions={accounts.length > 0 && mappings.length > 0 ? add : undefined}
    >
      {mappings.length === 0 ? (
        <EmptyState
          icon={<IconArrowsLeftRight aria-hidden />}
          title={text.mappings.emptyTitle}
          body={text.mappings.emptyBody}
          action={
            accounts.length > 0 ? (
              add
            ) : (
              <LinkButton to="/connections" variant="filled">
                {text.overview.connect}
              </LinkButton>
            )
          }
        />
      ) : (
        <MappingTable mappings={mappings} onOpen={setOpened} />
      )}
      {opened.kind === 'add' && <MappingEditor mapping={null} onClose={close} />}
      {opened.kind === 'edit' && <MappingEditor mapping={opened.mapping} onClose={close} />}
      {opened.kind === 'remove' && <Remove mapping={opened.mapping} onClose={close} />}
      {opened.kind === 'resync' && <Resync mapping={opened.mapping} onClose={close} />}
    </Page>
  );
}

interface TableProps {
  readonly mappings: readonly MappingRow[];
  readonly onOpen: (opened: Opened) => void;
}

function MappingTable({ mappings, onOpen }: TableProps): ReactElement {
  const { columns } = text.mappings;
  return (
    <div className={styles.box}>
      <table className={styles.table} aria-label={text.mappings.tableLabel}>
        <thead>
          <tr>
            <th scope="col">{columns.calendar}</th>
            <th scope="col">{columns.direction}</th>
            <th scope="col">{columns.who}</th>
            <th scope="col">{columns.visibility}</th>
            <th scope="col">{columns.state}</th>
            <td />
          </tr>
        </thead>
        <tbody>
          {mappings.map((mapping) => (
            <Row key={mapping.mappingId} mapping={mapping} onOpen={onOpen} />
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Row({
  mapping,
  onOpen,
}: {
  readonly mapping: MappingRow;
  readonly onOpen: TableProps['onOpen'];
}): ReactElement {
  const { accounts } = useSnapshot();
  const listed = useListedName(mapping);
  const name = useCalendarName(mapping);
  const who = useWho(mapping);
  const account = accounts.find(({ id }) => id === mapping.accountId);
  const { mappings } = text;
  return (
    <tr>
      <th scope="row">
        <div className={styles.calendar}>
          {account !== undefined && <ProviderMark provider={account.provider} />}
          <div className={styles.calendarName}>
            <button type="button" className={styles.open} onClick={() => onOpen({ kind: 'edit', mapping })}>
              {listed.pending ? <NameSkeleton name={name} /> : (listed.name ?? account?.email ?? name)}
            </button>
            <span className={styles.quiet}>
              {account !== undefined &&
                (listed.name === null && !listed.pending ? providerOf(account) : account.email)}
            </span>
          </div>
        </div>
      </th>
      <td data-label={mappings.columns.direction}>{mappings.directions[mapping.direction]}</td>
      <td data-label={mappings.columns.who}>{who}</td>
      <td data-label={mappings.columns.visibility}>
        {imports(mapping.direction) ? mappings.visibilities[mapping.visibility] : mappings.nothingSeen}
      </td>
      <td data-label={mappings.columns.state}>
        <State mapping={mapping} account={account} />
      </td>
      <td className={styles.actions}>
        <Menu position="bottom-end">
          <Menu.Target>
            <ActionIcon variant="default" size={34} aria-label={mappings.more(name)}>
              <IconDots size={18} aria-hidden />
            </ActionIcon>
          </Menu.Target>
          <Menu.Dropdown>
            <Menu.Item onClick={() => onOpen({ kind: 'edit', mapping })}>{mappings.edit}</Menu.Item>
            <Menu.Item onClick={() => onOpen({ kind: 'resync', mapping })}>{mappings.resync}</Menu.Item>
            <Menu.Item onClick={() => onOpen({ kind: 'remove', mapping })}>
              {mappings.removeMapping}
            </Menu.Item>
          </Menu.Dropdown>
        </Menu>
      </td>
    </tr>
  );
}

const providerOf = ({ provider }: Account): string => text.desktop.providers[provider];

/** In place of a name that is on its way; whoever does not see it hears what stands in for it. */
const NameSkeleton = ({ name }: { readonly name: string }): ReactElement => (
  <>
    <VisuallyHidden>{name}</VisuallyHidden>
    <Skeleton component="span" display="block" height={15} width={130} my={4} />
  </>
);

/** Whether it is kept in step, and what of its account is in the way of that. */
function State({
  mapping: { enabled },
  account,
}: {
  readonly mapping: MappingRow;
  readonly account: Account | undefined;
}): ReactElement {
  const { mappings, connections } = text;
  if (!enabled) return <>{mappings.off}</>;
  if (account === undefined || account.state === 'connected' || account.state === 'read-only') {
    return <>{mappings.on}</>;
  }
  return (
    <Link href="/connections" className={styles.trouble ?? ''} data-state={account.state}>
      {connections.states[account.state]}
    </Link>
  );
}

/** Whose bookings, and of which project, by name. */
function useWho({ technicianId, projectId }: MappingRow): string {
  const { technician } = useSnapshot();
  const other = technician?.id !== technicianId;
  const technicians = useAnswer('technicians.list', {}, { enabled: other });
  const projects = useAnswer('projects.list', {}, { enabled: projectId !== null });
  const name = other ? technicians.data?.items.find(({ id }) => id === technicianId)?.name : technician?.name;
  const project = projects.data?.items.find(({ id }) => id === projectId)?.name;
  return [name ?? '…', ...(projectId === null ? [] : [project ?? '…'])].join(', ');
}

interface DialogProps {
  readonly mapping: MappingRow;
  readonly onClose: () => void;
}

function Remove({ mapping, onClose }: DialogProps): ReactElement {
  const name = useCalendarName(mapping);
  const { mappings } = text;
  const remove = useAction('mappings.remove', {
    onSuccess: () => {
      notifications.show({ message: mappings.removed(name) });
      onClose();
    },
  });
  const id = mapping.mappingId;
  return (
    <KeepOrRemove
      title={mappings.removeTitle(name)}
      of={{ method: 'mappings.created', id }}
      keepAction={mappings.removeAction}
      removeAction={mappings.removeAndDelete}
      pending={remove.isPending}
      onConfirm={(deleteEvents) => remove.mutate({ id, deleteEvents })}
      onClose={onClose}
    />
  );
}

function Resync({ mapping, onClose }: DialogProps): ReactElement {
  const name = useCalendarName(mapping);
  const { mappings } = text;
  const resync = useAction('mappings.resync', {
    onSuccess: () => {
      notifications.show({ message: mappings.resynced });
      onClose();
    },
  });
  return (
    <Confirm
      opened
      title={mappings.resyncTitle(name)}
      action={mappings.resyncAction}
      pending={resync.isPending}
      onConfirm={() => resync.mutate({ id: mapping.mappingId })}
      onClose={onClose}
    >
      <p>{mappings.resyncBody}</p>
    </Confirm>
  );
}
