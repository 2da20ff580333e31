import { DateInput } from '@mantine/dates';
import '@mantine/dates/styles.css';
import type { ReactElement } from 'react';
import { locale } from '../program/clock.ts';
import { dayPattern, dayText, firstWeekday, parseDay } from '../text/day-format.ts';
import { text } from '../text/text.ts';
import { MENUS } from '../theme/theme.ts';
import styles from './day-field.module.css';

export interface DayFieldProps {
  readonly label: string;
  /** `2026-11-23`, or empty. */
  readonly day: string;
  readonly min?: string | undefined;
  readonly max?: string | undefined;
  readonly onChange: (day: string) => void;
}

/** A calendar day, typed or picked, as it is written where the reader lives: a browser's own field does as it likes. */
export const DayField = ({ label, day, min, max, onChange }: DayFieldProps): ReactElement => (
  <DateInput
    label={label}
    placeholder={dayPattern(locale())}
    value={day === '' ? null : day}
    onChange={(value) => onChange(value ?? '')}
    valueFormat={(value) => dayText(value, locale())}
    dateParser={(typed) => parseDay(typed, locale())}
    firstDayOfWeek={firstWeekday(locale())}
    weekendDays={[]}
    hideOutsideDates
    ariaLabels={text.common.calendar}
    classNames={{ day: styles.day ?? '' }}
    clearable
    clearButtonProps={{ 'aria-label': text.common.clear(label) }}
    popoverProps={{ portalProps: { target: `#${MENUS}` } }}
    {...(min && { minDate: min })}
    {...(max && { maxDate: max })}
  />
);
